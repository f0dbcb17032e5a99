"""Static files with their content's hash in the name, imports between ES modules included."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleManifestStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    """Django's manifest storage, told to follow ``import`` statements: the browser caches for ever, safely."""

    support_js_module_import_aggregation = True
    manifest_strict = False
