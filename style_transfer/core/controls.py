"""The controls of a method as JSON Schema, so that pages and apps can draw them; loads no torch."""

from typing import Any

from style_transfer.core.backbones import installed_backbones
from style_transfer.core.catalog import LAYER_WEIGHTS, MethodInfo
from style_transfer.core.spec import BOUNDS, OPTIONAL, SWITCHES, TransferSpec, choices_of

_MEANINGS = {
    "strength": "How strongly the style is applied.",
    "style_scale": "Brush size, relative to the artwork.",
    "size": "Longest side of the result in pixels. Empty keeps the size of the photo.",
    "steps": "Number of steps. More steps give finer detail and take longer.",
    "seed": "The same seed on the same device gives the same picture.",
    "color": "Colors of the artwork, of the photo, or strokes recolored to match the photo.",
    "keep_faces": "Keep faces clear: if they are large enough (auto), always (on), or never (off).",
    "mask_feather": "Width of the soft edge of a mask, as a share of the longest side.",
    "mask_invert": "Paint where the mask is black, and keep the photo where it is white.",
    "variant": "Standard networks, or light ones with smaller files.",
    "features": "The feature network whose activations are compared.",
    "init": "The picture to start from: the photo, noise, or the artwork.",
    "optimizer": "Torch's optimizer of the pixels: Adam, or L-BFGS as in the paper.",
    "learning_rate": "Empty means 0.01 for Adam and 1 for L-BFGS. The picture is in [-1, 1].",
    "content_weight": "Weight of the shapes of the photo.",
    "style_weight": "Weight of the texture of the artwork.",
    "tv_weight": "Weight of the differences between neighboring pixels. It smooths the picture.",
    **{
        name: f"Weight of layer {number} of 5 in the texture, from fine to coarse."
        for number, name in enumerate(LAYER_WEIGHTS, 1)
    },
}


def controls_of(info: MethodInfo, *, on_site: bool = False) -> dict[str, Any]:
    """Describe the controls that a method reads as a JSON Schema object.

    On the site, the method may be bounded further, because others wait.
    """
    properties = {name: _control(name, info) for name in info.used}
    if on_site and info.site_steps is not None and "steps" in properties:
        properties["steps"]["maximum"] = info.site_steps
    if on_site and "features" in properties:
        properties["features"]["enum"] = installed_backbones()
    return {"type": "object", "properties": properties, "additionalProperties": False}


def meaning(name: str) -> str:
    """Say in one sentence what a control does."""
    return _MEANINGS[name]


def _control(name: str, info: MethodInfo) -> dict[str, Any]:
    default = info.default_steps if name == "steps" else getattr(TransferSpec(), name)
    words = {"title": name.replace("_", " ").capitalize(), "description": meaning(name)}
    if choices := choices_of(name):
        return {**words, "type": "string", "enum": list(choices), "default": default}
    if name in SWITCHES:
        return {**words, "type": "boolean", "default": default}
    bound = BOUNDS[name]
    kind = "integer" if bound.whole else "number"
    return {
        **words,
        "type": [kind, "null"] if name in OPTIONAL else kind,
        "minimum": bound.low,
        "maximum": bound.high,
        "default": default,
    }
