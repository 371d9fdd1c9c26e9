"""`/telephony/twilio/…`, each path with and without a slash at its end."""

from django.urls import re_path

from telephony.carriers.twilio import sms, status, webhooks

urlpatterns = [
    re_path(r"^voice/?$", webhooks.voice),
    re_path(r"^voice/(?P<step>[a-z]{1,20})/?$", webhooks.step),
    re_path(r"^status/?$", status.status),
    re_path(r"^sms/?$", sms.sms),
    re_path(r"^fallback/?$", webhooks.fallback),
]
