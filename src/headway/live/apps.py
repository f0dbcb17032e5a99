from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "headway.live"
    label = "live"
