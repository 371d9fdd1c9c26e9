"""`/console/…`: the page, its regions (GET), and its buttons (POST)."""

from django.urls import path

from dispatch.pages import console
from dispatch.pages.desk import call_acts, desk_acts, request_acts, softphone, visit_acts

urlpatterns = [
    path("", console.index, name="console"),
    path("figures/", console.figures_region, name="console-figures"),
    path("queue/", console.queue_region, name="console-queue"),
    path("board/", console.board_region, name="console-board"),
    path("work/", console.work_region, name="console-work"),
    path("caller/", console.caller_region, name="console-caller"),
    path("person/", console.person_region, name="console-person"),
    path("case/", console.case_region, name="console-case"),
    path("sending/", console.sending_region, name="console-sending"),
    path("find/", console.find, name="console-find"),
    path("calls/<int:pk>/take/", call_acts.take, name="console-take"),
    path("calls/<int:pk>/hang-up/", call_acts.hang_up, name="console-hang-up"),
    path("calls/<int:pk>/wrap-up/", call_acts.wrap_up, name="console-wrap-up"),
    path("calls/<int:pk>/transfer/", call_acts.transfer, name="console-transfer"),
    path("calls/<int:pk>/promise/", call_acts.promise, name="console-promise"),
    path("callbacks/<int:pk>/ring/", call_acts.ring_back, name="console-ring-back"),
    path("callbacks/<int:pk>/reached/", call_acts.reached, name="console-reached"),
    path("requests/", request_acts.create, name="console-create"),
    path("requests/<int:pk>/", console.request_page, name="console-request"),
    path("requests/<int:pk>/whole/", console.request_region, name="console-whole"),
    path("requests/<int:pk>/claim/", request_acts.claim, name="console-claim"),
    path("requests/<int:pk>/offer/", request_acts.offer, name="console-offer"),
    path("requests/<int:pk>/offer-best/", request_acts.offer_best, name="console-offer-best"),
    path("requests/<int:pk>/escalate/", request_acts.escalate, name="console-escalate"),
    path("requests/<int:pk>/hand-over/", visit_acts.hand_over, name="console-hand-over"),
    path("requests/<int:pk>/close/", request_acts.close, name="console-close"),
    path("requests/<int:pk>/cancel/", request_acts.cancel, name="console-cancel"),
    path("requests/<int:pk>/reopen/", request_acts.reopen, name="console-reopen"),
    path("requests/<int:pk>/note/", request_acts.note, name="console-note"),
    path("requests/<int:pk>/spoke/", request_acts.spoke, name="console-spoke"),
    path("requests/<int:pk>/ring/", request_acts.ring, name="console-ring"),
    path("handovers/<int:pk>/end/", visit_acts.end_hand_over, name="console-end-hand-over"),
    path("visits/<int:pk>/depart/", visit_acts.depart, name="console-depart"),
    path("visits/<int:pk>/arrive/", visit_acts.arrive, name="console-arrive"),
    path("visits/<int:pk>/finish/", visit_acts.finish, name="console-finish"),
    path("visits/<int:pk>/release/", visit_acts.release, name="console-release"),
    path("notices/<int:pk>/done/", desk_acts.notice_done, name="console-notice-done"),
    path("softphone/", softphone.register, name="console-softphone"),
    path("softphone/ring/", softphone.ring, name="console-softphone-ring"),
    path("sign-out/", desk_acts.sign_out, name="console-sign-out"),
]
