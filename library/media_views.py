"""Files of styles. Everybody may see those of published styles, curators also those of drafts."""

from http import HTTPStatus

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from common.derivatives import link_preview_name
from common.media import announce_media, send_media
from library.link_previews import make_link_preview, shown_picture
from library.models import Style

LINK_PREVIEW = "link-preview"


@require_safe
def style_file(request: HttpRequest, slug: str, variant: str) -> HttpResponseBase:
    """Send a style's picture ("full" or "thumb"), its swatch or its sample ("proof").

    Users who may not see the style get 404. "link-preview" is the JPEG that other sites show. The
    style code has no address, because only workers need it.
    """
    style = get_object_or_404(Style.objects.visible_to(request.user), slug=slug)
    if variant == LINK_PREVIEW:
        return _link_preview(request, style)
    files = {"full": style.image, "thumb": style.thumb, "swatch": style.swatch}
    files["proof"] = style.sample
    if variant not in files:
        raise Http404
    public = style.state == Style.State.PUBLISHED
    return send_media(request, files[variant].name or "", public=public)


def _link_preview(request: HttpRequest, style: Style) -> HttpResponseBase:
    """Answer with the link preview. If it is missing, a GET makes it first."""
    name = link_preview_name(shown_picture(style))
    if not default_storage.exists(name):
        announced = announce_media(request, name, public=style.is_published)
        if request.method == "HEAD" or announced.status_code == HTTPStatus.NOT_MODIFIED:
            return announced
        make_link_preview(style)
    return send_media(request, name, public=style.is_published)
