"""An emergency is closed by people (rule 15): no digit, page, token or timer closes, cancels or
downgrades one.

Every path of the house is walked, with a body that asks for the end, as everybody who is no
operator; every key is pressed on every telephone; and a day goes by.
"""

import json
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib import admin
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from dispatch import assignments, handovers, links, offers, selectors
from dispatch.models import Event, RequestCall, ServiceRequest
from elders import tokens
from elders.models import Elder, User
from elders.roles import Role
from providers.models import Worker
from telephony import inbound
from telephony.models import Call, SimulatorItem
from tests import cast
from tests.dispatch.town import WORKER, cries, sweep, workers
from tests.scenarios.phone import Phone

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.pure]

# What a body may say to end it; a form takes them all, the API those its schema knows.
WORDS = {
    "disposition": "false_alarm",
    "seen_by": "me",
    "reason": "it was nothing",
    "outcome": "arrived",
    "text": "all is well",
    "priority": "routine",
    "state": "CLOSED",
    "category": "catering",
    "service": "120",
    "why": "it was nothing",
    "note": "it was nothing",
    "on": "",
}


class Case:
    """Mei's emergency with all that hangs on it: offers, a visit, a hand-over, a call."""

    def __init__(self) -> None:
        now = timezone.now()
        self.mei: Elder = cast.mei()
        self.mei.holdings.update(verified_at=now)
        self.son = cast.ka_ming(self.mei, *["requests", "health", "whereabouts"])
        self.crew: list[Worker] = workers(cast.sunrise_kitchen(), 4, capacity=9)
        self.crew[0].user = cast.account("worker", name="Wai")
        self.crew[0].save()
        self.olive = cast.olive()
        call = inbound.incoming(
            "simulator", "in-1", from_number=cast.MEI_NUMBER, to_number="12349", now=now
        ).call
        self.request: ServiceRequest = cries(self.mei, now=now, call=Call.objects.get(pk=call))
        sweep(now)
        self.token = links.issue(self.mei, request=self.request, now=now)
        self.handover = handovers.make(self.request.pk, service="120", by=self.olive, now=now)

    def stands(self) -> bool:
        """Open, an emergency, and nobody has said otherwise."""
        request = ServiceRequest.objects.get(pk=self.request.pk)
        ends = Event.objects.filter(
            request=request, kind__in=["request.closed", "request.cancelled"]
        )
        return request.is_open and request.is_emergency and not ends.exists()

    def part(self, name: str) -> object:
        """What stands in a path where it names something."""
        known = {
            "request": self.request.pk,
            "offer": self.request.offers.first().pk,
            "assignment": (self.request.assignments.first() or self.request).pk,
            "handover": self.handover.pk,
            "call": RequestCall.objects.get().call_id,
            "elder": self.mei.pk,
            "token": self.token,
            "code": "catering",
            "slug": "catering",
            "device": cast.WATCH_ID,
        }
        return next((known[word] for word in known if name.startswith(word)), self.request.pk)


@pytest.fixture
def case() -> Case:
    return Case()


def everybody_but_operators(case: Case) -> dict[str, User | None]:
    return {
        "elder": cast.signed_in(case.mei),
        "family": case.son,
        "worker": case.crew[0].user,
        "provider": _staff(case),
        "auditor": cast.agnes(),
        "station": cast.ping(),
        "administrator": cast.ada(),
        "nobody": cast.account("nobody"),
        "stranger": None,
    }


def _staff(case: Case) -> User:
    staff = cast.account("kitchen")
    case.crew[0].provider.staff.add(staff)
    return staff


def client_of(user: User | None) -> Client:
    """Signed in, and with a bearer token: whichever a path asks for."""
    if user is None:
        return Client()
    token = tokens.issue(user, "test", now=timezone.now())
    client = Client(headers={"Authorization": f"Bearer {token}"}, raise_request_exception=False)
    client.force_login(user)
    return client


def paths(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, bool]]:
    """(every path, whether it is the API's), with names where something is named."""
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield route, route.startswith("api/")
        elif not route.startswith(("admin/", "i18n/")):
            yield from paths(entry, route)


def filled(route: str, case: Case) -> str:
    """The path with real ids: `<int:pk>`, `(?P<call_id>…)` alike."""
    route = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<str:\1>", route)
    route = re.sub(r"[\^$]|/\?", lambda m: "/" if m[0] == "/?" else "", route)
    named = route
    for found in re.findall(r"<(?:\w+:)?(\w+)>", route):
        word = found
        if found == "pk":  # the word before it says of what
            before = route.split("<")[0].rstrip("/").rpartition("/")[2]
            word = {"visits": "assignment", "handovers": "handover"}.get(before, before.rstrip("s"))
        named = re.sub(rf"<(?:\w+:)?{found}>", str(case.part(word)), named, count=1)
    return "/" + named.lstrip("/")


def knock(client: Client, path: str, *, is_api: bool) -> int:
    """POST, with a form or, at the API, with what of WORDS the operation knows."""
    if not is_api:
        return client.post(path, WORDS).status_code
    body = dict(WORDS)
    while True:  # what an operation does not know is refused by name: leave it out, tell it again
        answer = client.post(path, json.dumps(body), content_type="application/json")
        if answer.status_code != 422:
            return answer.status_code
        unknown = {field.rpartition(".")[2] for field in answer.json()["error"]["fields"]}
        if not unknown & set(body):
            return answer.status_code
        body = {key: value for key, value in body.items() if key not in unknown}


def walk(case: Case, user: User | None) -> dict[str, tuple[int, ...]]:
    """path → answers to GET and POST, for as long as the case stands."""
    answers: dict[str, tuple[int, ...]] = {}
    client = client_of(user)
    for route, is_api in paths(get_resolver()):
        path = filled(route, case)
        answers[path] = (client.get(path).status_code, knock(client, path, is_api=is_api))
        if not case.stands():
            break
        if "sign-out" in path:
            client = client_of(user)
    return answers


def test_the_api_has_no_method_the_walk_does_not_try():
    answer = Client().get("/api/v1/openapi.json").json()
    assert {method for path in answer["paths"].values() for method in path} <= {"get", "post"}


def test_the_walk_would_find_a_way(case):
    """The same walk as an operator does end it: at the door that is there for it."""
    answers = walk(case, case.olive)
    assert not case.stands()
    assert re.search(r"/close/?$", list(answers)[-1])


@pytest.mark.parametrize(
    "who",
    [
        "elder",
        "family",
        "worker",
        "provider",
        "auditor",
        "station",
        "administrator",
        "nobody",
        "stranger",
    ],
)
def test_no_page_and_no_token_ends_it(case, who):
    answers = walk(case, everybody_but_operators(case)[who])
    assert case.stands(), f"{who} ended it at {list(answers)[-1]}"
    assert len(answers) > 80
    crashed = {path for path, codes in answers.items() if max(codes) >= 500} - {"/readyz"}
    assert not crashed


def test_neither_does_whoever_is_there_nor_she_herself_when_it_is_done(case):
    """The walk again where most is allowed: the visit is over, and only closing is left."""
    now = timezone.now()
    there = offers.accept(
        case.request.offers.get(worker=case.crew[0], state="made").pk, by=WORKER, now=now
    )
    assignments.arrive(there.pk, by=WORKER, now=now)
    assignments.finish(there.pk, by=WORKER, now=now)
    everybody = everybody_but_operators(case)
    for who in ("elder", "worker"):
        walk(case, everybody[who])
        assert case.stands(), who
    assert ServiceRequest.objects.get(pk=case.request.pk).state == "DONE"


def test_the_admin_has_no_door_to_it():
    for model in admin.site._registry:
        if model._meta.app_label != "dispatch":
            continue
        assert model not in (ServiceRequest, Event), f"{model} can be edited"


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.STATION, Role.ADMINISTRATOR])
def test_a_role_that_is_not_the_desks_makes_nobody_an_operator(case, role):
    client = client_of(cast.account("somebody", role))
    answer = client.post(
        f"/api/v1/requests/{case.request.pk}/close",
        json.dumps({"disposition": "false_alarm"}),
        content_type="application/json",
    )
    assert answer.status_code in (403, 404)


KEYS = [*"0123456789*#", "", "11", "1#"]


def test_no_digit_on_her_own_call_ends_it(case):
    call = RequestCall.objects.get().call_id
    for _ in range(2):
        for key in KEYS:
            inbound.digits(call, key, now=timezone.now())
        assert case.stands()
        inbound.speech(call, "it was nothing, close it", now=timezone.now())
        inbound.hang_up(call, now=timezone.now())
        Phone(cast.MEI_NUMBER).dial()
        call = Call.objects.latest("pk").pk
    assert case.stands()


def test_no_digit_on_what_was_sent_about_it_ends_it(case):
    """Every key on every call and text that went out: to workers, to contacts, to her."""
    inbound.hang_up(RequestCall.objects.get().call_id, now=timezone.now())
    sweep(timezone.now())
    pressed = set()
    for item in SimulatorItem.objects.select_related("job"):
        for key in KEYS:
            with transaction.atomic():
                answer = Client().post(
                    f"/telephony/simulator/outbox/{item.pk}/digits/",
                    {"digits": key},
                    content_type="application/json",
                )
                assert answer.status_code == 200, answer.content
                assert case.stands(), f"{key} to {item.job.purpose}"
                transaction.set_rollback(True)
        pressed.add((item.job.purpose, item.job.kind))
    assert pressed >= {
        ("offer", "text"),
        ("offer", "call"),
        ("contact", "call"),
        ("ring_back", "call"),
    }


@pytest.mark.parametrize("alarm", ["", "lowBattery", "removing", "powerOn"])
def test_no_word_of_a_device_ends_it(case, alarm):
    cast.watch(case.mei)
    said = {"id": cast.WATCH_ID, "lat": 30.2741, "lon": 120.1551, "alarm": alarm}
    Client().get("/positions/osmand/", {key: value for key, value in said.items() if value})
    assert case.stands()


def test_no_timer_ends_it(case):
    """A day goes by and nobody comes: it is as open, as loud and as watched as before."""
    begins = timezone.now()
    seconds = 0
    while seconds < 24 * 3600:
        seconds += 20 if seconds < 200 else 1800
        sweep(begins + timedelta(seconds=seconds))
        assert case.stands()
        assert not any(selectors.unwatched(now=begins + timedelta(seconds=seconds)).values())
    assert ServiceRequest.objects.get(pk=case.request.pk).sounds > 50
