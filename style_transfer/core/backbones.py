"""The feature networks that can be chosen, and what each costs; loads no torch."""

from dataclasses import dataclass

from style_transfer.core.errors import EngineError
from style_transfer.core.manifest import read_manifests


class FeaturesMissingError(EngineError):
    """The feature network is not installed here."""

    code = "features_missing"
    hint = "Choose another feature network."


@dataclass(frozen=True)
class Backbone:
    """A frozen network whose activations the losses compare.

    title     in English; the pages of the site translate it
    centered  the means of its channels are subtracted before their correlations are taken
    colors    it sees colors; else the correlations of the colors themselves are compared too
    effort    its time for a step, as a multiple of the time that `builtin` takes
    memory    the same for its memory
    """

    slug: str
    title: str
    centered: bool = False
    colors: bool = True
    effort: float = 1.0
    memory: float = 1.0


DEFAULT_BACKBONE = "builtin"
# The network of the original paper; the command line uses it where it is installed.
TEXTBOOK_BACKBONE = "vgg19"
BACKBONES: dict[str, Backbone] = {
    each.slug: each
    for each in (
        Backbone("builtin", "Built-in", centered=True, colors=False),
        Backbone("vgg19", "VGG-19", effort=16.0, memory=4.0),
    )
}


def is_installed(slug: str) -> bool:
    """Tell whether the weights of a feature network are here."""
    return slug in read_manifests()


def installed_backbones() -> list[str]:
    """List the feature networks whose weights are here."""
    installed = read_manifests()
    return [slug for slug in BACKBONES if slug in installed]


def require_backbone(slug: str) -> None:
    """Raise FeaturesMissingError if the weights of a feature network are not here."""
    if not is_installed(slug):
        title = BACKBONES[slug].title if slug in BACKBONES else slug
        raise FeaturesMissingError(f"The feature network {title} is not installed here.")
