"""The app that holds all tables."""

from django.apps import AppConfig


class StoreConfig(AppConfig):
    name = "headway.store"
    label = "store"
    default_auto_field = "django.db.models.BigAutoField"
