"""Everybody may see public artworks and galleries. Only their owner may change them."""

from typing import Any

from django.http import Http404
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from accounts.api.permissions import HasScope, refuse_unknown_method
from gallery.access import Action, can, viewer_of
from gallery.models import Artwork, Gallery


class OwnerChanges(HasScope):
    """Lets everybody read one thing that is visible to them. Only its owner may change it."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Let everybody read a single thing. `HasScope` decides everything else."""
        refuse_unknown_method(request, view)
        # Without this, a private thing would answer 401, which tells that it exists.
        reads_one = request.method in SAFE_METHODS and view.detail
        if reads_one and not request.user.is_authenticated:
            return True
        return super().has_permission(request, view)

    def is_open(self, view: Any) -> bool:
        """Tell the OpenAPI document whether the operation needs no sign-in."""
        return view.request.method in SAFE_METHODS and view.detail

    def has_object_permission(self, request: Request, view: Any, obj: Artwork | Gallery) -> bool:
        """Let users who are not the owner only read. To others, a private thing is not there."""
        viewer = viewer_of(request)
        if not can(viewer, Action.VIEW, obj):
            raise Http404
        return request.method in SAFE_METHODS or can(viewer, Action.CHANGE, obj)
