"""The styles of a run: which styles count, their shares, and their order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from style_transfer.core.shares import StyleNeedsPictureError, normalize_weights
from style_transfer.core.spec import MAX_STYLES, SpecError, StyleInput

RED, BLUE = Image.new("RGB", (4, 4), "red"), Image.new("RGB", (4, 4), "blue")


def test_sums_to_one() -> None:
    shares = normalize_weights([StyleInput(RED, 2), StyleInput(BLUE, 6)])
    assert [share.weight for share in shares] == [0.25, 0.75]
    assert shares[0].image is RED


@given(st.permutations([0.1, 0.2, 0.3, 0.7]))
def test_sorts_the_same_styles_in_the_same_order(weights: list[float]) -> None:
    colors = {0.1: "red", 0.2: "blue", 0.3: "green", 0.7: "white"}
    styles = [StyleInput(Image.new("RGB", (2, 2), colors[weight]), weight) for weight in weights]
    shares = normalize_weights(styles)
    assert [share.weight for share in shares] == sorted(share.weight for share in shares)
    assert sum(share.weight for share in shares) == pytest.approx(1)


def test_sorts_equal_shares_by_content() -> None:
    first, second = StyleInput(RED, embedding=b"1"), StyleInput(BLUE)
    third = StyleInput(None, embedding=b"2")
    one = normalize_weights([first, second, third])
    assert one == normalize_weights([third, second, first])


def test_keeps_embeddings_with_their_styles() -> None:
    shares = normalize_weights([StyleInput(None, 1, b"moments"), StyleInput(RED, 3)])
    assert [(share.embedding, share.weight) for share in shares] == [
        (b"moments", 0.25),
        (None, 0.75),
    ]


@pytest.mark.parametrize(
    "weights",
    [[], [0], [1] * (MAX_STYLES + 1), [-1, 2], [float("nan")], [float("inf")]],
    ids=["none", "only-zero", "too-many", "negative", "nan", "infinite"],
)
def test_refuses_invalid_weights(weights: list[float]) -> None:
    with pytest.raises(SpecError) as caught:
        normalize_weights([StyleInput(RED, weight) for weight in weights])
    assert set(caught.value.fields) == {"styles"}


def test_refuses_a_style_without_a_picture_and_without_an_embedding() -> None:
    with pytest.raises(SpecError, match="must each have a picture or a style code"):
        normalize_weights([StyleInput(None)])
    assert len(normalize_weights([StyleInput(None, 0), StyleInput(RED)])) == 1


def test_counts_only_styles_with_weight() -> None:
    styles = [StyleInput(RED)] * MAX_STYLES + [StyleInput(BLUE, 0)]
    assert len(normalize_weights(styles)) == MAX_STYLES


def test_says_what_to_do_when_a_picture_is_needed() -> None:
    error = StyleNeedsPictureError("This method needs a picture of each style.")
    assert error.code == "style_needs_picture"
    assert "fast" in error.hint
