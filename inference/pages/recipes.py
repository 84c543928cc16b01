"""The recipe of a job: as JSON, as a command line, and as links back into the studio."""

import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.http import QueryDict

import library
from inference.models import Job
from library.methods import usable_methods
from style_transfer.core.catalog import FINEST_METHOD, METHOD_INFOS, RECIPE
from style_transfer.core.spec import TransferSpec

LIBRARY = Path(library.__file__).parent
PRINT_DPI = 300
CM_PER_INCH = 2.54
# The settings that the command line has options for.
_FLAGS = (
    *("method", "size", "strength", "color", "style_scale", "steps", "seed", "features"),
    *("keep_faces", "variant"),
    *RECIPE,
)

# The settings that a picture shares with one that is made from it.
_KEPT = ("strength", "color", "style_scale", "size", "seed", "keep_faces")


def _weights(job: Job) -> dict[str, float]:
    return {part.style.slug: part.weight for part in job.job_styles.all()}


def recipe_json(job: Job) -> str:
    """Return the settings and styles as indented JSON."""
    styles = [
        {"style": part.style.slug, "version": part.version, "weight": part.weight}
        for part in job.job_styles.all()
    ]
    return json.dumps({"spec": job.spec, "styles": styles}, indent=2)


def command_line(job: Job) -> str:
    """Return the command that makes the same picture without the site."""
    words = ["python", "-m", "style_transfer", "stylize", "PHOTO"]
    for part in job.job_styles.all():
        style = part.style
        # A style that ships without its picture ships as an embedding.
        file = (
            f"shipped/{style.slug}.webp" if style.has_picture else f"masterworks/{style.slug}.code"
        )
        # The picture of an own style, or of a style that curators added, is not in the library of a
        # checkout. Its name on the disk of the user is not known.
        is_shipped = style.owner_id is None and (LIBRARY / file).is_file()
        where = f"library/{file}" if is_shipped else "STYLE"
        words += ["--style", f"{where}={part.weight:g}"]
    # On the command line, the method can have another number of steps as its default.
    info = METHOD_INFOS.get(job.spec["method"])
    steps = {"steps": info.default_steps} if info and info.command_steps else {}
    spec = {**steps, **{name: value for name, value in job.spec.items() if value is not None}}
    for name in _FLAGS:
        if name in spec:
            words += [f"--{name.replace('_', '-')}", str(spec[name])]
    return shlex.join([*words, *_mask_words(job), "-o", "OUT.png"])


def _mask_words(job: Job) -> list[str]:
    """Return the options that name the mask, which is on the user's disk under some name."""
    if job.mask_id is None:
        return []
    feather, invert = _edge_of(job)
    words = ["--mask", "MASK", "--mask-feather", str(feather)]
    return [*words, "--mask-invert"] if invert else words


def studio_query(
    styles: Mapping[str, float], spec: Mapping[str, Any], *, like: UUID | None = None
) -> str:
    """Return the query that opens the studio with these styles, weights and settings.

    `like` is the artwork that has them.
    """
    query = QueryDict(mutable=True)
    query.setlist("style", [f"{slug}:{weight:g}" for slug, weight in styles.items()])
    for name in (*_KEPT, "method", "features", "variant", *RECIPE):
        if spec.get(name) is not None:
            query[name] = str(spec[name])
    if like is not None:
        query["like"] = str(like)
    return query.urlencode(safe=":")


def again_links(job: Job) -> dict[str, str]:
    """Return the studio queries for another style on this photo, and for these styles elsewhere."""
    kept = job.kept_as
    return {
        "same_photo": f"photo={job.photo_id}",
        "same_style": studio_query(_weights(job), job.spec, like=kept.pk if kept else None),
    }


def step_by_step_fields(job: Job) -> list[tuple[str, str]]:
    """Return the fields of the studio that start this picture with the step-by-step method.

    The list is empty if that method painted it, or cannot use one of its styles, for example
    because the picture of the style is not here.
    """
    parts = list(job.job_styles.all())
    if job.spec["method"] == FINEST_METHOD or not all(
        FINEST_METHOD in usable_methods(part.style) for part in parts
    ):
        return []
    settings = {name: job.spec[name] for name in _KEPT if job.spec.get(name) is not None}
    return [
        ("method", FINEST_METHOD),
        ("job_id", str(uuid4())),
        ("photo_id", str(job.photo_id)),
        *(("styles", part.style.slug) for part in parts),
        *((f"weight-{part.style.slug}", f"{part.weight:g}") for part in parts),
        *((name, str(value)) for name, value in settings.items()),
        *_mask_fields(job),
    ]


def _mask_fields(job: Job) -> list[tuple[str, str]]:
    if job.mask_id is None:
        return []
    feather, invert = _edge_of(job)
    fields = [("mask_id", str(job.mask_id)), ("mask_feather", str(feather))]
    return [*fields, ("mask_invert", "on")] if invert else fields


def _edge_of(job: Job) -> tuple[float, bool]:
    """Return the feather of the mask, and whether it is inverted; a spec leaves out defaults."""
    usual = TransferSpec()
    return (
        job.spec.get("mask_feather", usual.mask_feather),
        job.spec.get("mask_invert", usual.mask_invert),
    )


def print_size(width: int, height: int) -> dict[str, Any]:
    """Return how large a picture of `width` by `height` pixels prints, in centimeters."""
    return {
        "width": round(width / PRINT_DPI * CM_PER_INCH, 1),
        "height": round(height / PRINT_DPI * CM_PER_INCH, 1),
        "dpi": PRINT_DPI,
    }
