"""The register of devices. Where they are is not for registers: see `selectors.devices_for`."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from elders import roles
from elders.fields import EncryptedTextField
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


class LinkInline(DeviceRegister, admin.TabularInline[DeviceLink, Device]):
    model = DeviceLink
    extra = 0
    autocomplete_fields = ("elder", "worker")
    readonly_fields = ("in_service_at", "tested_at")


@admin.register(Device)
class DeviceAdmin(DeviceRegister, admin.ModelAdmin[Device]):
    inlines = (LinkInline,)
    list_display = ("device_id", "name", "protocol", "kind", "registered", "require_token", "heard")
    list_filter = ("registered", "protocol", "require_token")
    search_fields = ("device_id", "name", "links__elder__name", "links__elder__name_zh")
    ordering = ("device_id",)
    fields = (
        "device_id",
        "name",
        "protocol",
        "kind",
        "registered",
        "require_token",
        "datum_in",
        "key",
    )
    formfield_overrides = {
        EncryptedTextField: {"widget": forms.TextInput(attrs={"size": 70, "autocomplete": "off"})}
    }

    def save_model(self, request: HttpRequest, obj: Device, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "key" in form.changed_data:
            devices.set_key(obj, obj.key)

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
