"""Textons: the patches of an artwork, and pictures synthesized from them."""

import pytest
import torch
from torch import Tensor

from style_transfer.methods.fast.textons import (
    ENTRIES,
    MARGIN,
    PARAMETERS,
    PATCH,
    SIZE,
    STRIDE,
    PatchSynthesizer,
    Textons,
    count_bands,
)


def stripes(*, across: bool, size: int = 72, period: int = 6) -> Tensor:
    """Draw blue and yellow stripes (1, 3, size, size)."""
    wave = (torch.arange(size) // (period // 2) % 2).float()
    plane = wave.expand(size, size) if across else wave[:, None].expand(size, size)
    return torch.stack([plane, plane, 1 - plane])[None] * 0.8 + 0.1


def lay(synthesizer: PatchSynthesizer, picture: Tensor) -> Tensor:
    *steps, last = synthesizer.synthesize(picture)
    assert steps == [None] * len(steps)
    assert last is not None
    return last


def direction(picture: Tensor) -> float:
    """Return the ratio of the squared change between columns to that between rows."""
    columns = (picture[..., :, 1:] - picture[..., :, :-1]).square().mean()
    rows = (picture[..., 1:, :] - picture[..., :-1, :]).square().mean()
    return float((columns + 1e-6) / (rows + 1e-6))


def rough(soft: Tensor) -> Tensor:
    """Add blotches a few pixels wide, without a direction."""
    blotches = torch.randn(1, 3, 22, 25, generator=torch.Generator().manual_seed(1))
    larger = torch.nn.functional.interpolate(blotches, soft.shape[-2:], mode="bicubic")
    return (soft + 0.15 * larger).clamp(0, 1)


@pytest.fixture
def soft() -> Tensor:
    """Return soft blobs (1, 3, 66, 75)."""
    torch.manual_seed(5)
    small = torch.rand(1, 3, 8, 9)
    return torch.nn.functional.interpolate(small, (66, 75), mode="bicubic").clamp(0, 1)


def test_keeps_at_most_the_allowed_entries() -> None:
    torch.manual_seed(0)
    book = Textons.from_picture(torch.rand(1, 3, 60, 60))
    assert book.keys.shape == (ENTRIES, PARAMETERS.dimensions)
    assert book.patches().shape == (ENTRIES, SIZE)
    torch.testing.assert_close(
        book.basis.T @ book.basis, torch.eye(PARAMETERS.dimensions), atol=1e-4, rtol=0
    )


def test_reads_the_same_textons_each_time(soft: Tensor) -> None:
    one, other = (Textons.from_picture(soft) for _ in range(2))
    assert torch.equal(one.keys, other.keys)


def test_does_not_change_the_global_random_state(soft: Tensor) -> None:
    torch.manual_seed(9)
    expected = torch.rand(1)
    torch.manual_seed(9)
    Textons.from_picture(soft)
    assert torch.equal(torch.rand(1), expected)


@pytest.mark.parametrize("size", [(1, 1), (4, 40), (9, 9)])
def test_reads_textons_from_a_tiny_artwork(size: tuple[int, int]) -> None:
    book = Textons.from_picture(torch.full((1, 3, *size), 0.25))
    assert len(book.keys) >= 1
    assert (book.patches() - 0.25).abs().max() < 0.01


def test_keeps_the_contrast_of_averaged_patches() -> None:
    art = stripes(across=True)
    patches = Textons.from_picture(art).patches().view(-1, 3, PATCH * PATCH)
    strongest = patches.std(2).amax()
    assert strongest > 0.9 * art[0].flatten(1).std(1).amax()


def test_paints_in_the_direction_of_the_marks(soft: Tensor) -> None:
    picture = rough(soft)
    upright = PatchSynthesizer([Textons.from_picture(stripes(across=True))], [1.0])
    lying = PatchSynthesizer([Textons.from_picture(stripes(across=False))], [1.0])
    assert direction(lay(upright, picture)) > 1.3 * direction(lay(lying, picture))


def test_restores_an_artwork_from_its_own_textons() -> None:
    art = stripes(across=True)
    laid = lay(PatchSynthesizer([Textons.from_picture(art)], [1.0]), art)
    assert (laid - art).abs().mean() < 0.08


@pytest.mark.parametrize("size", [(1, 1), (1, 30), (20, 9), (33, 64)])
def test_synthesizes_any_size(size: tuple[int, int], soft: Tensor) -> None:
    synthesizer = PatchSynthesizer([Textons.from_picture(soft)], [1.0])
    laid = lay(synthesizer, torch.rand(1, 3, *size))
    assert laid.shape == (1, 3, *size)
    assert laid.isfinite().all()
    assert laid.min() >= 0
    assert laid.max() <= 1


def test_synthesizes_a_flat_area_without_a_dot_pattern() -> None:
    synthesizer = PatchSynthesizer([Textons.from_picture(stripes(across=True))], [1.0])
    laid = lay(synthesizer, torch.full((1, 3, 40, 40), 0.6))
    assert laid.std((2, 3)).max() < 0.03
    assert (laid.mean() - 0.6).abs() < 0.3


def test_adds_noise_to_a_flat_area_in_proportion_to_the_marks() -> None:
    flat = torch.full((1, 3, 40, 40), 0.5)
    calm = PatchSynthesizer([Textons.from_picture(0.5 + 0.02 * stripes(across=True))], [1.0])
    lively = PatchSynthesizer([Textons.from_picture(stripes(across=True))], [1.0])
    assert lively.add_noise(flat, 1.0).std() > 10 * calm.add_noise(flat, 1.0).std()
    assert torch.equal(lively.add_noise(flat, 0.0), flat)


def test_adds_other_noise_with_another_seed(soft: Tensor) -> None:
    book = Textons.from_picture(soft)
    one, same, other = (
        PatchSynthesizer([book], [1.0], seed).add_noise(soft, 1.0) for seed in (1, 1, 2)
    )
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_shows_no_seam_between_its_bands(soft: Tensor) -> None:
    tall = torch.nn.functional.interpolate(soft, (3 * 64 * STRIDE, 40), mode="bicubic").clamp(0, 1)
    synthesizer = PatchSynthesizer([Textons.from_picture(soft)], [1.0])
    laid = lay(synthesizer, tall)
    steps = (laid[..., 1:, :] - laid[..., :-1, :]).abs().mean((0, 1, 3))
    seam = 64 * STRIDE - PATCH
    assert steps[seam - 2 : seam + 3].max() <= steps.quantile(0.99) * 1.5


def test_shows_no_grid_where_one_patch_repeats() -> None:
    slope = torch.linspace(0.2, 0.8, 96).expand(1, 3, 96, 96).contiguous()
    laid = lay(PatchSynthesizer([Textons.from_picture(stripes(across=True))], [1.0]), slope)
    change = (laid - slope)[..., 12:-12, 12:-12]  # 72 pixels a side: 24 periods
    first, second, third = (change[..., phase::STRIDE].mean() for phase in range(STRIDE))
    # A slope is not a grid: a linear change from phase to phase is allowed.
    assert (first - 2 * second + third).abs() < 0.001


@pytest.mark.parametrize("height", [1, 64, 190, 200, 500])
def test_counts_its_bands(height: int, soft: Tensor) -> None:
    synthesizer = PatchSynthesizer([Textons.from_picture(soft)], [1.0])
    assert len([*synthesizer.synthesize(torch.rand(1, 3, height, 12))]) == count_bands(height)


def test_mixes_the_marks_of_two_artworks(soft: Tensor) -> None:
    picture = rough(soft)
    books = [Textons.from_picture(stripes(across=across)) for across in (True, False)]
    mostly_upright = lay(PatchSynthesizer(books, [0.9, 0.1]), picture)
    mostly_lying = lay(PatchSynthesizer(books, [0.1, 0.9]), picture)
    assert direction(mostly_upright) > direction(mostly_lying)


def test_synthesizes_a_part_like_the_whole(soft: Tensor) -> None:
    tall = torch.nn.functional.interpolate(rough(soft), (240, 75), mode="bicubic").clamp(0, 1)
    synthesizer = PatchSynthesizer([Textons.from_picture(soft)], [1.0])
    whole = lay(synthesizer, tall)
    weights = synthesizer.reweight(tall)
    first, last = 60, 180  # multiples of STRIDE
    *_, part = synthesizer.synthesize(tall[..., first - MARGIN : last + MARGIN, :], weights)
    assert part is not None
    inner = part[..., MARGIN:-MARGIN, :]
    torch.testing.assert_close(inner, whole[..., first:last, :], atol=1e-4, rtol=0)


def test_gives_the_most_weight_to_the_entry_that_matches(soft: Tensor) -> None:
    book = Textons.from_picture(soft)
    weights = PatchSynthesizer([book], [1.0]).reweight(book.patches()[0].view(1, 3, PATCH, PATCH))
    assert weights.argmax() == 0
    assert (weights > 0).all()
