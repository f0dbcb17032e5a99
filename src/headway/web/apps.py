"""The house's templates and static files as apps of Django."""

from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class WebConfig(AppConfig):
    name = "headway.web"
    label = "web"


class StaticFiles(StaticFilesConfig):
    """Leaves out htmx's extensions: we use none, and their bare imports cannot be hashed."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "django_htmx/ext/*"]
