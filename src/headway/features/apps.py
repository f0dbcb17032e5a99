"""All features as one app of Django; they have no tables of their own."""

from importlib import import_module, util
from pkgutil import iter_modules

from django.apps import AppConfig


class FeaturesConfig(AppConfig):
    name = "headway.features"
    label = "features"

    def ready(self) -> None:
        """Let each feature register the fragments it renders for the live stream."""
        package = import_module(self.name)
        for module in iter_modules(package.__path__):
            fragments = f"{self.name}.{module.name}.fragments"
            if module.ispkg and util.find_spec(fragments):
                import_module(fragments)
