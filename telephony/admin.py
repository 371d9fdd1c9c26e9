"""Calls, call-backs and jobs in the registers: to be read, never to be edited by hand."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from elders.admin import RegisterMixin
from telephony.models import (
    AgentState,
    Call,
    CallBack,
    CallEvent,
    Cost,
    OptOut,
    OutboundJob,
    Skill,
)


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """What carriers and operators did is not changed afterwards."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class CallEventInline(admin.TabularInline[CallEvent, Call]):
    model = CallEvent
    fields = ("at", "kind", "payload", "answer")
    readonly_fields = ("at", "kind", "payload", "answer")
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Call)
class CallAdmin(ReadOnly):
    list_display = [
        "id",
        "opened_at",
        "direction",
        "purpose",
        "from_number",
        "to_number",
        "state",
        "priority",
        "elder",
        "operator",
    ]
    list_filter = ["state", "direction", "purpose", "priority", "carrier"]
    list_select_related = ["elder", "operator"]
    search_fields = ["from_number", "to_number", "carrier_ref"]
    date_hierarchy = "opened_at"
    inlines = [CallEventInline]


@admin.register(CallBack)
class CallBackAdmin(ReadOnly):
    list_display = ["id", "number", "reason", "priority", "due_at", "attempts", "reached_at"]
    list_filter = ["priority", "reason", ("reached_at", admin.EmptyFieldListFilter)]
    search_fields = ["number"]


@admin.register(OutboundJob)
class OutboundJobAdmin(ReadOnly):
    list_display = [
        "id",
        "created_at",
        "kind",
        "to",
        "purpose",
        "subject",
        "state",
        "attempts",
        "next_at",
        "expires_at",
    ]
    list_filter = ["state", "kind", "purpose", "carrier"]
    search_fields = ["to", "subject"]


@admin.register(Cost)
class CostAdmin(ReadOnly):
    list_display = ["at", "carrier", "kind", "amount", "currency", "carrier_ref"]
    list_filter = ["carrier", "kind"]
    search_fields = ["carrier_ref"]
    date_hierarchy = "at"


@admin.register(OptOut)
class OptOutAdmin(ReadOnly):
    list_display = ["number", "since", "until"]
    list_filter = [("until", admin.EmptyFieldListFilter)]
    search_fields = ["number"]


@admin.register(Skill)
class SkillAdmin(RegisterMixin, admin.ModelAdmin[Skill]):
    """Who may best take whom. Somebody without a row is taken to be able to do everything."""

    list_display = ["user", "code"]
    list_filter = ["code"]
    list_select_related = ["user"]


@admin.register(AgentState)
class AgentStateAdmin(ReadOnly):
    list_display = ["user", "state", "reason", "since", "until"]
    list_filter = ["state", "reason"]
    list_select_related = ["user"]
    date_hierarchy = "since"
