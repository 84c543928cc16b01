"""The settings of the API's framework and of its OpenAPI document; none depends on the site."""

from typing import Any, Final

REST_FRAMEWORK: Final[dict[str, Any]] = {
    # The token class is first: the first class decides between 401 and 403.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.authentication.ApiTokenAuthentication",
        "accounts.api.authentication.BrowserAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.api.permissions.HasScope"],
    "DEFAULT_THROTTLE_CLASSES": ["accounts.api.throttles.CallLimit"],
    "DEFAULT_PARSER_CLASSES": ["common.parsers.BoundedJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    # OPTIONS returns no description, because the OpenAPI document has it.
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "common.openapi.PublicSchema",
    "DEFAULT_PAGINATION_CLASS": "common.pagination.NewestFirstPagination",
    "EXCEPTION_HANDLER": "common.problems.problem_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS: Final[dict[str, Any]] = {
    "TITLE": "Styleweb API",
    "DESCRIPTION": (
        "Photos in, paintings out: styles, jobs with live progress, artworks. Sign in at "
        "`POST /auth/login/`, send the token as `Authorization: Bearer …`, and read docs/api.md "
        "for the whole path in ten minutes. Every error is `application/problem+json` with a "
        "stable `code`."
    ),
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "JobStateEnum": "inference.models.Job.State",
        "LanguageEnum": "styleweb.settings.LANGUAGES",
        "NoticeMailModeEnum": "gallery.models.notice_mails.MailMode",
        "LicenseEnum": "library.licenses.LicenseId",
        "OfferedLicenseEnum": "library.licenses.USABLE_IN_LIBRARY",
        "VisibilityEnum": "gallery.models.Artwork.Visibility",
        "GalleryVisibilityEnum": "gallery.models.Gallery.Visibility",
        "UploadRightsEnum": "gallery.licensing.RIGHTS",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "common.openapi_hooks.document_problems",
        "common.openapi_hooks.tidy_schemas",
        "common.openapi_hooks.summarize",
    ],
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    # Of 150 open rows and more, Swagger shows only those in view, and no browser finds the others.
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "docExpansion": "none"},
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
}
