"""What the page of an artwork needs to change its strength and colors."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from gallery.models import Artwork
from gallery.revisions import developed_job
from inference.pages.development import Actions, development_of
from inference.services.refusals import NotDevelopable


def artwork_development(request: HttpRequest, artwork: Artwork) -> dict[str, Any] | None:
    """Return what the page of `artwork` needs; None for a picture that was not painted here."""
    if artwork.is_uploaded:
        return None
    try:
        job = developed_job(artwork)
    except NotDevelopable as refusal:
        return {"can": False, "reason": refusal.message}
    address = {"pk": artwork.pk}
    actions = Actions(
        reverse("artwork-develop", kwargs=address), reverse("artwork-show", kwargs=address)
    )
    return development_of(
        job,
        shown_id=artwork.revision_id,
        actions=actions,
        undo=request.GET.get("undo", ""),
        pending=request.GET.get("version", ""),
    )
