"""The same key from two sides at once: done once, and both are answered alike."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from dispatch.models import ServiceRequest
from tests import cast
from tests.dispatch.api.caller import Caller


@pytest.mark.django_db(transaction=True)
def test_two_at_once_with_one_key_make_one_request():
    from providers import categories

    categories.ensure()
    herself = Caller(cast.signed_in(cast.mei()))

    def order(_: int) -> tuple[int, int]:
        try:
            answer = herself.post("requests", {"category": "catering"}, key="once")
            return answer.status_code, answer.json()["id"]
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(order, range(8)))
    assert answers == {(201, ServiceRequest.objects.get().pk)}
