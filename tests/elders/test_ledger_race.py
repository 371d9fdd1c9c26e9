"""Many read and several link at the same moment: one chain, nothing lost, nothing twice."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from elders import ledger
from elders.models import AccessEntry
from tests import cast

WRITERS, READS = 6, 15


@pytest.mark.django_db(transaction=True)
def test_concurrent_reads_and_sealers_make_one_whole_chain(now):
    mei, olive = cast.mei(), cast.olive()

    def read_and_seal(writer: int) -> int:
        linked = 0
        try:
            for read in range(READS):
                purpose = f"{writer}/{read}"
                ledger.record(actor=olive, elder=mei, what="record", purpose=purpose, now=now)
                if read % 3 == 0:
                    linked += ledger.seal(now=now)
        finally:
            connection.close()
        return linked

    with ThreadPoolExecutor(WRITERS) as pool:
        linked = sum(pool.map(read_and_seal, range(WRITERS)))
    linked += ledger.seal(now=now)
    assert linked == AccessEntry.objects.count() == WRITERS * READS
    assert ledger.head()["position"] == WRITERS * READS
    assert ledger.verify() == []
