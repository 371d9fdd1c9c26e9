"""The register of devices. Where they are is not for registers: see `selectors.devices_for`."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from elders import roles
from elders.fields import EncryptedTextField
from elders.models import Elder
from providers.models import Worker
from tracking import devices, fences
from tracking.minding import DeviceKind
from tracking.models import Device, DeviceLink, Landmark, Zone


class DeviceRegister:
    """Kept by administrators (by Django's permissions) and supervisors (by their role)."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return roles.is_supervisor(request.user) or super().has_module_permission(request)  # type: ignore[misc]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return roles.is_supervisor(request.user) or super().has_view_permission(request, obj)  # type: ignore[misc]

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return roles.is_supervisor(request.user) or super().has_add_permission(request, *args)  # type: ignore[misc]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return roles.is_supervisor(request.user) or super().has_change_permission(request, obj)  # type: ignore[misc]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # what a device did stays told; it is unlinked with a date instead


class DeviceForm(forms.ModelForm[Device]):
    """The device, and who is to have it from now on."""

    elder = forms.ModelChoiceField(
        Elder.objects.all(),
        label=_("Give it to the elder"),
        required=False,
        widget=AutocompleteSelect(DeviceLink._meta.get_field("elder"), admin.site),
    )
    worker = forms.ModelChoiceField(
        Worker.objects.all(),
        label=_("Give it to the worker"),
        required=False,
        widget=AutocompleteSelect(DeviceLink._meta.get_field("worker"), admin.site),
    )
    take_back = forms.BooleanField(label=_("Take it back"), required=False)

    def clean(self) -> dict[str, Any] | None:
        said = super().clean() or self.cleaned_data
        elder, worker, back = (said.get(name) for name in ("elder", "worker", "take_back"))
        held = self.instance.links.filter(until=None).first() if self.instance.pk else None
        if elder and worker:
            self.add_error("worker", _("A device is held by an elder or by a worker."))
        if back and (elder or worker):
            self.add_error(
                "take_back",
                _("Either give it or take it back: giving it to somebody takes it back as well."),
            )
        elif back and held is None:
            self.add_error("take_back", _("Nobody has it."))
        for name, chosen in (("elder", elder), ("worker", worker)):
            if held and chosen and getattr(held, name) == chosen:
                self.add_error(name, _("Has it already."))
        return said


class LinkInline(DeviceRegister, admin.TabularInline[DeviceLink, Device]):
    """Who had it, which nobody rewrites: alarms that come late go to the holder of their time."""

    model = DeviceLink
    fields = ("elder", "worker", "since", "until", "in_service_at", "tested_at")
    readonly_fields = ("in_service_at", "tested_at")

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Device)
class DeviceAdmin(DeviceRegister, admin.ModelAdmin[Device]):
    form = DeviceForm
    inlines = (LinkInline,)
    list_display = ("device_id", "name", "protocol", "kind", "registered", "require_token", "heard")
    list_filter = ("registered", "protocol", "require_token")
    search_fields = ("device_id", "name", "links__elder__name", "links__elder__name_zh")
    ordering = ("device_id",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "device_id",
                    "name",
                    "protocol",
                    "kind",
                    "registered",
                    "require_token",
                    "datum_in",
                    "key",
                )
            },
        ),
        (
            _("Changing hands"),
            {
                "fields": ("elder", "worker", "take_back"),
                "description": _("From now on. A button is in service again after its first test."),
            },
        ),
    )
    formfield_overrides = {
        EncryptedTextField: {"widget": forms.TextInput(attrs={"size": 70, "autocomplete": "off"})}
    }

    def save_model(self, request: HttpRequest, obj: Device, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "key" in form.changed_data:
            devices.set_key(obj, obj.key)
        elder, worker = form.cleaned_data["elder"], form.cleaned_data["worker"]
        if elder or worker:
            devices.link(obj, elder=elder, worker=worker, now=timezone.now())
        elif form.cleaned_data["take_back"]:
            devices.unlink(obj, now=timezone.now())

    @admin.display(description=_("last heard"), ordering="last_heard_at")
    def heard(self, device: Device) -> Any:
        return device.last_heard_at


@admin.register(Zone)
class ZoneAdmin(DeviceRegister, admin.ModelAdmin[Zone]):
    """One that is not wanted any more is switched off: its alarms stay explained."""

    list_display = ("elder", "kind", "name", "watched_from", "watched_until", "active")
    list_filter = ("kind", "active")
    search_fields = ("elder__name", "elder__name_zh", "name")
    autocomplete_fields = ("elder",)

    def save_model(self, request: HttpRequest, obj: Zone, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        fences.begin_again(obj)


@admin.register(Landmark)
class LandmarkAdmin(DeviceRegister, admin.ModelAdmin[Landmark]):
    """By these a place is told where no geocoder is set."""

    list_display = ("name", "name_zh", "area", "area_zh", "lat", "lon", "station")
    list_filter = ("station",)
    search_fields = ("name", "name_zh", "area", "area_zh")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)


@admin.register(DeviceKind)
class DeviceKindAdmin(DeviceRegister, admin.ModelAdmin[DeviceKind]):
    list_display = ("code", "name", "name_zh", "silent_after_s", "other_is_help", "tested")
