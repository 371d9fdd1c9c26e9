from django.apps import AppConfig


class EldersConfig(AppConfig):
    name = "elders"
    default_auto_field = "django.db.models.BigAutoField"
