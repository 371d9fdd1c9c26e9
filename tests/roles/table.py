"""Who may go where: DESIGN §10 as one table. A new path needs a line here.

A line is a pattern of "METHOD path", who gets in, and to whom it is "not yours" (404). Everybody
else is not the right kind (403), and whoever has not signed in is asked to.
"""

import re
from dataclasses import dataclass

SIGNED_IN = frozenset(
    {
        *("elder", "other elder", "family", "other family", "worker", "other worker"),
        *("provider", "operator", "supervisor", "auditor", "station", "administrator"),
    }
)
EVERYBODY = SIGNED_IN | {"anonymous"}
DESK = frozenset({"operator", "supervisor"})
READERS = DESK | {"auditor"}
MEI, FAMILY = frozenset({"elder"}), frozenset({"family"})
VISITING = frozenset({"worker", "provider"})
CARERS = frozenset({"worker", "other worker"})
STRANGERS = frozenset({"other elder", "other family", "other worker"})
OFFICE = frozenset({"station", "administrator"})
NOBODY: frozenset[str] = frozenset()
LEADS = frozenset({"supervisor"})
REGISTRARS = frozenset({"supervisor", "auditor", "administrator"})
KEEPERS = frozenset({"supervisor", "administrator"})


@dataclass(frozen=True)
class Line:
    path: str
    who: frozenset[str]
    not_theirs: frozenset[str] = NOBODY
    also: frozenset[str] = NOBODY  # other kinds of answer that are right for everybody

    def matches(self, stop: str) -> bool:
        return re.fullmatch(self.path, stop) is not None

    def right(self, who: str) -> frozenset[str]:
        """What `who` may be answered here."""
        if who in self.who:
            return self.also | {"in"}
        if who in self.not_theirs:
            return self.also | {"404"}
        outside = who == "anonymous" or ("admin/" in self.path and who not in REGISTRARS)
        return self.also | {"sign in" if outside else "403"}


ABSENT = frozenset({"404"})  # where the demo, or the file, is not there

TABLE = [
    # Open to the street, or guarded by something else than an account.
    Line(r"\w+ (|sign-in/|sign-out/|i18n/setlang/|healthz|readyz|metrics)", EVERYBODY),
    Line(r"\w+ (service-worker.js|no-line/)", EVERYBODY),
    Line(r"\w+ no-line/<name>/", NOBODY, not_theirs=EVERYBODY),  # nobody has spoken it here
    Line(r"\w+ manifest/<page>/", EVERYBODY),
    Line(r"\w+ api/v1/(docs|openapi.json)", EVERYBODY),
    Line(r"\w+ positions/(osmand|owntracks|traccar|batch)/", EVERYBODY),
    Line(r"\w+ (basemap.json|demo/living/|api/v1/)", EVERYBODY, also=ABSENT),
    Line(r"\w+ track/<token>/.*", NOBODY, not_theirs=EVERYBODY),  # this token is nobody's
    # The simulator stands in for the telephone network; checks keep it on loopback.
    Line(r"\w+ (phone/|telephony/simulator/.*)", EVERYBODY),
    # What Twilio signs is known by its signature; the walker signs nothing, and Twilio is off.
    Line(r"\w+ telephony/twilio/.*", NOBODY, not_theirs=EVERYBODY),
    Line(r"\w+ styleguide/", NOBODY, not_theirs=EVERYBODY),  # there only with DEBUG
    # Pages by role.
    # To a colleague, and for an elder, that an empty form does not name.
    Line(r"\w+ console/(calls/<pk>/(transfer|invite|pass-on)|requests)/", DESK, also=ABSENT),
    Line(r"\w+ console/(reviews/.*|calls/<pk>/listen/)", LEADS),
    # The sound itself is only there where a carrier recorded.
    Line(r"\w+ console/recordings/<pk>/.*", DESK, also=ABSENT),
    Line(r"\w+ wall/.*", DESK),
    Line(r"\w+ console/.*", DESK),
    Line(r"\w+ elder/sound/<name>/", frozenset({"elder", "other elder"}), also=ABSENT),
    Line(r"\w+ elder/requests/<pk>/.*", MEI, not_theirs=frozenset({"other elder"})),
    Line(
        r"\w+ elder/sharing/(links|relatives)/<pk>/.*", MEI, not_theirs=frozenset({"other elder"})
    ),
    # The visit is not over, and no check-in is planned.
    Line(
        r"\w+ family/(visits|elders|contacts)/<pk>/.*",
        FAMILY,
        not_theirs=frozenset({"other family"}),
        also=ABSENT,
    ),
    Line(r"\w+ family/.*", frozenset({"family", "other family"})),
    Line(r"\w+ zones/.*", FAMILY | DESK, frozenset({"other family"})),
    Line(r"\w+ push/.*", FAMILY | CARERS | {"other family"}, also=ABSENT),
    Line(r"\w+ tv/", frozenset({"elder", "other elder"})),
    Line(r"\w+ elder/.*", frozenset({"elder", "other elder"})),
    Line(r"\w+ station/.*", frozenset({"station"})),
    Line(r"\w+ provider/papers/<pk>/", frozenset({"provider", "administrator"}) | READERS),
    # To a worker of the house, whom an empty form does not name.
    Line(r"\w+ provider/.*", frozenset({"provider"})),
    # To a relative only when the visit has ended.
    Line(r"\w+ pictures/<pk>/", DESK | {"worker"}, SIGNED_IN - DESK - {"worker"}),
    Line(r"\w+ worker/pictures/<pk>/.*", frozenset({"worker"}), frozenset({"other worker"})),
    Line(r"\w+ worker/(offers|visits)/<pk>/.*", frozenset({"worker"}), frozenset({"other worker"})),
    Line(r"\w+ worker/.*", CARERS),
    # Lists show everybody their own; what is in them is what the secrets are about.
    Line(r"GET api/v1/(requests|offers|assignments|calls|elders|devices)", SIGNED_IN),
    Line(r"GET api/v1/(categories|providers|services|workers)", SIGNED_IN),
    Line(r"GET api/v1/(stats|callbacks)", READERS),
    # One of Mei's things.
    Line(r"POST api/v1/requests", MEI | DESK, frozenset({"other elder"})),
    Line(
        r"GET api/v1/requests/<request_id>(/events|/offers|/handovers)?",
        MEI | FAMILY | VISITING | READERS,
        STRANGERS | OFFICE,
    ),
    Line(r"GET api/v1/requests/<request_id>/candidates", READERS),
    Line(r"POST api/v1/requests/<request_id>/(cancel|confirm)", MEI | DESK, STRANGERS | OFFICE),
    Line(
        r"POST api/v1/requests/<request_id>/escalate",
        MEI | DESK | {"worker"},
        STRANGERS | OFFICE,
    ),
    Line(r"POST api/v1/requests/<request_id>/.*", DESK),
    Line(r"POST api/v1/handovers/.*", DESK),
    Line(
        r"GET api/v1/(offers|assignments)/<\w+>",
        VISITING | READERS,
        STRANGERS | OFFICE | MEI | FAMILY,
    ),
    Line(
        r"POST api/v1/(offers|assignments)/<\w+>/.*",
        VISITING | DESK,
        STRANGERS | OFFICE | MEI | FAMILY,
    ),
    Line(r"GET api/v1/calls/<call_id>", MEI | READERS, STRANGERS | OFFICE | FAMILY | VISITING),
    Line(r"POST api/v1/calls/<call_id>/(listen|whisper|speak)", LEADS),
    Line(r"POST api/v1/(calls|callbacks)/.*", DESK),
    Line(
        r"GET api/v1/elders/<elder_id>(/access-log)?",
        MEI | FAMILY | VISITING | READERS | OFFICE,
        STRANGERS,
    ),
    Line(r"GET api/v1/elders/<elder_id>/contacts", MEI | READERS, STRANGERS),
    Line(
        r"GET api/v1/elders/<elder_id>/(location|devices)",
        MEI | FAMILY | VISITING | READERS,
        STRANGERS,
    ),
    Line(
        r"GET api/v1/devices/<device_id>(/positions)?",
        MEI | FAMILY | READERS,
        STRANGERS | OFFICE | VISITING,
    ),
    Line(r"GET api/v1/devices/<device_id>/commands", READERS),
    Line(r"POST api/v1/devices/<device_id>/commands", DESK),
    Line(
        r"GET api/v1/(providers|workers)/<\w+>",
        VISITING | READERS | {"administrator"},
        STRANGERS | MEI | FAMILY | {"station"},
    ),
]

ADMIN = [
    Line(r"GET admin/(|jsi18n/|password_change/.*|r/.*)", REGISTRARS, also=ABSENT),
    Line(r"GET admin/(login|logout)/", EVERYBODY),
    Line(r"GET admin/\w+/\w+/<object_id>/", REGISTRARS),  # only ever leads to …/change/
    # Rules and skills of the desk are kept by hand.
    Line(
        r"GET admin/(dispatch/answerrule|telephony/skill)/<object_id>/delete/",
        frozenset({"administrator"}),
    ),
    Line(r"GET admin/(dispatch/answerrule|telephony/skill)/.*", KEEPERS),
    # Facts are not made up or thrown away by hand.
    Line(r"GET admin/providers/licencepaper/add/", NOBODY),
    Line(r"GET admin/(telephony|axes)/\w+/add/", NOBODY),
    Line(r"GET admin/elders/(apitoken|accessentry|dayroot)/add/", NOBODY),
    Line(r"GET admin/(telephony/\w+|tracking/(device(kind)?|zone))/<object_id>/delete/", NOBODY),
    Line(r"GET admin/elders/(accessentry|dayroot)/<object_id>/delete/", NOBODY),
    Line(r"GET admin/elders/(accessentry|dayroot)/.*", frozenset({"auditor"})),
    Line(
        r"GET admin/(elders/user|elders/apitoken|auth|axes|telephony)/.*",
        frozenset({"administrator"}),
    ),
    Line(r"GET admin/tracking/landmark/<object_id>/delete/", KEEPERS),
    Line(r"GET admin/\w+/\w+/<object_id>/delete/", frozenset({"administrator"})),
    Line(r"GET admin/(elders|providers|tracking|dispatch)/.*", KEEPERS),
    Line(r"GET admin/autocomplete/", NOBODY),
]
# Which of Mei's secrets may stand in an answer to whom. Of the others: none, anywhere.
MAY_SEE: dict[str, set[str]] = {
    "elder": {"name", "number", "address", "door code", "health", "identity", "key", "watch"},
    "family": {"name", "address", "health", "key", "watch"},
    "worker": {"name", "number", "address", "key"},
    "provider": {"name", "number", "address", "key"},
    "operator": {"name", "number", "address", "door code", "health", "key", "watch"},
    "supervisor": {
        *("name", "number", "address", "door code", "health", "identity", "key", "watch"),
    },
    "auditor": {"name", "number", "address", "key", "watch"},
    "station": {"name", "key"},
    "administrator": {"name", "number", "address", "door code", "identity", "key", "watch"},
}
# The network itself, whoever looks at it.
NOT_SEARCHED = re.compile(r"\w+ (phone/|telephony/simulator/.*)")


def line_of(stop: str, table: list[Line]) -> Line | None:
    return next((line for line in table if line.matches(stop)), None)
