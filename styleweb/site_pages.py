"""The pages about the site: about, privacy, terms, contact and takedown."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from styleweb.models import SitePage

HEADING = "##"


@dataclass(frozen=True)
class Part:
    """A heading or a paragraph. The template escapes both, and makes links of addresses."""

    text: str
    is_heading: bool = False


@require_safe
def site_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one of these pages."""
    if slug not in SitePage.Slug.values:
        raise Http404
    page = SitePage.objects.filter(slug=slug).first() or SitePage(slug=slug)
    return render(request, "site_page.html", {"page": page, "parts": [*parts_of(page.text)]})


def parts_of(text: str) -> Iterator[Part]:
    """Divide a text at blank lines and headings."""
    lines: list[str] = []
    for line in map(str.strip, [*text.splitlines(), ""]):
        if line and not line.startswith(HEADING):
            lines.append(line)
            continue
        if lines:
            yield Part("\n".join(lines))
            lines = []
        if line.startswith(HEADING):
            yield Part(line.lstrip("#").strip(), is_heading=True)
