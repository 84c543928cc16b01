"""The settings in a recipe, in the words of the studio."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from django.utils.formats import number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from inference.pages.forms import (
    COLOR_WORDS,
    FACES_WORDS,
    FEATURE_WORDS,
    INIT_WORDS,
    OPTIMIZER_WORDS,
    RECIPE_WORDS,
    VARIANT_WORDS,
)
from style_transfer.core.catalog import METHOD_INFOS
from style_transfer.core.spec import TransferSpec

_TITLES: Final = {
    "strength": _("Strength"),
    "color": _("Colors"),
    "style_scale": _("Brush size"),
    "size": _("Picture size"),
    "steps": _("Steps"),
    "seed": _("Seed"),
    "keep_faces": _("Keep faces clear"),
    "mask_feather": _("Soft edge"),
    "mask_invert": _("Paint only a part"),
    "variant": _("Networks"),
    "features": _("Feature network"),
    "init": _("Start from"),
    "optimizer": _("Optimizer"),
    **RECIPE_WORDS,
}
_CHOICES: Final[Mapping[str, Mapping[Any, Any]]] = {
    "color": COLOR_WORDS,
    "keep_faces": FACES_WORDS,
    "variant": VARIANT_WORDS,
    "features": FEATURE_WORDS,
    "init": INIT_WORDS,
    "optimizer": OPTIMIZER_WORDS,
}
_SHARES: Final = ("strength", "mask_feather")
# A recipe does not say whether there was a mask, so these count only if somebody chose them.
_OF_MASK: Final = ("mask_feather", "mask_invert")


class Setting(NamedTuple):
    """One setting as people read it."""

    title: str
    value: str


class RecipeWords(NamedTuple):
    """The method of a recipe, its settings, and those that were changed afterwards."""

    method: str
    settings: list[Setting]
    afterwards: list[Setting]


def words_of(recipe: Mapping[str, Any]) -> RecipeWords:
    """Return the words for a recipe, which may be of an earlier release."""
    spec: Mapping[str, Any] = recipe.get("spec") or {}
    method = str(spec.get("method", ""))
    info = METHOD_INFOS.get(method)
    title = gettext(info.title) if info else method
    read = {name: spec[name] for name in info.used if name in spec} if info else spec
    development: Mapping[str, Any] = recipe.get("development") or {}
    return RecipeWords(title, list(_settings(read)), list(_settings(development)))


def _settings(values: Mapping[str, Any]) -> Iterator[Setting]:
    usual = TransferSpec()
    for name, title in _TITLES.items():
        value = values.get(name)
        is_usual_mask = name in _OF_MASK and value == getattr(usual, name)
        if value is not None and not is_usual_mask:
            yield Setting(str(title), _value(name, value))


def _value(name: str, value: Any) -> str:
    """Return a value in words; one that the studio does not know stays as it is."""
    if name in _CHOICES:
        return str(_CHOICES[name].get(value, value))
    if name == "mask_invert":
        return gettext("everything but the marked part")
    if not isinstance(value, int | float):
        return str(value)
    if name in _SHARES:
        return f"{value:.0%}"
    return f"{value} px" if name == "size" else str(number_format(value, use_l10n=False))
