"""A feed-forward network that paints in one style (Johnson, Alahi & Fei-Fei 2016).

"Perceptual Losses for Real-Time Style Transfer and Super-Resolution", with the instance
normalization of Ulyanov et al. 2017. It upsamples bilinearly: transposed convolutions leave a
checkerboard (Odena et al. 2016), and nearest neighbors leave a lattice in flat skies. The light
variant replaces most convolutions by a depthwise and a pointwise one (Howard et al. 2017,
"MobileNets").

The paper's network paints the whole picture. This one adds strokes to the photo in the artwork's
colors, which a closed form gives (color.py). So it paints a readable picture with the right
palette from the first step, and it learns in minutes what otherwise takes hours. It also gets
noise, as in Ulyanov et al. 2016 ("Texture Networks"): from a flat sky alone a convolution can only
make another flat area, or the lattice of its own strides.
"""

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from style_transfer.imaging.color import Palette, match_each

WIDTH = 16  # channels of the outermost layers, half of the paper's
BLOCKS = 5
NOISES = 4  # channels of noise beside the innermost features
STRIDE = 4  # one innermost feature covers this many pixels on each side
_FAINT = 0.1  # a training step changes the last layer's sums by much; pixels should change less
_EPSILON = 1e-5
# Root mean square of the first weights before a normalization. Their scale changes no picture, but
# Adam moves each weight by the rate, so it sets how far a step turns a layer: 0.6 % at a rate of
# 0.003. With torch's own scale it was 12 % in the blocks of the plain network, which forgot its
# strokes as fast as it learned them, and 2 to 4 % in those of the light one.
_SCALE = 0.5


class Norm(nn.Module):
    """Instance normalization whose statistics can be held.

    Normally each picture is normalized by its own mean and standard deviation. With `held`
    statistics all pictures are normalized by those, so the tiles of a picture show no seam.
    """

    def __init__(self, channels: int) -> None:
        """Start as a plain normalization with gain 1 and offset 0."""
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.holding = False
        self.held: tuple[Tensor, Tensor] | None = None

    def forward(self, x: Tensor) -> Tensor:
        """Normalize (B, C, H, W); the first call after `hold_` stores its statistics."""
        if self.held is not None:
            mean, inverse = self.held
        else:
            mean, inverse = statistics_of(x)
            if self.holding:
                self.held = mean.detach(), inverse.detach()
        return normalize_by(x, mean, inverse, self.weight, self.bias)


def statistics_of(x: Tensor) -> tuple[Tensor, Tensor]:
    """Measure mean and inverse deviation (B, C, 1, 1) of each channel of x (B, C, H, W)."""
    exact = x.float()
    mean = exact.mean((2, 3), keepdim=True)
    variance = exact.square().mean((2, 3), keepdim=True) - mean.square()
    return mean, (variance.clamp_min(0) + _EPSILON).rsqrt()


def normalize_by(x: Tensor, mean: Tensor, inverse: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Normalize x (B, C, H, W) by statistics (B, C, 1, 1), then apply gain and offset (C,)."""
    gain = inverse * weight[:, None, None]
    offset = bias[:, None, None] - mean * gain
    # One pass in the precision of the input; in bfloat16 it is faster than torch's own.
    return torch.addcmul(offset.to(x.dtype), x, gain.to(x.dtype))


def convolve(channels: int, outputs: int, size: int, *, stride: int = 1) -> nn.Module:
    """Make a convolution with reflected borders; zeros outside would paint a frame."""
    padding = size // 2
    return nn.Conv2d(channels, outputs, size, stride, padding, padding_mode="reflect")


def convolve_lightly(channels: int, outputs: int, size: int, *, stride: int = 1) -> nn.Module:
    """Make a depthwise and a pointwise convolution, at about a ninth of the cost."""
    apart = nn.Conv2d(
        channels, channels, size, stride, size // 2, groups=channels, padding_mode="reflect"
    )
    return nn.Sequential(apart, nn.Conv2d(channels, outputs, 1))


class Residual(nn.Module):
    """Adds the output of two convolutions to its input."""

    def __init__(self, channels: int, *, light: bool) -> None:
        """Create the convolutions; as in the paper, there is no activation after the sum."""
        super().__init__()
        make = convolve_lightly if light else convolve
        self.inner = nn.Sequential(
            make(channels, channels, 3),
            Norm(channels),
            nn.ReLU(),
            make(channels, channels, 3),
            Norm(channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Compute (B, C, H, W) from an input of the same shape."""
        found: Tensor = x + self.inner(x)
        return found


class PaintingNet(nn.Module):
    """Paints recolored photos in the one style for which it was trained."""

    def __init__(self, width: int = WIDTH, *, light: bool = False) -> None:
        """Create the layers, with `width` channels outside and four times as many inside."""
        super().__init__()
        self.light = light
        make = convolve_lightly if light else convolve
        middle, inner, outer_size = 2 * width, 4 * width, 5 if light else 9
        self.shrink = nn.Sequential(
            convolve(3, width, outer_size), Norm(width), nn.ReLU(),
            convolve(width, middle, 3, stride=2), Norm(middle), nn.ReLU(),
            convolve(middle, inner, 3, stride=2), Norm(inner), nn.ReLU(),
        )  # fmt: skip
        self.mix = nn.Conv2d(inner + NOISES, inner, 1)
        self.blocks = nn.Sequential(*(Residual(inner, light=light) for _ in range(BLOCKS)))
        self.rise1 = nn.Sequential(make(inner, middle, 3), Norm(middle), nn.ReLU())
        self.rise2 = nn.Sequential(make(middle, width, 3), Norm(width), nn.ReLU())
        self.paint = convolve(width, 3, outer_size)
        self.register_buffer("mean", torch.full((3,), 0.5))
        self.register_buffer("covariance", 0.1 * torch.eye(3))
        with torch.no_grad():
            self.paint.get_parameter("bias").zero_()
            self._even_out_()

    def _even_out_(self) -> None:
        """Bring all weights before a normalization to one scale, so that all layers learn alike."""
        # What `mix` adds and what the blocks add to it have a ratio, so `mix` keeps its scale.
        for each in self.modules():
            if isinstance(each, nn.Conv2d) and each not in (self.mix, self.paint):
                each.weight *= _SCALE / each.weight.square().mean().sqrt()
                each.get_parameter("bias").zero_()  # a normalization takes it away

    def take_palette_(self, palette: Palette) -> None:
        """Store the colors of the artwork."""
        self.get_buffer("mean").copy_(palette.mean)
        self.get_buffer("covariance").copy_(palette.covariance)

    def recolor(self, photos: Tensor) -> Tensor:
        """Move the colors of each photo (B, 3, H, W) to the artwork's, all in [0, 1]."""
        covariance = self.get_buffer("covariance").double()
        return match_each(photos, Palette(self.get_buffer("mean").double(), covariance))

    def forward(self, x: Tensor, noise: Tensor) -> Tensor:
        """Paint recolored photos (B, 3, H, W) in [0, 1]; the output may leave [0, 1] a little.

        `noise` comes from draw_noise for this size. Sides may have any length from four times
        STRIDE: they are padded to the next multiple of STRIDE and cut again. Shorter sides cannot
        be reflected inside the network.
        """
        height, width = x.shape[2:]
        features = F.pad(x, (0, -width % STRIDE, 0, -height % STRIDE), mode="replicate")
        features = self.shrink(2 * features - 1)  # (B, 4 * width, H / STRIDE, W / STRIDE)
        # Noise joins here; the 1 x 1 convolution brings the channels back to 4 * width.
        features = self.mix(torch.cat([features, noise.to(features.dtype)], 1))
        features = self.blocks(features)
        for rise in (self.rise1, self.rise2):
            features = rise(
                F.interpolate(features, scale_factor=2.0, mode="bilinear", align_corners=False)
            )
        strokes = torch.tanh(_FAINT * self.paint(features)[..., :height, :width].float())
        painted: Tensor = x + strokes
        return painted

    def hold_(self) -> None:
        """Make each normalization store the statistics of the next picture for all later ones."""
        for norm in self.modules():
            if isinstance(norm, Norm):
                norm.holding, norm.held = True, None


def draw_noise(photos: Tensor, generator: torch.Generator) -> Tensor:
    """Draw the noise for photos (B, 3, H, W): (B, NOISES, H / STRIDE, W / STRIDE), rounded up."""
    height, width = (-(-side // STRIDE) for side in photos.shape[2:])
    shape = (len(photos), NOISES, height, width)
    return torch.randn(shape, generator=generator, device=generator.device).to(photos.device)


def build_painting_net(state: Mapping[str, Tensor]) -> PaintingNet:
    """Build the network that fits the weights, and load them into it.

    Raises KeyError or RuntimeError for weights of another layout.
    """
    light = "rise1.0.0.weight" in state
    network = PaintingNet(state["shrink.0.weight"].shape[0], light=light)
    network.load_state_dict({name: value.float() for name, value in state.items()})
    return network
