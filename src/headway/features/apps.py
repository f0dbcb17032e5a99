"""All features as one app of Django; they have no tables of their own."""

from importlib import import_module, util
from pkgutil import iter_modules

from django.apps import AppConfig


class FeaturesConfig(AppConfig):
    name = "headway.features"
    label = "features"

    def ready(self) -> None:
        """Let each feature register the fragments it renders for the live stream."""
        _load("fragments")


def load_jobs() -> None:
    """Let each feature register the long work it does; only those who do it need this."""
    _load("jobs")


def _load(kind: str) -> None:
    package = import_module(FeaturesConfig.name)
    for module in iter_modules(package.__path__):
        name = f"{FeaturesConfig.name}.{module.name}.{kind}"
        if module.ispkg and util.find_spec(name):
            import_module(name)
