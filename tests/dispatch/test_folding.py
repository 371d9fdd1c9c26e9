"""The log at the desk: rounds that nobody answered are one line that opens, and nothing is lost."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from dispatch import deadlines, intake
from dispatch.actors import SYSTEM
from dispatch.models import Offer
from dispatch.pages.desk.folding import folded
from dispatch.pages.desk.lines import Line
from dispatch.states import Priority
from providers.models import Worker, WorkerCategory
from tests import cast

BEGAN = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


def line(seq, kind, offer=None):
    at = BEGAN + timedelta(seconds=seq)
    return Line(seq=seq, at=at, words=f"{kind} {seq}", by="", kind=kind, grave=False, offer=offer)


def log(*told):
    return [line(seq, *one) for seq, one in enumerate(told, start=1)]


MADE, SILENT, NOTED = "offer.made", "offer.expired", "request.noted"


@pytest.mark.pure
def test_only_offers_without_an_answer_are_folded_and_no_line_is_left_out():
    whole = log(
        ("request.opened",),
        *((MADE, 1), (MADE, 2), (SILENT, 1), (SILENT, 2), (MADE, 3), (SILENT, 3)),
        (NOTED,),
        *((MADE, 4), ("offer.accepted", 4)),
    )
    for way in (whole, whole[::-1]):
        parts = folded(way)
        assert [one for part in parts for one in part.lines] == way
        (fold,) = [part for part in parts if part.words]
        assert (fold.first, fold.last) == (2, 7)
        assert "3" in fold.words


@pytest.mark.pure
def test_who_may_still_answer_and_a_single_round_are_shown_line_by_line():
    waiting = log((MADE, 1), (MADE, 2), (MADE, 3), (MADE, 4))
    once = log((MADE, 1), (SILENT, 1), (NOTED,), (MADE, 2), (SILENT, 2))
    assert not any(part.words for log in (waiting, once) for part in folded(log))


@pytest.mark.django_db
def test_the_page_of_a_request_folds_them_and_opens_where_one_looks_back(client):
    """Three carers are asked one after the other, and none answers."""
    kitchen = cast.sunrise_kitchen()
    for n in range(3):
        carer = Worker.objects.create(
            provider=kitchen,
            name=f"Carer {n}",
            phone=f"+86138000001{n:02}",
            sex="female",
            on_duty=True,
            lat=30.2760,
            lon=120.1560,
            position_at=cast.BEFORE,
        )
        WorkerCategory.objects.create(worker=carer, category_id="catering")
    now = timezone.now()
    request = intake.open_request(
        elder=cast.mei(),
        category="catering",
        priority=Priority.ROUTINE,
        source="call",
        by=SYSTEM,
        now=now,
    )
    for minute in range(30):
        deadlines.fire_due(now=now + timedelta(minutes=minute))
    assert Offer.objects.filter(request=request, state="expired").count() >= 3
    client.force_login(cast.olive())
    client.cookies["django_language"] = "en"
    page = client.get(f"/console/requests/{request.pk}/").content.decode()
    assert re.search(r"asked, no answer from any\s*</summary>", page)
    assert re.search(r"did not answer\s*</summary>", page)
    request.refresh_from_db()
    assert all(f'id="event-{seq}"' in page for seq in range(1, request.seq + 1))
    fold = page.split('id="fold-')[1].split('"')[0]
    assert re.search(rf'id="fold-{fold}">\s*<details>', page)
    then = client.get(f"/console/requests/{request.pk}/?at={fold}").content.decode()
    assert re.search(rf'id="fold-{fold}">\s*<details open>', then)
    desk = client.get(f"/console/case/?request={request.pk}").content.decode()
    assert re.search(r"asked, no answer from any\s*</summary>", desk)
