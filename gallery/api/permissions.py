"""Everybody may see public artworks; only their owner may change them."""

from typing import Any

from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from accounts.api.permissions import HasScope, refuse_unknown_method
from gallery.models import Artwork


class OwnerChanges(HasScope):
    """Let everybody read what is visible to them; only the owner may change it."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Let visitors read single artworks; everything else as `HasScope` says."""
        refuse_unknown_method(request, view)
        reads_one = request.method in SAFE_METHODS and view.detail
        if reads_one and not request.user.is_authenticated:
            return True
        return super().has_permission(request, view)

    def has_object_permission(self, request: Request, view: Any, obj: Artwork) -> bool:
        """Let others read only."""
        return request.method in SAFE_METHODS or obj.owner_id == request.user.pk
