"""The address of the site, for links outside of pages."""

from django.conf import settings


def absolute(path: str) -> str:
    """Return the whole address of a page. It never depends on the host that a request names."""
    return f"{settings.SITE_ADDRESS}{path}"
