"""The recipe of a picture: everything to make it again, without the photo and the person."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from common.passports import mark_of
from inference.models import Job, JobStyle, Revision

VERSION: Final = 1
# What the recipe says of the engine's report; inference/live/snapshots/report.py has the words.
REPORTED: Final = (
    *("source_size", "result_size", "conversions", "resized", "tiles", "device", "seconds"),
)
# What a file tells of the recipe. The machine that painted it is nobody's business.
_IN_PASSPORT: Final = (
    *("version", "spec", "photo", "engine_version", "weights", "stopped_early", "development"),
)
_OF_STYLE: Final = ("style", "title", "artist", "license", "version", "weight")


def recipe_of(
    job: Job, *, report: Mapping[str, Any] | None = None, stopped_early: bool | None = None
) -> dict[str, Any]:
    """Return the recipe of a finished job: settings, versions of styles, engine and weights.

    The worker, whose job is not finished yet, gives the `report` and whether it stopped early.
    """
    known = job.report if report is None else report
    return {
        "version": VERSION,
        "made_on": _day(job).isoformat(),
        "spec": job.spec,
        "seed": job.spec.get("seed"),
        "photo": {"width": job.photo.width, "height": job.photo.height},
        "styles": [_ingredient(part) for part in job.job_styles.select_related("style__artist")],
        "engine_version": known.get("engine_version", ""),
        "weights": known.get("weights", {}),
        "software": known.get("software", {}),
        "device": job.device,
        "stopped_early": job.stopped_early if stopped_early is None else stopped_early,
        "development": development_in_recipe(job.shown),
        "report": {name: known[name] for name in REPORTED if name in known},
    }


def development_in_recipe(revision: Revision | None) -> dict[str, Any] | None:
    """Return how the painting was developed afterwards; None for a picture as painted."""
    return {"strength": revision.strength, "color": revision.color} if revision else None


def facts_of(
    recipe: Mapping[str, Any], made_on: date, painting: UUID | None = None
) -> dict[str, Any]:
    """Return what a passport says of a picture with this recipe.

    `made_on` is used if the recipe is older than that field.
    """
    kept = {name: recipe[name] for name in _IN_PASSPORT if recipe.get(name) is not None}
    styles = [
        {name: each[name] for name in _OF_STYLE if name in each}
        for each in recipe.get("styles", [])
    ]
    day = recipe.get("made_on") or made_on.isoformat()
    mark = {"mark": mark_of(painting)} if painting else {}
    return {"made_on": day, "recipe": {**kept, "styles": styles}, **mark}


def _day(job: Job) -> date:
    return (job.completed_at or timezone.now()).date()


def _ingredient(part: JobStyle) -> dict[str, Any]:
    """Return the entry of one style in the recipe."""
    style = part.style
    return {
        "style": style.slug,
        "title": style.title,
        "artist": style.artist.name,
        "license": style.license,
        "version": part.version,
        "weight": part.weight,
        # The library stores only the hash of the current version. The job may have an older one.
        "image_sha256": style.image_sha256 if part.version == style.version else "",
    }
