"""After a time without a link: what is up on Asterisk against what stands in the register.

Events of that time are gone for ever, so nothing is concluded from them: the channels are listed,
and every call, leg and room is made to agree. Run again every half minute, for an event that went
missing while all seemed well.
"""

import logging
import time
from datetime import datetime, timedelta

from asterisk.ami.event import Event
from django.conf import settings
from django.utils import timezone

from telephony import inbound
from telephony.carriers.asterisk import names, registrations
from telephony.carriers.asterisk.acts import RING_S
from telephony.carriers.asterisk.client import Client
from telephony.carriers.asterisk.leg import Leg, e164, end
from telephony.carriers.asterisk.program import Place
from telephony.carriers.asterisk.switchboard import Switchboard
from telephony.models import Call

log = logging.getLogger(__name__)

LOST_AFTER_S = RING_S + 15
"""An attempt of which nobody has heard is over when it must have stopped ringing."""
PLACES = {"AGI": Place.SCRIPT, "ConfBridge": Place.ROOM, "MusicOnHold": Place.HOLD}
DOORS = ("from-trunk", "hotline", "fallback", "remember")


def reconcile(board: Switchboard, client: Client, *, fresh: bool) -> None:
    """`fresh`: the link was away, so what legs waited for may have passed unheard."""
    began, began_at = time.monotonic(), timezone.now()
    listed = client.listed("CoreShowChannels")
    channels = {event.keys.get("Uniqueid", ""): event for event in listed}
    _rooms(board, channels)
    # Right after a login no event is taken, so no leg can be younger than the list.
    settled = began if fresh else began - 2
    for ref, leg in list(board.legs.items()):
        if ref not in channels and leg.since < settled and not _may_ring(ref, began_at):
            board.hung_up(ref, "")
    live = Call.objects.filter(carrier=board.carrier, state__in=Call.LIVE, opened_at__lt=began_at)
    for call in live:
        channel = channels.get(call.carrier_ref)
        if channel is not None:
            _adopt(board, call, channel, fresh=fresh)
        elif call.carrier_ref not in board.legs and not _may_ring(call.carrier_ref, began_at):
            end(board.carrier, call.carrier_ref, how="lost")
    known = set(live.values_list("carrier_ref", flat=True))
    for ref, channel in channels.items():
        if ref not in known and ref not in board.legs and _is_caller(ref, channel):
            _welcome(board, client, ref, channel)
    _joined(board, channels)
    for call_id in board.rooms:
        board.turns.post(f"room-{call_id}", board.clear, call_id)
    if fresh:
        _unheard(board, client, channels)
    registrations.look(board.carrier, client, now=began_at)


def _may_ring(ref: str, now_at: datetime) -> bool:
    """An attempt that we placed a moment ago: Asterisk may be about to ring it."""
    since = now_at - timedelta(seconds=LOST_AFTER_S)
    return (
        names.job_of(ref) is not None
        and Call.objects.filter(carrier_ref=ref, answered_at=None, opened_at__gt=since).exists()
    )


def _rooms(board: Switchboard, channels: dict[str, Event]) -> None:
    rooms: dict[int, set[str]] = {}
    for ref, channel in channels.items():
        room = channel.keys.get("ApplicationData", "").partition(",")[0]
        if channel.keys.get("Application") == "ConfBridge" and room.isdigit():
            rooms.setdefault(int(room), set()).add(ref)
        if operator := names.operator_of(ref):
            board.telephones[operator] = ref
            if channel.keys.get("ChannelStateDesc") == "Up":
                board.picked_up.add(ref)
    board.rooms = rooms
    for operator, ref in list(board.telephones.items()):
        if ref not in channels:
            board.turns.post(ref, board._telephone_lost, ref, *operator)


def _joined(board: Switchboard, channels: dict[str, Event]) -> None:
    """Callers whom the dialplan has put through to somebody."""
    for ref, channel in channels.items():
        bridge = channel.keys.get("BridgeId", "")
        if channel.keys.get("Application") not in ("Dial", "Queue"):
            continue
        for other, there in channels.items():
            if bridge and other != ref and there.keys.get("BridgeId") == bridge:
                board.met(ref, there.keys)


def _adopt(board: Switchboard, call: Call, channel: Event, *, fresh: bool) -> None:
    """A call of ours is up: its leg goes on where the channel is."""
    place = PLACES.get(channel.keys.get("Application", ""), Place.DIALPLAN)
    is_new = call.carrier_ref not in board.legs
    leg = board.leg(call.carrier_ref)
    if call.answered_at is None and not call.is_inbound:
        if place is Place.SCRIPT and is_new:
            board.turns.post(leg.ref, leg.started, "", "")
        elif _waits(channel):
            board.redirect(leg.ref, "job", "s")  # picked up while we were away
    elif is_new or (fresh and leg.place is not place):
        board.turns.post(leg.ref, _resume, leg, call.pk, place)


def _waits(channel: Event) -> bool:
    """In the dialplan's queue, and not put through to anybody."""
    is_queued = channel.keys.get("Application") in ("Dial", "Queue")
    return is_queued and not channel.keys.get("BridgeId")


def _resume(leg: Leg, call_id: int, place: Place) -> None:
    leg.call_id = call_id
    leg.resume(place)


def _is_caller(ref: str, channel: Event) -> bool:
    """Somebody who rang in, and no channel of ours or of Asterisk's own making."""
    is_trunk = channel.keys.get("Channel", "").startswith("PJSIP/trunk-")
    return is_trunk and not names.is_ours(ref) and channel.keys.get("Context") in DOORS


def _welcome(board: Switchboard, client: Client, ref: str, channel: Event) -> None:
    """Somebody who rang while we were away is still there."""
    caller = channel.keys.get("CallerIDNum", "")
    if channel.keys.get("Application") == "AGI":
        leg = board.leg(ref)
        board.turns.post(ref, leg.started, caller, "")
    else:
        board.turns.post(ref, _enter, board, ref, caller, "", True)


def _enter(board: Switchboard, ref: str, caller: str, dialled: str, is_live: bool) -> None:
    """Puts a call that the dialplan took on the desk; one that is over becomes a call-back."""
    now = timezone.now()
    reply = inbound.incoming(
        board.carrier,
        ref,
        from_number=e164(caller),
        to_number=dialled[:32] or settings.HOTLINE_NUMBER,
        now=now,
    )
    if is_live:
        leg = board.leg(ref)
        leg.call_id = leg.call_id or reply.call
    else:
        end(board.carrier, ref, how="gone")
    board.heard(ref)


def _unheard(board: Switchboard, client: Client, channels: dict[str, Event]) -> None:
    """Everybody whom the dialplan wrote down: `unheard/<channel>` = epoch/caller/dialled."""
    for event in client.listed("DBGetTree", Family="unheard"):
        ref = event.keys.get("Key", "").rpartition("/")[2]
        _epoch, _slash, rest = event.keys.get("Val", "").partition("/")
        caller, _slash, dialled = rest.partition("/")
        if ref:
            board.turns.post(ref, _enter, board, ref, caller, dialled, ref in channels)
