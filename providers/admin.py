"""The registers of those who can be sent, kept by supervisors and administrators."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from providers import capacity, papers
from providers.errors import ProviderError
from providers.models import (
    Category,
    Licence,
    LicencePaper,
    OpeningHours,
    Provider,
    Service,
    ServiceArea,
    Shift,
    Task,
    Worker,
    WorkerCategory,
)

KEEPERS = ("supervisor", "administrator")


class KeptMixin:
    """Open to the keepers' groups, and to whomever Django's own permissions name."""

    def _kept_by(self, request: HttpRequest) -> bool:
        return request.user.groups.filter(name__in=KEEPERS).exists()

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._kept_by(request) or super().has_module_permission(request)  # type: ignore[misc]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._kept_by(request) or super().has_view_permission(request, obj)  # type: ignore[misc]

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return self._kept_by(request) or super().has_add_permission(request, *args)  # type: ignore[misc]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._kept_by(request) or super().has_change_permission(request, obj)  # type: ignore[misc]


class InlineMixin(KeptMixin):
    """Rows of a provider or a worker come and go with whoever keeps it."""

    extra = 0

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._kept_by(request) or super().has_delete_permission(request, obj)  # type: ignore[misc]


class ServiceInline(InlineMixin, admin.TabularInline[Service, Provider]):
    model = Service


class LicenceInline(InlineMixin, admin.TabularInline[Licence, Provider]):
    model = Licence


class OpeningHoursInline(InlineMixin, admin.TabularInline[OpeningHours, Provider]):
    model = OpeningHours


class ServiceAreaInline(InlineMixin, admin.TabularInline[ServiceArea, Provider]):
    model = ServiceArea


class CategoryInline(InlineMixin, admin.TabularInline[WorkerCategory, Worker]):
    model = WorkerCategory


class ShiftInline(InlineMixin, admin.TabularInline[Shift, Worker]):
    model = Shift


class TaskInline(InlineMixin, admin.TabularInline[Task, Category]):
    model = Task


@admin.register(Category)
class CategoryAdmin(KeptMixin, admin.ModelAdmin[Category]):
    list_display = ("code", "name", "name_zh", "hotline_digit", "needs_licence", "order")
    search_fields = ("code", "name", "name_zh")
    inlines = (TaskInline,)


@admin.register(Provider)
class ProviderAdmin(KeptMixin, admin.ModelAdmin[Provider]):
    list_display = ("name", "name_zh", "phone", "rating", "active")
    list_filter = ("active", "services__category")
    search_fields = ("name", "name_zh", "phone")
    autocomplete_fields = ("staff",)
    inlines = (ServiceInline, LicenceInline, OpeningHoursInline, ServiceAreaInline)


@admin.register(LicencePaper)
class LicencePaperAdmin(KeptMixin, admin.ModelAdmin[LicencePaper]):
    """What providers have handed in: read here, and accepted or refused as a whole."""

    list_display = ("provider", "category", "number", "valid_from", "valid_to", "state", "scan")
    list_filter = ("state", "category")
    list_select_related = ("provider", "category")
    search_fields = ("number", "provider__name", "provider__name_zh")
    fields = readonly_fields = (
        *("provider", "category", "number", "valid_from", "valid_to", "scan"),
        *("state", "handed_in_by", "handed_in_at", "decided_at", "licence"),
    )
    actions = ("accept", "refuse")

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    @admin.display(description=_("scan"))
    def scan(self, paper: LicencePaper) -> str:
        url = reverse("provider-paper", args=[paper.pk])
        return format_html('<a href="{}" download>{}</a>', url, paper.content_type)

    @admin.action(description=_("Accept: the licence is in force on its days"))
    def accept(self, request: HttpRequest, queryset: QuerySet[LicencePaper]) -> None:
        for pk in queryset.values_list("pk", flat=True):
            papers.accept(pk, now=timezone.now())

    @admin.action(description=_("Refuse"))
    def refuse(self, request: HttpRequest, queryset: QuerySet[LicencePaper]) -> None:
        for pk in queryset.values_list("pk", flat=True):
            papers.refuse(pk, now=timezone.now())


class WorkerForm(forms.ModelForm[Worker]):
    languages = forms.JSONField(required=False, initial=list, help_text=_('such as ["zh-hans"]'))
    skills = forms.JSONField(required=False, initial=list, help_text=_('such as ["first_aid"]'))

    def clean_languages(self) -> list[str]:
        return self._words("languages")

    def clean_skills(self) -> list[str]:
        return self._words("skills")

    def clean_capacity(self) -> int:
        wanted: int = self.cleaned_data["capacity"]
        if self.instance.pk and wanted < self.instance.capacity - self.instance.free:
            raise ValidationError(_("more than this is taken now"))
        return wanted

    def _words(self, name: str) -> list[str]:
        words = self.cleaned_data[name] or []
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise ValidationError(_("a list of words in double quotes"))
        return words


@admin.register(Worker)
class WorkerAdmin(KeptMixin, admin.ModelAdmin[Worker]):
    form = WorkerForm
    list_display = ("name", "name_zh", "provider", "phone", "on_duty", "free", "capacity")
    list_filter = ("on_duty", "categories__category", "mode")
    list_select_related = ("provider",)
    search_fields = ("name", "name_zh", "phone", "provider__name", "provider__name_zh")
    autocomplete_fields = ("user", "provider")
    readonly_fields = ("free", "duty_since", "lat", "lon", "position_at", "accuracy_m")
    inlines = (CategoryInline, ShiftInline)

    def save_model(self, request: HttpRequest, obj: Worker, form: Any, change: bool) -> None:
        """Write only what the form changed: position and room change while it is open."""
        if not change:
            obj.free = obj.capacity
            obj.save()
            return
        changed: Collection[str] = form.changed_data
        if fields := [name for name in changed if name != "capacity"]:
            obj.save(update_fields=fields)
        if "capacity" in changed:
            try:
                capacity.resize(obj.pk, obj.capacity)
            except ProviderError as error:
                self.message_user(request, error.fields["capacity"], "error")
