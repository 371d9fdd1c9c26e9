"""What a town sets up: who is checked in on, what is asked after a visit, the rules of the desk."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from dispatch.models import AnswerRule, CheckInPlan, Question, TriageQuestion, TriageReason
from elders.admin import RegisterMixin
from elders.selectors import elders_for


@admin.register(CheckInPlan)
class CheckInPlanAdmin(RegisterMixin, admin.ModelAdmin[CheckInPlan]):
    """A change holds from the next day on: today's calls stand already."""

    list_display = ("elder", "active", "days", "at", "risk")
    list_filter = ("active", "risk")
    list_select_related = ("elder",)
    search_fields = ("elder__name", "elder__name_zh")
    autocomplete_fields = ("elder",)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[CheckInPlan]:
        seen = elders_for(request.user, now=timezone.now())
        return super().get_queryset(request).filter(elder__in=seen.values("pk"))


@admin.register(Question)
class QuestionAdmin(RegisterMixin, admin.ModelAdmin[Question]):
    """A question that was answered once is retired, not deleted: the figures are of it."""

    list_display = ("code", "name", "name_zh", "order", "active")
    list_editable = ("order", "active")


@admin.register(TriageReason)
class TriageReasonAdmin(RegisterMixin, admin.ModelAdmin[TriageReason]):
    list_display = ("code", "name", "name_zh", "order", "active")
    list_editable = ("order", "active")


@admin.register(TriageQuestion)
class TriageQuestionAdmin(RegisterMixin, admin.ModelAdmin[TriageQuestion]):
    """A doctor reads them before a town uses them: an answer moves a person to act, or not to."""

    list_display = ("code", "reason", "name", "grave", "advice", "order", "active")
    list_select_related = ("reason",)
    list_editable = ("order", "active")
    list_filter = ("reason",)


@admin.register(AnswerRule)
class AnswerRuleAdmin(RegisterMixin, admin.ModelAdmin[AnswerRule]):
    list_display = ["after_s", "act", "active"]
    list_display_links = ["after_s"]
    list_editable = ["act", "active"]
