"""The rules of the desk in the registers."""

from django.contrib import admin

from dispatch.models import AnswerRule
from elders.admin import RegisterMixin


@admin.register(AnswerRule)
class AnswerRuleAdmin(RegisterMixin, admin.ModelAdmin[AnswerRule]):
    list_display = ["after_s", "act", "active"]
    list_display_links = ["after_s"]
    list_editable = ["act", "active"]
