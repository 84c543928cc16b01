"""Pages: home, one artwork, and my own artworks."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import SignedInRequest
from common.numbered_pages import numbered_page
from common.problems import OWNER_ONLY
from gallery.access import Action, can, viewer_of
from gallery.credits import works_of
from gallery.descriptions import proposed_alt_text
from gallery.development import artwork_development
from gallery.filter_forms import TagsForm
from gallery.forms import KeepForm, PublishForm, TitleForm
from gallery.licensing import decide
from gallery.lineage import shown_source
from gallery.models import Artwork
from gallery.selection_views import add_pictures
from gallery.services import (
    LicenseRefused,
    StyleWithdrawn,
    keep_artwork,
    publish_artwork,
    rename_artwork,
    unpublish_artwork,
)
from gallery.shares import opens_by_link
from gallery.trash import trash_artworks
from gallery.trash_views import say_deleted
from inference.live.snapshots.report import report_sentences
from inference.models import Job
from inference.pages.downloads import download_menu
from inference.pages.recipes import print_size, studio_query
from library.credits import credit_forms
from library.demonstration import PAIRS
from library.licenses import LICENSES, LicenseId
from library.models import Style
from library.plain_words import license_meaning

STYLES_ON_HOME = 12
ARTWORKS_ON_HOME = 8
ARTWORKS_A_PAGE = 36
RECENT_RESULTS = 12


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show examples of what the site can do."""
    styles = Style.objects.published().select_related("artist")
    by_slug = {
        style.slug: style for style in styles.filter(slug__in=[each.style for each in PAIRS])
    }
    context = {
        "pairs": [(pair, by_slug.get(pair.style)) for pair in PAIRS],
        # The home page shows only styles with a picture. The library also shows the others.
        "styles": styles.exclude(image="").in_display_order()[:STYLES_ON_HOME],
        "artworks": _published()[:ARTWORKS_ON_HOME],
    }
    return render(request, "gallery/home.html", context)


def _published() -> Any:
    return Artwork.objects.in_public_gallery().with_labels().order_by("-published_at")


@login_required
@require_safe
def my_artworks(request: HttpRequest) -> HttpResponse:
    """Show the pictures that the user kept, and results that are not kept yet."""
    mine = Artwork.objects.owned_by(request.user).order_by("-created_at", "-pk")
    results = Job.objects.visible_to(request.user).with_parts()
    fresh = results.filter(state=Job.State.SUCCEEDED, artwork=None).order_by("-completed_at")
    context = {
        "page": numbered_page(request, mine, Artwork.objects.with_labels(), ARTWORKS_A_PAGE),
        "results": fresh[:RECENT_RESULTS],
    }
    return render(request, "gallery/my_artworks.html", context)


@require_safe
def artwork(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show an artwork. Its owner also sees the tools; others see it only if it is public."""
    return _artwork_page(request, _visible_artwork(request, pk))


def _artwork_page(
    request: HttpRequest, found: Artwork, publish: PublishForm | None = None, status: int = 200
) -> HttpResponse:
    viewer = viewer_of(request)
    owns = can(viewer, Action.CHANGE, found)
    # Sorted here, because `order_by` on the prefetched rows makes another query.
    parts = sorted(found.artwork_styles.all(), key=lambda part: -part.weight)
    weights = {part.style.slug: part.weight for part in parts}
    page = request.build_absolute_uri(found.get_absolute_url()) if found.is_public else ""
    context = {
        "artwork": found,
        "parts": parts,
        "owns": owns,
        "galleries": found.galleries.select_related("owner").order_by("title") if owns else [],
        "shows_before": bool(found.before) and can(viewer, Action.VIEW_PHOTO, found),
        "license": LICENSES.get(found.license),
        "meaning": license_meaning(found.license),
        "credits": credit_forms(works_of(found, page=page)),
        "print_size": print_size(found.width, found.height),
        "downloads": download_menu(
            reverse("artwork-file", kwargs={"pk": found.pk, "variant": "full"}),
            str(found.file.name),
            found.width,
            found.height,
        ),
        "like_this": studio_query(weights, found.recipe.get("spec", {}), like=found.pk),
        "made_like": shown_source(found, viewer),
        "report": report_sentences(found.recipe.get("report", {})) if owns else [],
        "tags_form": TagsForm(initial={"tags": ", ".join(map(str, found.tags.all()))}),
        "title_form": TitleForm(initial={"title": found.title}),
        "publish_form": publish or _publish_form(found),
        "development": artwork_development(request, found) if owns else None,
    }
    return render(request, "gallery/artwork.html", context, status=status)


def _publish_form(found: Artwork, data: Any = None) -> PublishForm:
    decision = decide(found)
    reserved = LicenseId.ALL_RIGHTS_RESERVED.value
    # The default keeps all rights, if the styles allow it.
    first = reserved if reserved in decision.publishable else next(iter(decision.publishable), "")
    initial = {
        "license": found.license or first,
        "alt_text": found.alt_text or proposed_alt_text(found),
        "shows_before": found.shows_before,
    }
    return PublishForm(data, licenses=decision.publishable, initial=initial)


@login_required
@require_POST
def artwork_keep(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Keep the result of a job as a picture of the user. Add it to a gallery if one is named."""
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=pk, state=Job.State.SUCCEEDED)
    form = KeepForm(request.POST)
    wish: dict[str, Any] = form.cleaned_data if form.is_valid() else {"title": "", "gallery": None}
    kept = keep_artwork(job=job, title=wish["title"])
    if wish["gallery"]:
        return add_pictures(request, [kept.pk], wish["gallery"])
    messages.success(request, _("Saved. Only you can see it."))
    return redirect(kept)


@login_required
@require_POST
def artwork_rename(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change the title of an artwork."""
    found = own_artwork(request, pk)
    form = TitleForm(request.POST)
    if form.is_valid():
        rename_artwork(artwork=found, title=form.cleaned_data["title"])
    else:
        messages.error(request, _("The title is too long. The limit is 120 characters."))
    return redirect(found)


@login_required
@require_POST
def artwork_publish(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Publish an artwork in the public gallery."""
    found = own_artwork(request, pk)
    form = _publish_form(found, request.POST)
    if not form.is_valid():
        return _artwork_page(request, found, form, status=422)
    try:
        published = publish_artwork(artwork=found, **form.cleaned_data)
    except (LicenseRefused, StyleWithdrawn) as refusal:
        form.add_error("license", str(refusal))
        return _artwork_page(request, found, form, status=422)
    if published.is_public:
        messages.success(request, _("Published."))
    else:
        messages.warning(request, _("A moderator has hidden this picture. Only you can see it."))
    return redirect(found)


@login_required
@require_POST
def artwork_unpublish(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Remove an artwork from the public gallery."""
    found = own_artwork(request, pk)
    unpublish_artwork(artwork=found)
    if opens_by_link(found):
        messages.success(request, _("Unpublished. People with your links can still see it."))
    else:
        messages.success(request, _("Unpublished. Only you can see it."))
    return redirect(found)


@login_required
@require_POST
def artwork_delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put an artwork in the trash."""
    found = own_artwork(request, pk)
    _count, at = trash_artworks(owner=found.owner, artworks=[found.pk])
    say_deleted(request, _("Moved to the trash."), at)
    return redirect("my-artworks")


def _visible_artwork(request: HttpRequest, pk: UUID) -> Artwork:
    found: Artwork = get_object_or_404(Artwork.objects.with_parts().with_tags(), pk=pk)
    if not can(viewer_of(request), Action.VIEW, found):
        raise Http404
    return found


def own_artwork(request: HttpRequest, pk: UUID) -> Artwork:
    """Return an artwork of the user. Raises Http404, or PermissionDenied for one that is public."""
    found = _visible_artwork(request, pk)
    # The artwork is visible to this user, so a 403 tells nothing new.
    if not can(viewer_of(request), Action.CHANGE, found):
        raise PermissionDenied(OWNER_ONLY)
    return found
