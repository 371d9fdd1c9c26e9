"""The registers of people. Health is for supervisors; the ledger is read only, for auditors."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from elders import ledger, roles
from elders.models import (
    AccessEntry,
    ApiToken,
    Consent,
    Contact,
    DayRoot,
    Elder,
    FamilyLink,
    GridCell,
    Household,
    Line,
    LineHolder,
    ResponsePlan,
    User,
)
from elders.registration import BirthdayEntry
from elders.selectors import elders_for, find


class RegisterMixin:
    """Kept by administrators (by Django's permissions) and supervisors (by their role)."""

    def _keeps(self, request: HttpRequest) -> bool:
        return roles.is_supervisor(request.user)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._keeps(request) or super().has_module_permission(request)  # type: ignore[misc]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._keeps(request) or super().has_view_permission(request, obj)  # type: ignore[misc]

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return self._keeps(request) or super().has_add_permission(request, *args)  # type: ignore[misc]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._keeps(request) or super().has_change_permission(request, obj)  # type: ignore[misc]


class PlanInline(RegisterMixin, admin.StackedInline[ResponsePlan, Elder]):
    model = ResponsePlan
    extra = 0


class NumberInline(RegisterMixin, admin.TabularInline[LineHolder, Any]):
    model = LineHolder
    extra = 0
    autocomplete_fields = ("line", "elder")


class ContactInline(RegisterMixin, admin.TabularInline[Contact, Elder]):
    model = Contact
    extra = 0
    autocomplete_fields = ("user",)


class FamilyInline(RegisterMixin, admin.TabularInline[FamilyLink, Elder]):
    model = FamilyLink
    extra = 0
    autocomplete_fields = ("user",)


class ConsentInline(RegisterMixin, admin.TabularInline[Consent, Elder]):
    model = Consent
    extra = 0
    autocomplete_fields = ("grantee",)


class ElderForm(forms.ModelForm[Elder]):
    born = BirthdayEntry(
        label=_("Date of birth"),
        required=False,
        help_text=_("Year, month, day: 1943-04-18 or 19430418"),
    )


@admin.register(Elder)
class ElderAdmin(RegisterMixin, admin.ModelAdmin[Elder]):
    form = ElderForm
    list_display = ("name", "name_zh", "status", "grid", "address", "lives_alone", "safeguarding")
    list_filter = ("status", "lives_alone", "hearing", "safeguarding", "language")
    list_select_related = ("grid",)
    ordering = ("-pk",)  # a choice of elders turns pages, too
    search_fields = ("name", "name_zh")
    search_help_text = _("Name, telephone number, identity or card number")
    show_full_result_count = False
    autocomplete_fields = ("user", "grid", "household")
    inlines = (NumberInline, ContactInline, FamilyInline, ConsentInline, PlanInline)
    health = (_("Health"), {"fields": ("health_summary",)})
    fieldsets = (
        (None, {"fields": (("name", "name_zh"), ("born", "sex"), "status", "user")}),
        (_("Speech"), {"fields": (("language", "dialect"), ("hearing", "reach_by"))}),
        (
            _("Home"),
            {"fields": (("address", "address_zh"), ("lat", "lon"), ("grid", "household"))},
        ),
        (
            _("For who comes"),
            {
                "fields": (
                    ("door_code", "has_lift", "lives_alone"),
                    "access_notes",
                    "requirements",
                    "address_risk",
                )
            },
        ),
        (_("Identity"), {"fields": (("id_number", "card_number"), "second_number")}),
        (_("Safeguarding"), {"fields": ("safeguarding",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Elder]:
        seen = elders_for(request.user, now=timezone.now())
        return super().get_queryset(request).filter(pk__in=seen.values("pk"))

    def get_fieldsets(self, request: HttpRequest, obj: Elder | None = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        return [*fieldsets, self.health] if roles.is_supervisor(request.user) else fieldsets

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Elder], search_term: str
    ) -> tuple[QuerySet[Elder], bool]:
        named, duplicates = super().get_search_results(request, queryset, search_term)
        exact = find(request.user, search_term, now=timezone.now())
        return named | queryset.filter(pk__in=exact.values("pk")), duplicates

    def change_view(
        self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        elder = self.get_object(request, object_id)
        if elder and isinstance(request.user, User):
            ledger.record(
                actor=request.user,
                elder=elder,
                what="register",
                purpose=f"admin {request.method}",
                now=timezone.now(),
            )
        return super().change_view(request, object_id, *args, **kwargs)


@admin.register(User)
class AccountAdmin(UserAdmin[User]):
    list_display = ("username", "name", "name_zh", "is_staff", "is_active", "last_login")
    list_filter = ("groups", "is_active")
    search_fields = ("username", "name", "name_zh", "phone")
    ordering = ("username",)
    autocomplete_fields = ("grids",)
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": (("name", "name_zh"), "phone", "email", "language")}),
        (_("Roles"), {"fields": ("groups", "grids", ("is_active", "is_staff", "is_superuser"))}),
    )


@admin.register(GridCell)
class GridCellAdmin(RegisterMixin, admin.ModelAdmin[GridCell]):
    list_display = ("code", "name", "name_zh", "level", "ambulance", "police", "fire")
    list_filter = ("level",)
    search_fields = ("code", "name", "name_zh")


@admin.register(Household)
class HouseholdAdmin(RegisterMixin, admin.ModelAdmin[Household]):
    list_display = ("__str__", "address_zh")
    search_fields = ("address", "address_zh")


@admin.register(Line)
class LineAdmin(RegisterMixin, admin.ModelAdmin[Line]):
    search_fields = ("number",)
    inlines = (NumberInline,)


@admin.register(ApiToken)
class ApiTokenAdmin(admin.ModelAdmin[ApiToken]):
    """Tokens are issued by `elders.tokens`, since only it ever sees one; here they end."""

    list_display = ("name", "user", "created_at", "expires_at", "revoked_at")
    readonly_fields = ("user", "name", "created_at", "revoked_at")
    actions = ("revoke",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.action(description=_("Revoke the chosen tokens"))
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        queryset.filter(revoked_at=None).update(revoked_at=timezone.now())


class ReadOnlyMixin:
    """For auditors to read, for nobody to write."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return roles.is_auditor(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return roles.is_auditor(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(AccessEntry)
class AccessEntryAdmin(ReadOnlyMixin, admin.ModelAdmin[AccessEntry]):
    list_display = ("at", "actor_id", "elder_id", "what", "purpose", "sealed", "position")
    list_filter = ("what", "sealed")
    date_hierarchy = "at"
    show_full_result_count = False
    fields = (
        "at",
        "actor_id",
        "elder_id",
        "what",
        "purpose",
        "sealed",
        "position",
        "previous",
        "hash",
    )


@admin.register(DayRoot)
class DayRootAdmin(ReadOnlyMixin, admin.ModelAdmin[DayRoot]):
    list_display = ("day", "first", "last", "root", "made_at")
