"""The materials of a picture: everything that it depends on, each with its license.

Everything comes from the recipe, which stays as it was when the picture was made. The library and
the cards of the weights add what is known of it today.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Prefetch

from gallery.access import Viewer
from gallery.models import Artwork
from inference.files.recipes import recipe_of
from inference.models import Job
from library.licenses import LICENSES
from library.models import Evidence, Style
from library.plain_words import license_meaning, license_name, software_meaning
from style_transfer.core.manifest import Card, read_manifests

# Their licenses, and where their source is. A recipe names the versions.
_LIBRARIES: Final = {
    "torch": ("PyTorch", "BSD-3-Clause", "https://pytorch.org"),
    "numpy": ("NumPy", "BSD-3-Clause", "https://numpy.org"),
    "pillow": ("Pillow", "MIT-CMU", "https://python-pillow.github.io"),
}
_OWN: Final = ("Styleweb", "MIT")


@dataclass(frozen=True)
class License:
    """A license as people read it."""

    id: str
    name: str
    url: str = ""
    meaning: str = ""


@dataclass(frozen=True)
class StyleMaterial:
    """A style. `license` is the one that it had when the picture was made.

    `style` is its row, for those who may open its page, with its evidence.
    """

    title: str
    artist: str
    version: int
    weight: float
    license: License
    image_sha256: str = ""
    source_url: str = ""
    institution: str = ""
    style: Style | None = None

    @property
    def evidence(self) -> list[Evidence]:
        """What is known about its rights, the oldest first."""
        return list(self.style.evidence.all()) if self.style else []


@dataclass(frozen=True)
class WeightsMaterial:
    """A file of weights. `card` is None if the file is not installed any more."""

    name: str
    sha256: str
    license: License
    card: Card | None = None


@dataclass(frozen=True)
class SoftwareMaterial:
    """A program. An old recipe does not name the version."""

    name: str
    version: str
    license: License
    url: str = ""


@dataclass(frozen=True)
class Materials:
    """Everything that a picture depends on. `photo` is the size of the photo."""

    photo: Mapping[str, int] | None
    styles: list[StyleMaterial]
    weights: list[WeightsMaterial]
    software: list[SoftwareMaterial]


def materials_of(artwork: Artwork, viewer: Viewer) -> Materials:
    """Return what an artwork depends on; nothing for one that was made elsewhere."""
    if artwork.is_uploaded:
        return Materials(None, [], [], [])
    parts = artwork.artwork_styles.values_list("style_id", flat=True)
    return _materials(artwork.recipe, parts, viewer)


def materials_of_job(job: Job, viewer: Viewer) -> Materials:
    """Return what the result of a job depends on."""
    return _materials(recipe_of(job), job.job_styles.values_list("style_id", flat=True), viewer)


def _materials(recipe: Mapping[str, Any], parts: Iterable[Any], viewer: Viewer) -> Materials:
    known = Style.objects.filter(pk__in=list(parts)).select_related("artist")
    visible = Style.objects.visible_to(viewer.user)
    evidence = Prefetch("evidence", Evidence.objects.order_by("recorded_at", "pk"))
    seen = {each.slug: each for each in (known & visible).prefetch_related(evidence)}
    every = {each.slug: each for each in known}
    styles = [
        _style(each, every.get(each["style"]), seen.get(each["style"]))
        for each in sorted(recipe.get("styles", []), key=lambda each: -float(each["weight"]))
    ]
    cards = read_manifests()
    weights = [_weights(name, sha256, cards) for name, sha256 in recipe.get("weights", {}).items()]
    return Materials(recipe.get("photo"), styles, weights, _software(recipe))


def _style(entry: Mapping[str, Any], row: Style | None, seen: Style | None) -> StyleMaterial:
    known = LICENSES.get(str(entry["license"]))
    return StyleMaterial(
        title=str(entry["title"]),
        artist=str(entry["artist"]),
        version=int(entry["version"]),
        weight=float(entry["weight"]),
        license=License(
            str(entry["license"]),
            license_name(str(entry["license"])),
            known.url if known else "",
            license_meaning(str(entry["license"])),
        ),
        # The picture of a style that others do not see is nobody's business, its hash neither.
        image_sha256=str(entry.get("image_sha256", "")) if seen else "",
        source_url=row.source_url if row else "",
        institution=row.institution if row else "",
        style=seen,
    )


def _weights(name: str, sha256: str, cards: Mapping[str, Card]) -> WeightsMaterial:
    """Return the entry of weights, with the card of the same file: a newer file has another."""
    same = [card for card in cards.values() if card.sha256 == sha256]
    card = same[0] if same else None
    return WeightsMaterial(name, sha256, _software_license(card.license if card else ""), card)


def _software(recipe: Mapping[str, Any]) -> list[SoftwareMaterial]:
    own_name, own_license = _OWN
    own = SoftwareMaterial(
        own_name, str(recipe.get("engine_version", "")), _software_license(own_license)
    )
    versions = recipe.get("software") or {}
    libraries = [
        SoftwareMaterial(name, str(versions.get(key, "")), _software_license(license_id), url)
        for key, (name, license_id, url) in _LIBRARIES.items()
    ]
    return [own, *libraries]


def _software_license(license_id: str) -> License:
    return License(license_id, license_id, meaning=software_meaning(license_id))
