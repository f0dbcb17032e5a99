"""The live stream as an app of Django."""

from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "headway.live"
    label = "live"
