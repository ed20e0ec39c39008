"""How static files are served outside of debug: under names that carry a hash of what is in them."""

from servestatic.storage import CompressedManifestStaticFilesStorage


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Hash the names inside `import … from "…";` of ES modules as well."""

    support_js_module_import_aggregation = True
