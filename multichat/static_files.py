"""Static files as they are served outside of debug: each name carries a hash of the content."""

from servestatic.storage import CompressedManifestStaticFilesStorage


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Hash the names inside `import … from "…";` of ES modules as well."""

    support_js_module_import_aggregation = True
