"""The daily check-in: planned in town time, two tries, the contacts, then somebody goes."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dispatch import calling, checkins, deadlines, mornings, selectors, standing, trunks
from dispatch.models import (
    CheckIn,
    CheckInEvent,
    CheckInPlan,
    Deadline,
    Notice,
    ServiceRequest,
)
from dispatch.models.clock import RUNNING
from elders.models import Contact, Elder
from telephony import answers, inbound, outbound
from telephony.models import Call, CallBack, OutboundJob
from tests import cast
from tests.dispatch.town import cries
from tracking.models import Alarm

pytestmark = pytest.mark.django_db

A_FRIEND = "+8613800000031"


@pytest.fixture
def mei() -> Elder:
    return cast.mei()


@pytest.fixture
def early() -> datetime:
    """Six o'clock in town on that Tuesday: the plan is made, nobody is rung yet."""
    return datetime(2026, 3, 9, 22, 0, tzinfo=UTC)


@pytest.fixture
def morning(now) -> datetime:
    """Half past nine in town: whoever was due has been rung."""
    return now


def asked(elder: Elder, **plan: object) -> CheckInPlan:
    return CheckInPlan.objects.create(elder=elder, **{"at": time(9, 0), **plan})


def turn(now: datetime) -> None:
    """One turn of all the work there is."""
    deadlines.fire_due(now=now)
    calling.sweep(now=now)
    outbound.deliver_due(now=now)


def her() -> CheckIn:
    return CheckIn.objects.get()


def told(checkin: CheckIn) -> list[str]:
    return list(checkin.events.values_list("kind", flat=True))


def ringing(number: str) -> OutboundJob:
    return OutboundJob.objects.filter(to=number, kind="call", state="ringing").latest("pk")


def pick_up(number: str, now: datetime) -> int:
    job = ringing(number)
    return answers.answered(job.pk, job.carrier_ref, now=now).call or 0


def press(number: str, key: str, now: datetime) -> list[str]:
    """The telephone of that number is picked up and a key pressed; what is said to it."""
    heard = inbound.digits(pick_up(number, now), key, now=now).instructions
    return [step["verb"] for step in heard]


def let_ring(number: str, now: datetime) -> None:
    job = ringing(number)
    answers.unanswered(job.pk, job.carrier_ref, how="no-answer", now=now)


# --- the plan ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "utc_hour"),
    [
        (date(2026, 3, 28), 7),  # winter
        (date(2026, 3, 29), 6),  # the clocks went forward this night
        (date(2026, 10, 24), 6),
        (date(2026, 10, 25), 7),  # and back
    ],
)
def test_eight_oclock_is_eight_oclock_in_town_across_both_clock_changes(
    mei, settings, day, utc_hour
):
    settings.TIME_ZONE, settings.CHECKIN_HOURS = "Europe/Berlin", "07:30-11:00"
    asked(mei, at=time(8, 0))
    mornings.plan(now=datetime(day.year, day.month, day.day, 0, 30, tzinfo=UTC))
    assert her().day == day
    assert her().due_at == datetime(day.year, day.month, day.day, utc_hour, tzinfo=UTC)


def test_a_time_that_the_clocks_skip_is_an_hour_later_and_one_that_comes_twice_the_first(settings):
    settings.TIME_ZONE = "Europe/Berlin"
    skipped = mornings.instant(date(2026, 3, 29), time(2, 30))
    assert skipped == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)  # 03:30 by the new clock
    twice = mornings.instant(date(2026, 10, 25), time(2, 30))
    assert twice == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_each_town_day_is_planned_once_though_it_has_23_or_25_hours(mei, settings, day):
    settings.TIME_ZONE = "Europe/Berlin"
    asked(mei)
    midnight = mornings.instant(day, time(0))
    for hour in range(-24, 46):
        mornings.plan(now=midnight + timedelta(hours=hour))
    days = list(CheckIn.objects.order_by("day").values_list("day", flat=True))
    assert days == [day + timedelta(days=n) for n in range(-1, 2)]


def test_only_on_her_days_of_the_week(mei, early):
    asked(mei, days="13567")  # it is a Tuesday
    assert mornings.plan(now=early) == 0
    assert mornings.plan(now=early + timedelta(days=1)) == 1


def test_planning_again_changes_nothing(mei, early):
    asked(mei)
    assert [mornings.plan(now=early), mornings.plan(now=early)] == [1, 0]


@pytest.mark.parametrize("status", ["away", "in_hospital", "deceased"])
def test_her_status_pauses_it(mei, early, morning, status):
    asked(mei)
    turn(early)
    mei.status = status
    mei.save()
    turn(morning)
    assert her().state == "paused"
    assert not OutboundJob.objects.exists()


def test_the_plan_of_fifty_thousand_is_a_bounded_number_of_queries(early):
    people = Elder.objects.bulk_create(Elder(name=f"Elder {n}") for n in range(2_000))
    CheckInPlan.objects.bulk_create(CheckInPlan(elder=one) for one in people)
    with CaptureQueriesContext(
        connection,
    ) as few:
        assert mornings.plan(now=early) == 2_000
    reads = [query for query in few if query["sql"].startswith("SELECT")]
    writes = [query for query in few if query["sql"].startswith("INSERT")]
    # What is read does not grow with the town; what is written goes in by the batch: fifty
    # thousand are ten statements on PostgreSQL, and as SQLite takes them a hundred at a time.
    assert len(reads) <= 5
    assert len(writes) <= 2 + -(-2_000 // 100)


def test_what_does_not_fit_into_the_day_is_told_when_it_is_planned(settings, early):
    settings.TRUNKS, settings.CHECKIN_HOURS = 2, "19:58-19:59"  # one a minute
    people = crowd(4, at=None)
    CheckInPlan.objects.filter(elder=people[3]).update(risk=3)
    own = cast.mei()
    asked(own, at=time(21, 0))
    turn(early)
    left = CheckIn.objects.filter(state="missed").values_list("elder__name", flat=True)
    assert sorted(left) == ["Elder 1", "Elder 2"]
    assert Notice.objects.get(code="checkins_too_many").data == {"count": 2}
    turn(mornings.instant(date(2026, 3, 10), time(21, 0)))
    assert CheckIn.objects.get(elder=own).state == "ringing"  # so late because she chose it


def test_who_has_no_number_is_a_gap_in_the_register_and_no_visit(mei, early, morning):
    asked(mei)
    mei.holdings.all().delete()
    turn(early)
    turn(morning)
    assert her().state == "missed"
    assert Notice.objects.get(code="checkin_no_number").data == {"elder": "Mei Chen"}
    assert not ServiceRequest.objects.exists()


# --- two tries, the contacts, a visit ----------------------------------------------------------


def test_one_says_that_she_is_well(mei, early, morning):
    asked(mei)
    turn(early)
    turn(morning)
    assert her().state == "ringing"
    assert press(cast.MEI_NUMBER, "1", morning) == ["say", "hangup"]
    assert (her().state, told(her())) == ("well", ["rung", "well"])
    turn(morning + timedelta(hours=1))
    assert her().tries == 1
    assert not Deadline.objects.filter(RUNNING).exists()


def test_a_silence_is_an_event_and_goes_on_to_the_contacts_and_a_visit(mei, early, morning):
    cast.ka_ming(mei)
    asked(mei)
    turn(early)
    turn(morning)
    let_ring(cast.MEI_NUMBER, morning)
    assert (her().state, told(her())) == ("waiting", ["rung", "silent"])
    again = morning + timedelta(minutes=10)
    turn(again)
    let_ring(cast.MEI_NUMBER, again)
    assert her().state == "contacts"
    turn(again)
    let_ring(cast.KA_MING_NUMBER, again)
    late = again + timedelta(minutes=10)
    turn(late)
    visit = ServiceRequest.objects.get()
    assert (visit.category_id, visit.priority, visit.source) == ("medical", "urgent", "checkin")
    assert (her().state, her().request) == ("visit", visit)
    assert told(her()) == ["rung", "silent", "rung", "silent", "contacts", "visit"]
    assert Notice.objects.filter(code="checkin_silent", request=visit).exists()


def test_every_step_of_a_silence_has_a_row_that_is_due(mei, early, morning):
    """Nobody tells us anything: the clocks alone lead to the visit."""
    cast.ka_ming(mei)
    asked(mei)
    now = early
    while now < morning + timedelta(hours=1):
        turn(now)
        now += timedelta(seconds=30)
        checkin = CheckIn.objects.first()
        if checkin and checkin.state in ("ringing", "contacts"):
            assert Deadline.objects.filter(RUNNING, checkin=checkin).exists()
    assert her().state == "visit"
    silent_for = ServiceRequest.objects.get().opened_at - CheckInEvent.objects.earliest("at").at
    assert silent_for < timedelta(minutes=30)


def test_without_contacts_somebody_goes_at_once(mei, early, morning):
    asked(mei)
    turn(early)
    turn(morning)
    let_ring(cast.MEI_NUMBER, morning)
    again = morning + timedelta(minutes=10)
    turn(again)
    let_ring(cast.MEI_NUMBER, again)
    assert her().state == "visit"


def test_a_machine_is_no_answer_of_hers(mei, early, morning):
    asked(mei)
    turn(early)
    turn(morning)
    job = ringing(cast.MEI_NUMBER)
    answers.answered(job.pk, job.carrier_ref, by_machine=True, now=morning)
    assert told(her()) == ["rung", "silent"]


def test_who_picks_up_and_says_nothing_has_not_answered(mei, early, morning):
    asked(mei)
    turn(early)
    turn(morning)
    call = pick_up(cast.MEI_NUMBER, morning)
    assert inbound.digits(call, "", now=morning).instructions[-1]["verb"] == "gather"
    assert inbound.digits(call, "", now=morning).state == "ended"
    assert told(her()) == ["rung", "silent"]
    assert not Call.objects.filter(queued_at__isnull=False).exists()


@pytest.mark.parametrize("key", ["0", "2", "7"])
def test_any_other_key_reaches_a_person_at_once(mei, early, morning, key):
    asked(mei)
    turn(early)
    turn(morning)
    assert press(cast.MEI_NUMBER, key, morning)[-1] == "enqueue"
    assert her().state == "person"
    assert Call.objects.get().priority == "urgent"
    inbound.hang_up(Call.objects.get().pk, now=morning)  # before anybody came to the phone
    assert CallBack.objects.get().priority == "urgent"


def test_who_cannot_hear_is_written_to_and_replies(mei, early, morning):
    mei.hearing = "deaf"
    mei.save()
    asked(mei)
    turn(early)
    turn(morning)
    text = OutboundJob.objects.get(kind="text", purpose="checkin")
    answers.replied(text.pk, "1", now=morning)
    assert her().state == "well"
    turn(morning + timedelta(minutes=2))
    assert not OutboundJob.objects.filter(state="ringing").exists()


def test_a_text_that_says_unwell_has_a_person_ring_her_urgently(mei, early, morning):
    mei.reach_by = "text"
    mei.save()
    asked(mei)
    turn(early)
    turn(morning)
    answers.replied(OutboundJob.objects.get(kind="text").pk, "2", now=morning)
    assert (CallBack.objects.get().priority, her().state) == ("urgent", "person")


def silent_twice(morning: datetime) -> datetime:
    turn(morning)
    let_ring(cast.MEI_NUMBER, morning)
    again = morning + timedelta(minutes=10)
    turn(again)
    let_ring(cast.MEI_NUMBER, again)
    turn(again)
    return again


def test_a_contact_who_has_seen_her_today_ends_it(mei, early, morning):
    cast.ka_ming(mei)
    asked(mei)
    turn(early)
    now = silent_twice(morning)
    press(cast.KA_MING_NUMBER, "1", now)
    assert her().state == "vouched"
    assert her().events.last().data == {"by": cast.KA_MING_NUMBER}
    turn(now + timedelta(hours=1))
    assert not ServiceRequest.objects.exists()


def test_when_no_contact_knows_somebody_goes_without_waiting(mei, early, morning):
    cast.ka_ming(mei)
    Contact.objects.create(elder=mei, order=2, name="Hua", phone=A_FRIEND, agreed_at=early)
    asked(mei)
    turn(early)
    now = silent_twice(morning)
    press(cast.KA_MING_NUMBER, "2", now)
    assert her().state == "contacts"
    outbound.deliver_due(now=now)  # the friend is rung now, not in a minute
    press(A_FRIEND, "2", now)
    assert her().state == "visit"


def test_a_barred_contact_is_not_asked(mei, early, morning):
    Contact.objects.create(elder=mei, name="X", phone=A_FRIEND, agreed_at=early, barred=True)
    asked(mei)
    turn(early)
    silent_twice(morning)
    assert not OutboundJob.objects.filter(to=A_FRIEND).exists()


# --- heard from her otherwise -----------------------------------------------------------------


def test_a_call_of_hers_today_counts(mei, early, morning):
    mei.holdings.update(verified_at=early)
    asked(mei)
    turn(early)
    inbound.incoming("simulator", "a", from_number=cast.MEI_NUMBER, to_number="12349", now=early)
    assert (her().state, told(her())) == ("heard", ["heard"])
    turn(morning)
    assert not OutboundJob.objects.exists()


@pytest.mark.parametrize(("hours_ago", "state"), [(0, "heard"), (8, "ringing")])
def test_a_call_from_before_the_plan_counts_and_yesterdays_does_not(
    mei, early, morning, hours_ago, state
):
    mei.holdings.update(verified_at=early)
    asked(mei)
    at = early - timedelta(hours=hours_ago)
    reply = inbound.incoming(
        "simulator", "a", from_number=cast.MEI_NUMBER, to_number="12349", now=at
    )
    inbound.hang_up(reply.call or 0, now=at)
    turn(morning)
    assert her().state == state


def test_a_call_from_a_number_that_proves_nothing_does_not_count(mei, early, morning):
    mei.holdings.update(verified_at=None)
    asked(mei)
    turn(early)
    inbound.incoming("simulator", "a", from_number=cast.MEI_NUMBER, to_number="12349", now=early)
    assert her().state == "waiting"


def test_a_press_of_her_button_counts_and_a_heartbeat_does_not(mei, early, morning):
    asked(mei)
    turn(early)
    watch = cast.watch(mei)
    watch.last_heard_at = early
    watch.save()
    Alarm.objects.create(device=watch, elder=mei, kinds=["low_battery"], received_at=early)
    turn(morning)
    assert her().state == "ringing"
    Alarm.objects.create(device=watch, elder=mei, kinds=["sos"], received_at=morning)
    let_ring(cast.MEI_NUMBER, morning)
    turn(morning + timedelta(minutes=10))
    assert her().state == "heard"


def test_a_press_on_her_page_counts(mei, early, client):
    client.force_login(cast.signed_in(mei))
    asked(mei)
    mornings.plan(now=datetime.now(UTC))
    CheckIn.objects.update(state="waiting")  # whatever hour it is now
    client.post("/elder/unwell/")
    assert her().state == "heard"


def test_her_page_asks_her_too_and_one_press_is_the_answer(mei, client):
    client.force_login(cast.signed_in(mei))
    client.cookies["django_language"] = "en"
    assert "Are you well today" not in client.get("/elder/").content.decode()
    asked(mei)
    mornings.plan(now=datetime.now(UTC))
    CheckIn.objects.update(state="waiting")
    assert "Are you well today" in client.get("/elder/").content.decode()
    answer = client.post("/elder/well/", follow=True).content.decode()
    assert "Are you well today" not in answer
    assert her().state == "well"


def test_an_open_emergency_is_not_asked_how_it_is(mei, early, morning):
    asked(mei)
    turn(early)
    cries(mei, now=morning)
    calling.sweep(now=morning)
    assert her().state == "heard"


def test_heard_from_while_her_contacts_are_asked_ends_their_calls(mei, early, morning):
    cast.ka_ming(mei)
    asked(mei)
    turn(early)
    now = silent_twice(morning)
    checkins.heard_from(mei, "call", now=now)
    assert her().state == "heard"
    assert not OutboundJob.objects.filter(to=cast.KA_MING_NUMBER, state="ringing").exists()


# --- when it never rang -----------------------------------------------------------------------


def test_while_the_carrier_places_nothing_nobody_counts_as_silent(mei, settings, early, morning):
    cast.ka_ming(mei)
    asked(mei)
    turn(early)
    works, settings.CARRIERS = settings.CARRIERS, []
    for minutes in range(0, 90, 2):
        turn(morning + timedelta(minutes=minutes))
    assert her().tries == 0
    assert set(told(her())) == {"rung", "not_placed"}
    assert Notice.objects.filter(code="checkins_unplaced", done_at=None).count() == 1
    assert not ServiceRequest.objects.exists()
    settings.CARRIERS = works
    later = morning + timedelta(minutes=92)
    turn(later)
    press(cast.MEI_NUMBER, "1", later)
    assert her().state == "well"


def test_a_number_the_carrier_refuses_while_it_places_others_is_a_silence(
    mei, settings, early, morning
):
    lan = cast.lan()
    asked(mei)
    asked(lan, risk=3)
    turn(early)
    calling.sweep(now=morning)
    outbound.deliver_due(now=morning, limit=1)  # Lan's telephone rings
    settings.CARRIERS = []
    outbound.deliver_due(now=morning)
    hers = CheckIn.objects.get(elder=mei)
    assert told(hers) == ["rung", "silent"]


def test_a_call_that_was_still_waiting_for_its_turn_is_no_silence(mei, early, morning):
    asked(mei)
    turn(early)
    calling.sweep(now=morning)  # placed with us, and never with the carrier
    late = morning + timedelta(seconds=150)
    deadlines.fire_due(now=late)
    assert (her().state, her().tries, told(her())) == ("waiting", 0, ["rung", "not_placed"])
    turn(late)
    assert her().state == "ringing"


# --- lines and queue --------------------------------------------------------------------------


def crowd(count: int, **plan: object) -> list[Elder]:
    people = []
    for n in range(count):
        elder = Elder.objects.create(name=f"Elder {n}")
        cast.line(elder, f"+86137000000{n:02d}")
        asked(elder, **plan)
        people.append(elder)
    return people


def rung() -> int:
    return OutboundJob.objects.filter(purpose="checkin").count()


def test_half_of_the_trunks_at_most(settings, early, morning):
    settings.TRUNKS = 6
    crowd(9)
    turn(early)
    turn(morning)
    assert rung() == 3
    turn(morning)
    assert rung() == 3
    let_ring("+8613700000000", morning)
    turn(morning + timedelta(seconds=1))
    assert rung() == 4


def test_no_line_that_others_need(settings, early, morning):
    settings.TRUNKS = 6
    crowd(9)
    turn(early)
    for n in range(5):
        ref = f"busy {n}"
        Call.objects.create(
            direction="inbound",
            carrier="simulator",
            carrier_ref=ref,
            state="talking",
            opened_at=morning,
        )
    assert trunks.free() == 1
    turn(morning)
    assert rung() == 1


def test_nobody_is_rung_while_somebody_waits_for_help(early, morning):
    crowd(3)
    turn(early)
    call = inbound.incoming(
        "simulator", "a", from_number="+8613800009999", to_number="12349", now=morning
    ).call
    turn(morning)
    assert rung() == 0
    assert standing.today(CheckIn.objects.all(), now=morning).held_up
    inbound.hang_up(call or 0, now=morning)
    turn(morning)
    assert rung() == 3


def test_risk_is_rung_first_and_the_silent_before_all(settings, early, morning):
    settings.TRUNKS = 2
    low, high, silent = crowd(3)
    CheckInPlan.objects.filter(elder=high).update(risk=3)
    turn(early)
    CheckIn.objects.filter(elder=silent).update(tries=1, due_at=morning)
    for elder in (silent, high, low):
        turn(morning)
        assert CheckIn.objects.filter(state="ringing").latest("pk").elder == elder
        number = elder.holdings.get().line.number
        press(number, "1", morning)


def test_who_was_silent_once_does_not_wait_for_a_free_line_for_long(mei, early, morning):
    asked(mei)
    turn(early)
    turn(morning)
    let_ring(cast.MEI_NUMBER, morning)
    inbound.incoming("simulator", "a", from_number="+8613800009999", to_number="12349", now=morning)
    turn(morning + timedelta(minutes=24))
    assert (her().state, her().tries) == ("waiting", 1)
    turn(morning + timedelta(minutes=25))
    assert her().state == "visit"


def test_a_backlog_is_told_to_the_desk_once_and_what_the_evening_leaves_too(
    settings, early, morning
):
    settings.TRUNKS = 0
    crowd(2)
    turn(early)
    turn(morning + timedelta(minutes=1))
    turn(morning + timedelta(minutes=2))
    assert [one.data for one in Notice.objects.filter(code="checkins_behind")] == [{"count": 2}]
    turn(morning + timedelta(hours=10, minutes=29))
    assert CheckIn.objects.filter(state="waiting").count() == 2
    turn(morning + timedelta(hours=10, minutes=30))  # eight in the evening
    assert Notice.objects.get(code="checkins_missed").data == {"count": 2}
    assert CheckIn.objects.filter(state="missed").count() == 2


# --- who sees it ------------------------------------------------------------------------------


def test_the_plan_and_its_backlog_are_in_the_figures(settings, early, morning, client):
    settings.TRUNKS = 2
    crowd(3)
    turn(early)
    turn(morning)
    told_now = standing.today(selectors.checkins_for(cast.olive()), now=morning)
    assert (told_now.planned, told_now.ringing, told_now.backlog) == (3, 1, 2)
    assert told_now.clears_s
    assert told_now.oldest_s == 29 * 60  # the first minute's one is rung
    assert selectors.checkins_for(cast.rose(cast.lan())).count() == 0
    client.force_login(cast.sol())
    CheckIn.objects.update(day=mornings.town_day(datetime.now(UTC)))
    assert client.get("/api/v1/stats").json()["checkins"]["planned"] == 3


def test_the_wall_board_shows_the_morning_its_backlog_and_the_silent(
    settings, early, morning, client
):
    settings.TRUNKS = 2
    crowd(3)
    turn(early)
    turn(morning)
    CheckIn.objects.update(day=mornings.town_day(datetime.now(UTC)))
    client.force_login(cast.olive())
    client.cookies["django_language"] = "en"
    wall = client.get("/wall/now/").content.decode()
    assert "0 answered, 2 to come" in wall
    assert "2 held up" in wall


def test_a_supervisor_keeps_the_schedule_in_the_register(mei, client):
    client.force_login(cast.sol())
    page = "/admin/dispatch/checkinplan/add/"
    wrong = client.post(page, {"elder": mei.pk, "days": "118", "risk": 0, "active": "on"})
    assert "days" in wrong.context["adminform"].form.errors
    client.post(page, {"elder": mei.pk, "days": "12345", "at": "08:15", "risk": 2, "active": "on"})
    assert CheckInPlan.objects.get().at == time(8, 15)
