"""One person with everything that has a picture, and the addresses of these pictures."""

from django.urls import reverse

from gallery.services import keep_artwork, publish_artwork
from tests.support.factories import (
    finished_job,
    make_code_style,
    make_sheet,
    make_style,
    make_tile,
    make_user,
)

ARTWORK = ("full", "preview", "thumb", "before")
PHOTO = ("original", "preview", "thumb")


def exhibit(*, name: str) -> list[str]:
    """Make the person called `name` with pictures of every kind; return their addresses."""
    owner = make_user(name)
    style, sampled = make_style(f"{name}-picture"), make_code_style(f"{name}-sample")
    job = finished_job(owner, styles=[style])
    tile = make_tile(job.photo, style)
    sheet = make_sheet(owner, photo=job.photo, styles=[style])
    public = keep_artwork(job=job, title="Sea at Night")
    publish_artwork(artwork=public, license="CC0-1.0", shows_before=True)
    private = keep_artwork(job=finished_job(owner, styles=[style]), title="Mine")
    full = reverse("artwork-file", args=[public.pk, "full"])
    result = reverse("job-result", args=[job.pk])
    return [
        *(reverse("photo-file", args=[job.photo.pk, each]) for each in PHOTO),
        *variants("api-photo-file", job.photo.pk, PHOTO),
        reverse("job-preview", args=[job.pk, 1]),
        *(result, f"{result}?download=1"),
        *variants("api-job-file", job.pk, ("result", "preview")),
        reverse("proof-tile", args=[tile.pk]),
        f"{reverse('api-proof-file', args=[sheet.pk])}?style={style.slug}",
        *(reverse("artwork-file", args=[public.pk, each]) for each in ARTWORK),
        *(reverse("artwork-file", args=[private.pk, each]) for each in ARTWORK),
        *variants("api-artwork-file", public.pk, ARTWORK),
        *(f"{full}?download=1", f"{full}?download=1&format=webp"),
        *(reverse("style-file", args=[style.slug, each]) for each in ("full", "thumb")),
        *(reverse("style-file", args=[sampled.slug, each]) for each in ("proof", "thumb")),
    ]


def variants(address: str, pk: object, names: tuple[str, ...]) -> list[str]:
    """Return the addresses in the API of the variants of a picture."""
    return [f"{reverse(address, args=[pk])}?variant={each}" for each in names]
