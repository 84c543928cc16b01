"""Small real rows for tests: people, photos, styles and jobs, with pictures made in memory."""

import hashlib
import io
from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import uuid4

import numpy as np
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from accounts.models import User
from inference.models import Job, JobStyle, Mask, Photo, ProofSheet, ProofTile, Revision, Sketch
from inference.queue.proof_recipe import engine_state
from library.models import Artist, Style
from style_transfer.core.embedding_header import artwork_in
from style_transfer.core.spec import TransferSpec
from style_transfer.imaging.perceptual_hash import perceptual_hash

PASSWORD = "long and easily remembered"


def make_picture(
    size: tuple[int, int] = (96, 64), *, mode: str = "RGB", seed: int = 0
) -> Image.Image:
    """Return a picture with soft shapes and some texture, the same for the same seed."""
    width, height = size
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    waves = [np.sin(x / rng.uniform(5, 25) + y / rng.uniform(5, 25)) for _ in range(3)]
    pixels = np.stack(waves, axis=-1) * 90 + 128 + rng.normal(0, 8, (height, width, 3))
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).convert(mode)


def picture_bytes(picture: Image.Image, file_format: str = "PNG") -> bytes:
    """Return `picture` as the bytes of a file."""
    buffer = io.BytesIO()
    picture.save(buffer, file_format)
    return buffer.getvalue()


@cache
def drawn_bytes(size: tuple[int, int], *, seed: int = 0, file_format: str = "PNG") -> bytes:
    """Return a picture of `make_picture` as the bytes of a file. Each is drawn once in a run."""
    return picture_bytes(make_picture(size, seed=seed), file_format)


@cache
def drawn_hash(size: tuple[int, int], *, seed: int) -> str:
    """Return the perceptual hash of a picture of `make_picture`."""
    return perceptual_hash(make_picture(size, seed=seed))


def make_user(name: str = "alice", **fields: Any) -> User:
    """Return a new person called `name` who signs in with PASSWORD."""
    email = str(fields.pop("email", f"{name}@example.org"))
    return User.objects.create_user(name, email, PASSWORD, **fields)


def make_photo(owner: User, size: tuple[int, int] = (96, 64), *, seed: int = 0) -> Photo:
    """Return a new photo of `owner` with its file, preview and thumb."""
    data = drawn_bytes(size, seed=seed)
    photo = Photo(
        owner=owner,
        width=size[0],
        height=size[1],
        bytes=len(data),
        small_bytes=2 * len(data),
        sha256=hashlib.sha256(data + uuid4().bytes).hexdigest(),
    )
    for field in (photo.file, photo.preview, photo.thumb):
        field.save("photo.png", ContentFile(data), save=False)
    photo.save()
    return photo


def make_mask(photo: Photo, *, white: float = 0.5) -> Mask:
    """Return a mask of `photo` that is white on the left, up to a share of the width."""
    image = Image.new("L", (photo.width, photo.height), 0)
    image.paste(255, (0, 0, round(white * photo.width), photo.height))
    data = picture_bytes(image)
    return Mask.objects.create(
        photo=photo,
        file=ContentFile(data, "mask.png"),
        width=image.width,
        height=image.height,
        bytes=len(data),
        darkest=0 if white < 1 else 255,
        lightest=255 if white > 0 else 0,
        sha256=hashlib.sha256(data).hexdigest(),
    )


def make_style(
    slug: str = "great-wave",
    *,
    license: str = "CC0-1.0",  # noqa: A002  # the name of the model's field
    state: str = "published",
    size: tuple[int, int] = (80, 80),
    owner: User | None = None,
) -> Style:
    """Return a new style with its picture."""
    seed = sum(slug.encode())
    data = drawn_bytes(size, seed=seed)
    artist, _ = Artist.objects.get_or_create(name="Katsushika Hokusai", owner=owner)
    style = Style(
        owner=owner,
        slug=slug,
        title=slug.replace("-", " ").title(),
        artist=artist,
        license=license,
        state=state,
        image_sha256=hashlib.sha256(data).hexdigest(),
        perceptual_hash=drawn_hash(size, seed=seed),
        published_at=timezone.now() if state == "published" else None,
    )
    style.image.save("style.png", ContentFile(data), save=False)
    style.thumb.save("style.png", ContentFile(data), save=False)
    style.width, style.height = size
    style.save()
    return style


def make_own_style(
    owner: User,
    slug: str = "own-sketch",
    *,
    license: str = "own-work",  # noqa: A002  # the name of the model's field
    state: str = "private",
) -> Style:
    """Return a new style that only `owner` sees."""
    return make_style(slug, license=license, state=state, owner=owner)


def make_code_style(slug: str = "night-cafe", *, code: bytes = b"moments") -> Style:
    """Return a new published style without a picture: a code, and a sample painted with it."""
    style = make_style(slug, state="draft")
    for file in (style.image, style.sample):
        file.delete(save=False)
    data = drawn_bytes((96, 64), seed=sum(slug.encode()))
    style.sample.save("proof.png", ContentFile(data), save=False)
    style.code.save("style.code", ContentFile(code), save=False)
    style.code_sha256 = hashlib.sha256(code).hexdigest()
    style.image_sha256, style.code_weights = "", "e" * 64
    style.perceptual_hash = artwork_in(code)
    style.width, style.height = 96, 64
    style.state, style.published_at = Style.State.PUBLISHED, timezone.now()
    style.save()
    return style


def make_job(
    owner: User | None = None,
    *,
    photo: Photo | None = None,
    styles: Sequence[Style] = (),
    spec: TransferSpec | None = None,
    **fields: Any,
) -> Job:
    """Return a new waiting job; the function makes parts that are not given."""
    if owner is None:
        owner = photo.owner if photo else make_user(f"user-{uuid4().hex[:8]}")
    spec = spec or TransferSpec(size=64, steps=2)
    job: Job = Job.objects.create(
        owner=owner,
        photo=photo or make_photo(owner),
        spec=spec.to_json(),
        request_digest=uuid4().hex,
        **fields,
    )
    for style in styles or [make_style(f"style-{uuid4().hex[:8]}")]:
        JobStyle.objects.create(job=job, style=style, version=style.version, weight=1.0)
    return job


def finished_job(
    owner: User | None = None, *, size: tuple[int, int] = (64, 43), seed: int = 0, **fields: Any
) -> Job:
    """Return a job that succeeded, with its result and small version stored.

    Jobs of the same `size` and `seed` have the same picture.
    """
    key = uuid4()
    folder = f"jobs/{key.hex[:2]}/{key}"
    name = default_storage.save(f"{folder}/result.png", ContentFile(drawn_bytes(size, seed=seed)))
    small = default_storage.save(
        f"{folder}/small.webp", ContentFile(drawn_bytes(size, seed=seed, file_format="WEBP"))
    )
    now = timezone.now()
    values: dict[str, Any] = {
        "id": key,
        "state": Job.State.SUCCEEDED,
        "stage": "done",
        "attempt": 1,
        "done": 2,
        "total": 2,
        "result": name,
        "result_width": size[0],
        "result_height": size[1],
        "preview": small,
        "preview_version": 1,
        "preview_width": size[0],
        "preview_height": size[1],
        "started_at": now,
        "completed_at": now,
        "compute_seconds": 0.5,
        "device": "cpu",
    }
    return make_job(owner, **{**values, **fields})


# The palettes of painting and photo are the same.
SAME_COLORS = {"matrix": [1.0, 0, 0, 0, 1, 0, 0, 0, 1], "offset": [0.0, 0, 0]}


def developable_job(owner: User | None = None, **fields: Any) -> Job:
    """Return a finished job whose strength and colors can still be changed."""
    return finished_job(owner, color_map=SAME_COLORS, **fields)


def make_revision_row(job: Job, *, ready: bool = True, **fields: Any) -> Revision:
    """Return a revision of `job`: ready with its file, or waiting."""
    key = uuid4()
    values: dict[str, Any] = {"id": key, "strength": 0.5, "color": "style"}
    if ready:
        data = drawn_bytes((64, 43), seed=9)
        name = f"revisions/{job.pk.hex[:2]}/{job.pk}/{key}/made.png"
        values |= {
            "state": Revision.State.SUCCEEDED,
            "file": default_storage.save(name, ContentFile(data)),
            "width": 64,
            "height": 43,
            "bytes": len(data),
            "completed_at": timezone.now(),
        }
    revision: Revision = Revision.objects.create(job=job, **{**values, **fields})
    return revision


def make_sheet(
    owner: User | None = None,
    *,
    photo: Photo | None = None,
    styles: Sequence[Style] = (),
    **fields: Any,
) -> ProofSheet:
    """Return a new waiting proof sheet; the function makes parts that are not given."""
    if owner is None:
        owner = photo.owner if photo else make_user(f"user-{uuid4().hex[:8]}")
    sheet: ProofSheet = ProofSheet.objects.create(
        owner=owner, photo=photo or make_photo(owner), **fields
    )
    sheet.styles.set(styles or [make_style(f"style-{uuid4().hex[:8]}")])
    return sheet


def make_sketch(
    owner: User | None = None, *, photo: Photo | None = None, ready: bool = True, **fields: Any
) -> Sketch:
    """Return a sketch: ready with its file, or waiting; the function makes a photo if needed."""
    photo = photo or make_photo(owner or make_user(f"user-{uuid4().hex[:8]}"))
    values: dict[str, Any] = {"key": uuid4().hex, "spec": TransferSpec().to_json(), "parts": []}
    if ready:
        data = drawn_bytes((64, 43), file_format="WEBP")
        name = f"sketches/{photo.pk.hex[:2]}/{photo.pk}/sketch.webp"
        values |= {
            "state": Sketch.State.SUCCEEDED,
            "file": default_storage.save(name, ContentFile(data)),
            "width": 64,
            "height": 43,
            "color_map": SAME_COLORS,
            "completed_at": timezone.now(),
        }
    sketch: Sketch = Sketch.objects.create(owner=photo.owner, photo=photo, **{**values, **fields})
    return sketch


def make_tile(photo: Photo, style: Style, **fields: Any) -> ProofTile:
    """Return the stored proof of a style on a photo."""
    folder = f"proofs/{photo.pk.hex[:2]}/{photo.pk}"
    data = drawn_bytes((64, 43), file_format="WEBP")
    values: dict[str, Any] = {
        "version": style.version,
        "engine": engine_state(),
        "file": default_storage.save(f"{folder}/tile.webp", ContentFile(data)),
        "width": 64,
        "height": 43,
    }
    tile: ProofTile = ProofTile.objects.create(photo=photo, style=style, **{**values, **fields})
    return tile
