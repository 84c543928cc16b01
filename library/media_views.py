"""Files of styles. Everybody may see those of published styles, curators also those of drafts."""

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from common.media import send_media
from library.models import Style


@require_safe
def style_file(request: HttpRequest, slug: str, variant: str) -> HttpResponseBase:
    """Send a style's picture ("full" or "thumb") or its sample ("proof") to users who may see it.

    The style code has no address, because only workers need it.
    """
    style = get_object_or_404(Style.objects.visible_to(request.user), slug=slug)
    files = {"full": style.image, "thumb": style.thumb, "proof": style.sample}
    if variant not in files:
        raise Http404
    public = style.state == Style.State.PUBLISHED
    return send_media(request, files[variant].name or "", public=public)
