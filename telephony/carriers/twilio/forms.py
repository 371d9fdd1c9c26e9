"""What Twilio says in a webhook's form and query, read without trusting its shape."""

import re
from dataclasses import dataclass

from django.http import HttpRequest, QueryDict

from elders.errors import ElderError
from elders.numbers import normalise
from telephony.models import OutboundJob

_SID = re.compile(r"[A-Za-z]{2}[0-9A-Za-z]{1,62}", re.ASCII)
_KEY = re.compile(r"([0-9]{1,18}):([0-9]{1,5})", re.ASCII)
_PLAIN = re.compile(r"[0-9]{1,18}", re.ASCII)
# What Twilio writes for a number that was withheld, in letters of a telephone's keys.
WITHHELD = frozenset(
    {
        *("anonymous", "restricted", "unavailable", "unknown", "private", "blocked"),
        *("+266696687", "+7378742883", "+2562533", "+8656696", "+86282452253", "+464"),
    }
)
FINAL = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})


def e164(raw: str) -> str:
    """The number of the other side; "" when it is withheld, or no number at all."""
    raw = raw.strip()
    if raw.lower() in WITHHELD or raw.startswith(("client:", "sip:")):
        return ""
    try:
        return normalise(raw)
    except ElderError:
        return ""


@dataclass(frozen=True, slots=True)
class Hook:
    """One webhook. What is missing or no sense is "" or 0."""

    form: QueryDict
    query: QueryDict
    token: str

    @classmethod
    def of(cls, request: HttpRequest) -> "Hook":
        token = request.headers.get("I-Twilio-Idempotency-Token", "")[:100]
        return cls(request.POST, request.GET, token)

    def said(self, name: str) -> str:
        return self.form.get(name, "").replace("\0", "").strip()

    @property
    def sid(self) -> str:
        """The leg, or the message."""
        sid = self.said("CallSid") or self.said("MessageSid") or self.said("SmsSid")
        return sid if _SID.fullmatch(sid) else ""

    @property
    def step(self) -> int:
        """The number of the step that this answers."""
        return self._number("n")

    @property
    def call_id(self) -> int:
        return self._number("call")

    @property
    def operator_id(self) -> int:
        return self._number("operator")

    @property
    def job(self) -> tuple[int, int] | None:
        """The job and its attempt, from the key that we put into the address."""
        match = _KEY.fullmatch(self.query.get("job", ""))
        return (int(match[1]), int(match[2])) if match else None

    def current_job(self) -> OutboundJob | None:
        """The job, if this is about its latest attempt; an older one moves nothing any more."""
        key = self.job
        return OutboundJob.objects.filter(pk=key[0], attempts=key[1]).first() if key else None

    @property
    def digits(self) -> str:
        return "".join(key for key in self.said("Digits") if key in "0123456789*#")[:20]

    @property
    def speech(self) -> str:
        return self.said("SpeechResult")[:1000]

    @property
    def is_over(self) -> bool:
        return self.said("CallStatus") in FINAL

    def _number(self, name: str) -> int:
        raw = self.query.get(name, "")
        return int(raw) if _PLAIN.fullmatch(raw) else 0
