"""The form for the tags of an artwork."""

import re
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gallery.filter_forms import TagsForm
from gallery.tags import TagsRefused, TagTooLong, tag_artwork
from gallery.views import own_artwork

# Chinese has two.
_COMMAS: Final = re.compile("[,\uff0c\u3001]")


@login_required
@require_POST
def artwork_tags(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change the tags of an artwork."""
    found = own_artwork(request, pk)
    form = TagsForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(TagTooLong()))
        return redirect(found)
    try:
        tag_artwork(artwork=found, tags=_COMMAS.split(form.cleaned_data["tags"]))
    except TagsRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Saved."))
    return redirect(found)
