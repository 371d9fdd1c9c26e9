"""What was said on a call, where the town records: announced, encrypted, read with a trace.

`settings.RECORD_CALLS` switches it on. A call is recorded only after its caller was told so
(`step["recorded"]` are the words). A carrier with audio hands it over with `keep_audio`; the
simulator's words are kept as they are typed.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from elders import fields, ledger, roles
from elders.models import User
from telephony import callbacks, selectors
from telephony.errors import CallError
from telephony.instructions import Instruction, from_json, seconds_to_hear
from telephony.models import Call, CallBack, Recording


def start(call: Call, *, now: datetime) -> None:
    """People begin to speak; whoever was not told of it is not recorded."""
    if may_record(call):
        Recording.objects.get_or_create(call=call, reference="", defaults={"started_at": now})


def unheard(call: Call, *, now: datetime) -> list[Instruction]:
    """The words that announce it, where somebody answers before they can have been heard."""
    told = call.step.get("recorded")
    if not isinstance(told, dict) or told not in call.script:
        return []
    until_then = map(from_json, call.script[: call.script.index(told) + 1])
    by_now = (now - call.opened_at).total_seconds() >= seconds_to_hear(until_then)
    return [] if by_now else [from_json(told)]


def hear(call: Call, who: str, words: str) -> None:
    """Words of a conversation that carries text: `who` says them."""
    open_one = _conversation(call.pk).filter(ended_at=None)
    for kept in open_one.select_for_update(no_key=True):
        kept.words = f"{kept.words}{who}: {words}\n"
        kept.save(update_fields=["words"])


def stop(call: Call, *, now: datetime) -> None:
    """The conversation has ended."""
    _conversation(call.pk).filter(ended_at=None).update(ended_at=now)


def may_record(call: Call) -> bool:
    """Whether the town records, and this caller was told."""
    return bool(settings.RECORD_CALLS and call.step.get("recorded"))


def was_talk(call: Call) -> bool:
    """Whether anybody spoke with the caller, so that there is something to keep."""
    return _conversation(call.pk).exists()


def keep_audio(call: Call, audio: bytes, *, audio_type: str, now: datetime) -> None:
    """What a carrier recorded, for example "audio/wav"; nothing is kept of who was not told."""
    start(call, now=now)
    _conversation(call.pk).update(audio=fields.seal(audio), audio_type=audio_type)


def keep_message(
    call: Call, audio: bytes, *, reference: str, audio_type: str, now: datetime
) -> None:
    """What somebody said after a tone, which is there to be kept; they are to be rung back.

    `reference` is the carrier's, and the same one again is the same message.
    """
    with transaction.atomic():
        _kept, is_new = Recording.objects.get_or_create(
            call=call,
            reference=reference,
            defaults={
                "audio": fields.seal(audio),
                "audio_type": audio_type,
                "started_at": now,
                "ended_at": now,
            },
        )
        if is_new:
            callbacks.open_callback(call, reason="message", now=now)


def _conversation(call_id: int) -> QuerySet[Recording]:
    return Recording.objects.filter(call=call_id, reference="", deleted_at=None)


def recordings_for(user: User) -> QuerySet[Recording]:
    """Those `user` may play: a supervisor's part of town, an operator's own calls, and messages,
    which are for whoever rings back."""
    kept = Recording.objects.filter(deleted_at=None).select_related("call__elder", "call__operator")
    seen = kept.filter(call__in=selectors.calls_for(user).values("pk"))
    if roles.is_supervisor(user):
        return seen
    if roles.is_operator(user):
        mine = kept.filter(Q(call__operator=user) | Q(call__parties__user=user))
        return (mine | seen.exclude(reference="")).distinct()
    return kept.none()


def messages_of(listed: Iterable[CallBack], user: User) -> dict[int, list[Recording]]:
    """What each of the call-backs was left as messages since it is on the list."""
    one_by_one = list(listed)
    since = min((callback.opened_at for callback in one_by_one), default=None)
    said = recordings_for(user).exclude(reference="").order_by("pk")
    lately = list(said.filter(started_at__gte=since)) if since else []
    return {
        callback.pk: [
            one
            for one in lately
            if one.started_at >= callback.opened_at
            and (one.call_id == callback.call_id or one.call.other_number == callback.number != "")
        ]
        for callback in one_by_one
    }


def play(recording_id: int, *, by: User, purpose: str, now: datetime) -> Recording:
    """The recording, after an entry in the ledger; CallError 404 for one that is not theirs."""
    found = recordings_for(by).filter(pk=recording_id).first()
    if found is None:
        raise CallError("not_found", _("There is no such recording."), http_status=404)
    if found.call.elder:
        ledger.record(actor=by, elder=found.call.elder, what="recording", purpose=purpose, now=now)
    return found


def audio_of(recording: Recording) -> bytes | None:
    """The sound, readable again; None without any, or without its key."""
    return fields.unseal(bytes(recording.audio)) if recording.audio else None


def sweep(*, now: datetime, limit: int = 200) -> int:
    """Deletes what is older than `settings.RECORDING_DAYS`; that it was there stays."""
    old = Recording.objects.filter(
        deleted_at=None, started_at__lte=now - timedelta(days=settings.RECORDING_DAYS)
    )
    due = list(old.order_by("started_at").values_list("pk", flat=True)[:limit])
    if not due:
        return 0
    return Recording.objects.filter(pk__in=due).update(
        words="", audio=None, audio_type="", deleted_at=now
    )
