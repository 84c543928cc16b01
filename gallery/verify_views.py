"""The page on which anybody can ask where a picture file comes from."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from common.limits import TooManyCalls
from common.passports import site_key
from common.uploads import UploadRefused
from gallery.access import viewer_of
from gallery.recipe_words import words_of
from gallery.verdict_words import heading_of, ingredients_of, sentences_of
from gallery.verification import Finding, asker_of, verify_picture


class VerifyForm(forms.Form):
    """The file to look at."""

    file = forms.FileField(
        label=_("Picture"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        help_text=_("JPEG, PNG or WebP. The file is not kept."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Take a file, and say whether its picture was made here."""
    is_sent = request.method == "POST"
    form = VerifyForm(request.POST, request.FILES) if is_sent else VerifyForm()
    status, found = (422 if form.errors else 200), None
    if form.is_valid():
        try:
            found = verify_picture(
                file=form.cleaned_data["file"],
                viewer=viewer_of(request),
                who=asker_of(request),
            )
        except (UploadRefused, TooManyCalls) as refusal:
            form.add_error("file", str(refusal))
            status = refusal.status
    context = {"form": form, "key": site_key(), **(_answer(found) if found else {})}
    return render(request, "gallery/verify.html", context, status=status)


def _answer(finding: Finding) -> dict[str, Any]:
    recipe = (finding.facts or {}).get("recipe")
    return {
        "finding": finding,
        "heading": heading_of(finding),
        "sentences": sentences_of(finding),
        "ingredients": ingredients_of(finding),
        "recipe": recipe,
        "recipe_words": words_of(recipe) if recipe else None,
    }
