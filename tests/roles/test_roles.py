"""Every path of the house, as every kind of account: not yours is 404, not your kind is 403."""

from collections.abc import Iterator

import pytest
from django.apps import apps

from tests.roles import bodies, town
from tests.roles.table import ADMIN, EVERYBODY, MAY_SEE, NOT_SEARCHED, REGISTRARS, TABLE, line_of
from tests.roles.town import MEI_ID, SECRETS
from tests.roles.walk import Answer, Stop, Walker, admin_stops, stops

pytestmark = [pytest.mark.django_db, pytest.mark.pure]
NOTHING = "0"  # the key of a row in a register that is empty


def test_every_path_has_its_line_in_the_table():
    known = [(stop, line_of(f"{stop.method} {stop.pattern}", TABLE)) for stop in stops()]
    known += [(stop, line_of(f"{stop.method} {stop.pattern}", ADMIN)) for stop in admin_stops()]
    assert [stop for stop, line in known if line is None] == []
    assert len(known) > 200


def test_every_line_of_the_table_is_walked():
    walked = [f"{stop.method} {stop.pattern}" for stop in [*stops(), *admin_stops()]]
    idle = [line.path for line in [*TABLE, *ADMIN] if not any(map(line.matches, walked))]
    assert idle == []


@pytest.mark.parametrize("who", sorted(EVERYBODY))
def test_each_kind_of_account_gets_where_it_belongs_and_nowhere_else(who):
    place = town.build()
    walker = Walker(place, who)
    wrong = []
    for stop in stops():
        answer = walker.call(stop, **bodies.of(stop, place))
        wrong += list(_faults(stop, answer, who, TABLE))
    assert wrong == []


@pytest.mark.parametrize(
    "who", ["anonymous", "other family", "worker", "operator", "station", *sorted(REGISTRARS)]
)
def test_the_registers_are_open_to_those_who_keep_them(who):
    place = town.build()
    walker = Walker(place, who)
    wrong = []
    for stop in admin_stops():
        row = _row(stop)
        walker.subjects = place.subjects | row
        if row.get("object_id") != NOTHING:
            wrong += list(_faults(stop, walker.call(stop), who, ADMIN))
    assert wrong == []


def _row(stop: Stop) -> dict[str, str]:
    """Mei, or the first row of the register."""
    _, app, model, *_ = [*stop.pattern.split("/"), "", ""]
    if (app, model) == ("elders", "elder"):
        return {"object_id": str(MEI_ID)}
    try:
        first = apps.get_model(app, model)._default_manager.order_by("pk").first()
    except LookupError:
        first = None
    key = str(first.pk) if first else NOTHING
    return {"object_id": key, "id": key, "content_type_id": "1"}


def _faults(stop: Stop, answer: Answer, who: str, table: list) -> Iterator[str]:
    """What is wrong with this answer to `who`."""
    said = f"{stop.method} {stop.pattern}"
    line = line_of(said, table)
    assert line is not None, f"{said} stands in no line of the table"
    right = line.right(who) | {"no such method"}
    if answer.kind not in right:
        yield f"{who}: {said} is {answer.status}, not {sorted(right)}"
    if answer.status >= 500 and stop.pattern != "readyz":
        yield f"{who}: {said} broke"
    if not NOT_SEARCHED.fullmatch(said):
        seen = {what for what, words in SECRETS.items() if any(w in answer.body for w in words)}
        if told := seen - MAY_SEE.get(who, set()):
            yield f"{who}: {said} tells Mei's {', '.join(sorted(told))}"
