"""Every picture is painted in its own size by the shipped weights, or refused with a code."""

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from style_transfer.core.errors import EngineError
from style_transfer.core.spec import Color, Report, StyleInput, TransferSpec
from style_transfer.imaging.images import load_picture
from style_transfer.pipeline.stylize import stylize

STYLE = Image.effect_mandelbrot((64, 64), (-2, -1, 1, 1), 30).convert("RGB")


def noise(width: int, height: int) -> Image.Image:
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def saved(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def sixteen_bits() -> bytes:
    return saved(Image.fromarray(np.linspace(0, 65535, 30 * 20).reshape(20, 30).astype("uint16")))


def transparent() -> bytes:
    image = noise(30, 20).convert("RGBA")
    image.putalpha(Image.linear_gradient("L").resize((30, 20)))
    return saved(image)


def animated(kind: str) -> bytes:
    frames = [Image.new("RGB", (8, 8), color) for color in ("red", "blue")]
    return saved(frames[0], kind, save_all=True, append_images=frames[1:])


def paint(data: bytes, style: Image.Image = STYLE) -> tuple[Image.Image, Report]:
    photo = load_picture(data)
    *_, last = stylize(photo.image, [StyleInput(style)], TransferSpec(), device="cpu")
    assert last.image is not None
    assert last.report is not None
    return last.image, last.report


PAINTED: dict[str, tuple[Callable[[], bytes], tuple[int, int], str]] = {
    "one-pixel": (lambda: saved(noise(1, 1)), (1, 1), "RGB"),
    "a-line": (lambda: saved(noise(300, 1)), (300, 1), "RGB"),
    "a-column": (lambda: saved(noise(1, 200)), (1, 200), "RGB"),
    "odd": (lambda: saved(noise(33, 17)), (33, 17), "RGB"),
    "gray": (lambda: saved(noise(30, 20).convert("L")), (30, 20), "RGB"),
    "gray-with-alpha": (lambda: saved(Image.new("LA", (30, 20), (90, 50))), (30, 20), "RGBA"),
    "black-and-white": (lambda: saved(noise(30, 20).convert("1")), (30, 20), "RGB"),
    "palette": (lambda: saved(noise(30, 20).convert("P")), (30, 20), "RGB"),
    "16-bit": (sixteen_bits, (30, 20), "RGB"),
    "cmyk": (lambda: saved(noise(30, 20).convert("CMYK"), "JPEG"), (30, 20), "RGB"),
    "transparent": (transparent, (30, 20), "RGBA"),
    "webp": (lambda: saved(noise(30, 20), "WEBP"), (30, 20), "RGB"),
    "turned": (lambda: saved(noise(30, 20), "JPEG", exif=exif(6)), (20, 30), "RGB"),
    "black": (lambda: saved(Image.new("RGB", (30, 20))), (30, 20), "RGB"),
    "white": (lambda: saved(Image.new("RGB", (30, 20), "white")), (30, 20), "RGB"),
}

REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "zero-bytes": (lambda: b"", "input_unreadable"),
    "truncated-png": (lambda: saved(noise(99, 99))[:5000], "input_unreadable"),
    "truncated-jpeg": (lambda: saved(noise(99, 99), "JPEG")[:3000], "input_unreadable"),
    "truncated-webp": (lambda: saved(noise(99, 99), "WEBP")[:900], "input_unreadable"),
    "text": (lambda: b"This is not a picture.", "input_unreadable"),
    "script": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "input_unreadable"),
    "gif": (lambda: animated("GIF"), "input_unreadable"),
    "animated-png": (lambda: animated("PNG"), "input_unreadable"),
    "animated-webp": (lambda: animated("WEBP"), "input_unreadable"),
    "bomb": (lambda: saved(Image.new("1", (9000, 6000))), "input_too_large"),
}


def exif(orientation: int) -> Image.Exif:
    made = Image.Exif()
    made[0x0112] = orientation
    return made


@pytest.mark.parametrize("name", PAINTED)
def test_is_painted_in_its_own_size(name: str) -> None:
    make, size, mode = PAINTED[name]
    image, report = paint(make())
    assert (image.size, image.mode) == (size, mode)
    assert report.result_size == size
    assert report.resized == ""


def test_is_painted_smaller_if_it_is_extremely_long() -> None:
    image, report = paint(saved(noise(20_000, 1)))
    assert image.size == (4096, 1)
    assert report.source_size == (20_000, 1)
    assert "the longest side may have 4096 pixels" in report.resized


@pytest.mark.parametrize("name", PAINTED)
def test_serves_as_an_artwork(name: str) -> None:
    image, _ = paint(saved(noise(30, 20)), load_picture(PAINTED[name][0]()).image)
    assert image.size == (30, 20)


@pytest.mark.parametrize("name", REFUSED)
def test_is_refused_with_a_code(name: str) -> None:
    make, code = REFUSED[name]
    with pytest.raises(EngineError) as caught:
        paint(make())
    assert caught.value.code == code
    assert caught.value.hint


def test_keeps_the_alpha_exactly() -> None:
    image, _ = paint(transparent())
    before = load_picture(transparent()).alpha
    assert before is not None
    assert image.getchannel("A").tobytes() == before.tobytes()


@pytest.mark.parametrize("color", list(Color))
@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA"])
def test_returns_the_exact_photo_at_strength_0(mode: str, color: Color) -> None:
    photo = noise(33, 17).convert(mode)
    spec = TransferSpec(strength=0, color=color)
    *_, last = stylize(photo, [StyleInput(STYLE)], spec, device="cpu")
    assert last.image is not None
    assert last.image.convert(mode).tobytes() == photo.tobytes()
