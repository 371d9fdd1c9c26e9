"""`/telephony/simulator/…`, each path with and without a slash at its end."""

from django.urls import re_path

from telephony.carriers.simulator import handset, outbox, writing

_CALL = r"^calls/(?P<call_id>[0-9]{1,18})"
_ITEM = r"^outbox/(?P<item_id>[0-9]{1,18})"

urlpatterns = [
    re_path(r"^calls/?$", handset.ring),
    re_path(rf"{_CALL}/?$", handset.listen),
    re_path(rf"{_CALL}/digits/?$", handset.press),
    re_path(rf"{_CALL}/speech/?$", handset.speak),
    re_path(rf"{_CALL}/hangup/?$", handset.hang_up),
    re_path(r"^texts/?$", writing.write),
    re_path(r"^outbox/?$", outbox.outbox),
    re_path(rf"{_ITEM}/answer/?$", outbox.pick_up),
    re_path(rf"{_ITEM}/digits/?$", outbox.press_item),
    re_path(rf"{_ITEM}/(?P<how>reject|no-answer)/?$", outbox.turn_down),
]
