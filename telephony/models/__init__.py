"""Calls in and out, what happened on them, whom to ring back, and what is still to be placed."""

from telephony.models.call import Call, CallEvent
from telephony.models.callback import CallBack
from telephony.models.job import OutboundJob, SimulatorItem
from telephony.models.link import Link, LinkOrder
from telephony.models.priority import Priority
from telephony.models.webhook import Cost, OptOut, Turn, WebhookAnswer

__all__ = [
    "Call",
    "CallBack",
    "CallEvent",
    "Cost",
    "Link",
    "LinkOrder",
    "OptOut",
    "OutboundJob",
    "Priority",
    "SimulatorItem",
    "Turn",
    "WebhookAnswer",
]
