"""The simulator's HTTP API, as the world drives it."""

import pytest
from django.test import Client

from telephony import desk, outbound
from telephony.models import Call, OutboundJob
from tests.cast import MEI_NUMBER, WAI_NUMBER, olive

pytestmark = pytest.mark.django_db

CALLS = "/telephony/simulator/calls/"
OUTBOX = "/telephony/simulator/outbox/"


@pytest.fixture
def phone() -> Client:
    """A program without a session or a CSRF token."""
    return Client(enforce_csrf_checks=True)


def post(phone: Client, path: str, **body):
    return phone.post(path, body, content_type="application/json")


def dial(phone: Client, **body):
    answer = post(phone, CALLS, **{"from": MEI_NUMBER, "to": "12349"} | body)
    assert answer.status_code == 201
    return answer.json()


def placed(now, kind="call", **more) -> OutboundJob:
    job = outbound.place(
        kind, WAI_NUMBER, purpose="offer", subject="offer:17", text="Press 1", now=now, **more
    )
    outbound.deliver_due(now=now)
    return job


def items(phone: Client, to=WAI_NUMBER):
    answer = phone.get(OUTBOX, {"to": to})
    assert answer.status_code == 200
    return answer.json()["items"]


def test_dialling_answers_with_the_call_and_what_to_hear(phone):
    call = dial(phone)
    assert set(call) == {"call", "state", "instructions", "cursor"}
    assert (call["state"], call["cursor"]) == ("ringing", 3)
    assert [step["verb"] for step in call["instructions"]] == ["say", "enqueue", "gather"]
    assert call["instructions"][0]["text"] == "Good morning"


def test_a_number_is_kept_in_its_one_form(phone):
    dial(phone, **{"from": "138 0000 0001"})
    assert Call.objects.get().from_number == MEI_NUMBER


def test_dialling_again_with_the_same_reference_is_the_same_call(phone):
    assert dial(phone, reference="abc") == dial(phone, reference="abc")
    assert dial(phone) != dial(phone)


def test_a_handset_hears_what_came_since_its_cursor(phone):
    call = dial(phone)
    path = f"{CALLS}{call['call']}/"
    assert phone.get(path).json()["instructions"] == call["instructions"]
    assert phone.get(path, {"after": 2}).json()["instructions"] == call["instructions"][2:]
    late = phone.get(path, {"after": 999}).json()
    assert (late["instructions"], late["cursor"]) == ([], 3)


def test_keys_words_and_the_hang_up_answer_in_the_same_shape(phone):
    path = f"{CALLS}{dial(phone)['call']}"
    pressed = post(phone, f"{path}/digits/", digits="1")
    said = post(phone, f"{path}/speech/", text="thank you 谢谢")
    over = post(phone, f"{path}/hangup/")
    for answer in (pressed, said, over):
        assert answer.status_code == 200
        assert set(answer.json()) == {"call", "state", "instructions", "cursor"}
    assert pressed.json()["instructions"][0]["text"] == "Lunch is ordered"
    assert said.json()["instructions"] == [{"verb": "enqueue", "priority": "routine"}]
    assert (over.json()["state"], over.json()["cursor"]) == ("ended", 6)


def test_a_handset_that_names_its_cursor_misses_nothing_said_in_between(phone, now):
    call = dial(phone)["call"]
    operator = olive()
    desk.claim(call, by=operator, now=now)
    answer = post(phone, f"{CALLS}{call}/digits/?after=3", digits="1").json()
    assert [step["verb"] for step in answer["instructions"]] == ["bridge"]
    assert answer["state"] == "claimed"


@pytest.mark.parametrize("act", ["digits", "speech", "hangup"])
def test_a_call_that_is_over_answers_409(phone, act):
    path = f"{CALLS}{dial(phone)['call']}"
    post(phone, f"{path}/hangup/")
    answer = post(phone, f"{path}/{act}/", digits="1", text="hello")
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "call_over"


def test_a_repeated_event_with_its_reference_answers_as_before(phone):
    path = f"{CALLS}{dial(phone)['call']}"
    first = post(phone, f"{path}/digits/", digits="1", reference="k1").json()
    again = post(phone, f"{path}/digits/", digits="1", reference="k1")
    assert (again.status_code, again.json()) == (200, first)
    bye = post(phone, f"{path}/hangup/", reference="k2").json()
    assert post(phone, f"{path}/hangup/", reference="k2").json() == bye


def test_every_path_answers_without_a_slash_too(phone, now):
    call = post(phone, CALLS[:-1], **{"from": MEI_NUMBER, "to": "12349"}).json()["call"]
    assert phone.get(f"{CALLS}{call}").status_code == 200
    for act in ("digits", "speech", "hangup"):
        answer = post(phone, f"{CALLS}{call}/{act}", digits="4", text="hello")
        assert answer.status_code == 200
    placed(now)
    item = phone.get(OUTBOX[:-1]).json()["items"][0]["id"]
    for act in ("answer", "digits"):
        assert post(phone, f"{OUTBOX}{item}/{act}", digits="1").status_code == 200
    for act in ("reject", "no-answer"):
        assert post(phone, f"{OUTBOX}{item}/{act}").status_code == 409


def test_the_outbox_lists_what_was_placed_to_a_number(phone, now):
    placed(now)
    placed(now, "text")
    outbound.place("call", MEI_NUMBER, purpose="confirmation", now=now)
    first, second = items(phone)
    assert {key: first[key] for key in ("kind", "to", "purpose", "subject", "state", "text")} == {
        "kind": "call",
        "to": WAI_NUMBER,
        "purpose": "offer",
        "subject": "offer:17",
        "state": "ringing",
        "text": "Press 1",
    }
    assert (second["kind"], second["state"]) == ("text", "delivered")
    assert first["id"] < second["id"]
    assert items(phone, MEI_NUMBER) == []  # not yet handed over


def test_a_plus_that_a_query_turned_into_a_space_is_understood(phone, now):
    placed(now)
    assert len(phone.get(f"{OUTBOX}?to={WAI_NUMBER}").json()["items"]) == 1


def test_picking_up_pressing_1_and_the_item_is_done(phone, now):
    placed(now)
    item = items(phone)[0]["id"]
    heard = post(phone, f"{OUTBOX}{item}/answer/").json()
    assert heard["instructions"][0]["text"] == "Press 1"
    assert items(phone)[0]["state"] == "answered"
    assert items(phone)[0]["call"] == heard["call"]
    done = post(phone, f"{OUTBOX}{item}/digits/", digits="1")
    assert (done.status_code, done.json()["state"]) == (200, "ended")
    assert items(phone)[0]["state"] == "done"
    for act in ("answer", "digits", "reject", "no-answer"):
        assert post(phone, f"{OUTBOX}{item}/{act}/", digits="1").status_code == 409


def test_pressing_a_key_on_a_ringing_phone_picks_it_up(phone, now):
    placed(now)
    answer = post(phone, f"{OUTBOX}{items(phone)[0]['id']}/digits/", digits="1")
    assert (answer.status_code, items(phone)[0]["state"]) == (200, "done")


def test_a_text_is_replied_to_by_its_digits(phone, now, told):
    placed(now, "text")
    item = items(phone)[0]["id"]
    answer = post(phone, f"{OUTBOX}{item}/digits/", digits="1", reference="sms")
    assert answer.status_code == 200
    assert answer.json()["state"] == "done"
    assert post(phone, f"{OUTBOX}{item}/digits/", digits="1", reference="sms").status_code == 200
    assert post(phone, f"{OUTBOX}{item}/digits/", digits="1").status_code == 409
    assert ("job_digits", "1") in told


def test_a_text_cannot_be_picked_up(phone, now):
    placed(now, "text")
    item = items(phone)[0]["id"]
    for act in ("answer", "reject", "no-answer"):
        assert post(phone, f"{OUTBOX}{item}/{act}/").status_code == 400


@pytest.mark.parametrize("act", ["reject", "no-answer"])
def test_a_phone_that_is_not_picked_up_fails_and_rings_again_as_a_new_item(phone, now, act):
    job = placed(now)
    item = items(phone)[0]["id"]
    answer = post(phone, f"{OUTBOX}{item}/{act}/")
    assert (answer.status_code, answer.json()["state"]) == (200, "ended")
    assert [one["state"] for one in items(phone)] == ["failed"]
    job.refresh_from_db()
    outbound.deliver_due(now=job.next_at)
    assert [one["state"] for one in items(phone)] == ["failed", "ringing"]
    assert post(phone, f"{OUTBOX}{item}/answer/").status_code == 409


def test_an_offers_call_and_text_end_with_the_offer(phone, now):
    placed(now)
    placed(now, "text")
    outbound.withdraw("offer:17", now=now)
    assert [one["state"] for one in items(phone)] == ["expired", "expired"]
    for one in items(phone):
        assert post(phone, f"{OUTBOX}{one['id']}/digits/", digits="1").status_code == 409


def test_a_call_that_was_picked_up_can_be_hung_up(phone, now):
    placed(now)
    call = post(phone, f"{OUTBOX}{items(phone)[0]['id']}/answer/").json()["call"]
    assert post(phone, f"{CALLS}{call}/hangup/").json()["state"] == "ended"
    assert items(phone)[0]["state"] == "done"


def test_hanging_up_on_a_ringing_phone_is_not_answering_it(phone, now):
    placed(now, max_attempts=1)
    post(phone, f"{CALLS}{items(phone)[0]['call']}/hangup/")
    assert items(phone)[0]["state"] == "failed"


def test_unknown_calls_and_items_are_not_found(phone):
    paths = [f"{CALLS}4711/digits/", f"{OUTBOX}4711/answer/", f"{CALLS}{10**17}/hangup/"]
    for path in [*paths, f"{CALLS}{10**30}/hangup/"]:
        answer = post(phone, path, digits="1")
        assert answer.status_code == 404, path


def test_it_is_not_there_when_the_simulator_is_off(phone, settings):
    settings.SIMULATOR = False
    assert post(phone, CALLS, **{"from": MEI_NUMBER, "to": "12349"}).status_code == 404
    assert phone.get(OUTBOX).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"to": "12349"}, "from"),
        ({"from": None, "to": "12349"}, "from"),
        ({"from": "hello", "to": "12349"}, "from"),
        ({"from": 13800000001, "to": "12349"}, "from"),
        ({"from": ["+8613800000001"], "to": "12349"}, "from"),
        ({"from": MEI_NUMBER + "\0", "to": "12349"}, "from"),
        ({"from": MEI_NUMBER, "to": "the hotline"}, "to"),
        ({"from": MEI_NUMBER, "to": {}}, "to"),
        ({"from": MEI_NUMBER, "to": "12349", "reference": "x" * 101}, "reference"),
        ({"from": MEI_NUMBER, "to": "12349", "reference": 7}, "reference"),
    ],
)
def test_a_bad_dial_names_the_field_and_rings_nobody(phone, body, field):
    answer = post(phone, CALLS, **body)
    assert answer.status_code == 400
    assert answer.json()["error"]["fields"][field]
    assert not Call.objects.exists()


@pytest.mark.parametrize("raw", [b"[]", b'"1"', b"{", b"\xff\xfe", b"[" * 100_000, b"null"])
def test_a_body_that_is_no_object_is_refused(phone, raw):
    answer = phone.post(CALLS, raw, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["error"]["fields"]["body"]


@pytest.mark.parametrize(
    ("act", "body", "field"),
    [
        ("digits", {}, "digits"),
        ("digits", {"digits": 1}, "digits"),
        ("digits", {"digits": "one"}, "digits"),
        ("digits", {"digits": "１"}, "digits"),
        ("digits", {"digits": "1" * 21}, "digits"),
        ("speech", {}, "text"),
        ("speech", {"text": "  "}, "text"),
        ("speech", {"text": "a" * 1001}, "text"),
        ("speech", {"text": "\ud800"}, "text"),
        ("hangup", {"reference": []}, "reference"),
    ],
)
def test_a_bad_event_names_the_field_and_changes_nothing(phone, act, body, field):
    call = dial(phone)
    answer = post(phone, f"{CALLS}{call['call']}/{act}/", **body)
    assert answer.status_code == 400
    assert list(answer.json()["error"]["fields"]) == [field]
    assert phone.get(f"{CALLS}{call['call']}/").json() == call


def test_a_bad_cursor_changes_nothing(phone):
    path = f"{CALLS}{dial(phone)['call']}/"
    assert phone.get(path, {"after": "-1"}).status_code == 400
    answer = post(phone, f"{path}digits/?after=x", digits="1")
    assert list(answer.json()["error"]["fields"]) == ["after"]
    assert phone.get(path).json()["cursor"] == 3


def test_silence_may_be_told_as_no_keys(phone, told):
    path = f"{CALLS}{dial(phone)['call']}/digits/"
    assert post(phone, path, digits="").status_code == 200
    assert ("digits", "") in told


def test_the_outbox_of_no_number_is_refused(phone):
    answer = phone.get(OUTBOX, {"to": "nobody"})
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["to"])


def test_the_wrong_method_is_refused(phone):
    assert phone.get(CALLS).status_code == 405
    assert phone.post(OUTBOX).status_code == 405
