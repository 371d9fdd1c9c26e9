"""`/telephony/twilio/sms/`: a text to our number."""

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from twilio.twiml.messaging_response import MessagingResponse

from telephony import texts
from telephony.carriers.twilio.carrier import Twilio
from telephony.carriers.twilio.forms import Hook, e164
from telephony.carriers.twilio.http import once, webhook


def _sorry(hook: Hook) -> str:
    """Our own failure: whoever wrote knows that nobody has read it."""
    with override(settings.LANGUAGE_CODE):
        sentence = _("We could not read your message. Please ring %(number)s.")
        return _say([sentence % {"number": settings.HOTLINE_NUMBER}])


@webhook(_sorry)
def sms(hook: Hook) -> str:
    return once(hook, "text", lambda: _received(hook))


def _received(hook: Hook) -> str:
    said = hook.said("Body")
    if not said and hook.said("NumMedia") not in ("", "0"):
        said = "[picture]"
    sender = hook.said("From")
    reply = texts.received(
        Twilio.name, hook.sid, sender=e164(sender) or sender[:32], text=said, now=timezone.now()
    )
    return _say(reply)


def _say(sentences: list[str]) -> str:
    answer = MessagingResponse()
    for sentence in sentences:
        answer.message(sentence)
    return str(answer)
