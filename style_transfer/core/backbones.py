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
    weights   the name of its weights; empty if it is the slug
    content   the layer whose activations say what is where
    centered  the means of its channels are subtracted before their correlations are taken
    colors    it sees colors; else the correlations of the colors themselves are compared too
    smoothed  its activations go through a softmax; see features/torchvision_backbones.py
    effort    its time for a step, as a multiple of the time that `builtin` takes
    memory    the same for its memory
    """

    slug: str
    title: str
    weights: str = ""
    content: str = "relu4_2"
    centered: bool = False
    colors: bool = True
    smoothed: bool = False
    effort: float = 1.0
    memory: float = 1.0

    @property
    def weights_name(self) -> str:
        """Give the name under which its weights stand in a manifest."""
        return self.weights or self.slug


DEFAULT_BACKBONE = "builtin"
# The network of the original paper; the command line uses it where it is installed.
TEXTBOOK_BACKBONE = "vgg19"
BACKBONES: dict[str, Backbone] = {
    each.slug: each
    for each in (
        Backbone("builtin", "Built-in", centered=True, colors=False),
        Backbone(
            "builtin-light",
            "Built-in, light",
            content="relu4_1",
            centered=True,
            colors=False,
            effort=0.8,
        ),
        Backbone("vgg19", "VGG-19", effort=16.0, memory=4.0),
        Backbone("vgg16", "VGG-16", effort=13.0, memory=4.0),
        Backbone(
            "resnet50", "ResNet-50", content="relu4_1", smoothed=True, effort=12.0, memory=4.0
        ),
        Backbone(
            *("resnet50-plain", "ResNet-50, not smoothed", "resnet50"),
            content="relu4_1",
            effort=12.0,
            memory=4.0,
        ),
        Backbone(
            "mobilenet_v3_large",
            "MobileNetV3",
            content="relu4_1",
            centered=True,
            effort=1.5,
            memory=1.5,
        ),
    )
}
# Those whose weights are torchvision's: a user fetches them, or has the file.
FETCHED = ("vgg19", "vgg16", "resnet50", "mobilenet_v3_large")


def is_installed(slug: str) -> bool:
    """Tell whether the weights of a feature network are here."""
    return _weights_of(slug) in read_manifests()


def installed_backbones() -> list[str]:
    """List the feature networks whose weights are here."""
    installed = read_manifests()
    return [slug for slug in BACKBONES if _weights_of(slug) in installed]


def _weights_of(slug: str) -> str:
    return BACKBONES[slug].weights_name if slug in BACKBONES else slug


def require_backbone(slug: str) -> None:
    """Raise FeaturesMissingError if the weights of a feature network are not here."""
    if not is_installed(slug):
        # Visitors of the site never see this hint; see inference/worker/failures.py.
        install = f"Install it with `python -m style_transfer fetch_weights {_weights_of(slug)}`"
        title = BACKBONES[slug].title if slug in BACKBONES else slug
        raise FeaturesMissingError(
            f"The feature network {title} is not installed here.",
            hint=f"{install}, or choose another feature network.",
        )
