"""Calls in and out, what happened on them, whom to ring back, who is at work, what is placed."""

from telephony.models.agent import AgentState, Skill
from telephony.models.call import Call, CallEvent
from telephony.models.callback import CallBack
from telephony.models.job import OutboundJob, SimulatorItem
from telephony.models.link import Link, LinkOrder
from telephony.models.party import CallReview, Party, Recording, ReviewDraw
from telephony.models.priority import Priority
from telephony.models.push import PushSubscription
from telephony.models.webhook import Cost, OptOut, Turn, WebhookAnswer

__all__ = [
    "AgentState",
    "Call",
    "CallBack",
    "CallEvent",
    "CallReview",
    "Cost",
    "Link",
    "LinkOrder",
    "OptOut",
    "OutboundJob",
    "Party",
    "Priority",
    "PushSubscription",
    "Recording",
    "ReviewDraw",
    "SimulatorItem",
    "Skill",
    "Turn",
    "WebhookAnswer",
]
