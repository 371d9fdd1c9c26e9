from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TrackingConfig(AppConfig):
    name = "tracking"
    verbose_name = _("Devices and positions")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tracking import among  # noqa: F401  registers its lookup
