"""The conductor's rows, by noun."""

from dispatch.models.checkin import CheckIn, CheckInDay, CheckInEvent, CheckInPlan
from dispatch.models.clock import AnswerRule, Deadline, Notice, SurgeSpell
from dispatch.models.desk import DeskKeys, NoteDraft
from dispatch.models.offer import Assignment, Handover, Offer
from dispatch.models.picture import Picture
from dispatch.models.rating import Rating
from dispatch.models.reader import Block, IdempotencyKey, TrackLink
from dispatch.models.request import Event, RequestAlarm, RequestCall, ServiceRequest
from dispatch.models.retention import Deletion
from dispatch.models.survey import Question, Survey, SurveyAnswer
from dispatch.models.triage import TriageQuestion, TriageReason
from dispatch.models.trouble import Outage, OutageElder, Trouble

__all__ = [
    "AnswerRule",
    "Assignment",
    "Block",
    "CheckIn",
    "CheckInDay",
    "CheckInEvent",
    "CheckInPlan",
    "Deadline",
    "Deletion",
    "DeskKeys",
    "Event",
    "Handover",
    "IdempotencyKey",
    "NoteDraft",
    "Notice",
    "Offer",
    "Outage",
    "OutageElder",
    "Picture",
    "Question",
    "Rating",
    "RequestAlarm",
    "RequestCall",
    "ServiceRequest",
    "SurgeSpell",
    "Survey",
    "SurveyAnswer",
    "TrackLink",
    "TriageQuestion",
    "TriageReason",
    "Trouble",
]
