"""The report of the engine in sentences."""

from typing import Any

import pytest

from accounts.models import User
from gallery.services import keep_artwork
from inference.live.snapshots.report import report_sentences
from style_transfer.core.spec import Report
from tests.gallery.test_views import client_of
from tests.support.clients import session_of
from tests.support.factories import finished_job

SAME = "The picture has the full size of the photo, 640 × 480 px."


def report(**fields: Any) -> dict[str, Any]:
    """Return a report as the engine writes it."""
    values = {"source_mode": "RGB", "source_size": (640, 480), "result_size": (640, 480), **fields}
    return Report(**values).to_json()


@pytest.mark.parametrize(
    ("fields", "sentences"),
    [
        ({}, [SAME]),
        (
            {"result_size": (320, 240), "resized": "resized from 640 x 480 to 320 x 240: as asked"},
            ["The picture has 320 × 240 px, and the photo 640 × 480 px."],
        ),
        (
            {
                "result_size": (2000, 1500),
                "resized": "painted at 1000 x 750 and enlarged, to fit memory",
            },
            [
                "It was painted smaller and then enlarged to 2000 × 1500 px, because the server "
                "did not have enough memory. The photo has 640 × 480 px."
            ],
        ),
        (
            {"tiles": 12, "conversions": ("CMYK to RGB", "Display P3 to sRGB")},
            [
                SAME,
                "It was painted in 12 parts that overlap, because it is large.",
                "The file of the photo was converted before painting: CMYK to RGB, Display P3 to "
                "sRGB.",
            ],
        ),
        ({"seconds": 3.21}, [SAME, "The processor painted it in 3.2 seconds."]),
        (
            {"seconds": 0.4, "device": "cuda:0"},
            [SAME, "A graphics processor painted it in 0.4 seconds."],
        ),
    ],
    ids=["same-size", "as-asked", "enlarged", "parts", "time", "gpu"],
)
def test_says_what_happened(fields: dict[str, Any], sentences: list[str]) -> None:
    assert report_sentences(report(**fields)) == sentences


def test_is_silent_about_what_an_old_report_lacks() -> None:
    assert report_sentences({}) == []
    assert report_sentences({"engine_version": "1", "weights": {}}) == []


@pytest.mark.django_db
def test_is_shown_by_jobs_and_by_artworks_to_their_owner(alice: User, bob: User) -> None:
    job = finished_job(alice, report=report(tiles=3))
    said = report_sentences(job.report)
    assert session_of(alice).get(f"/api/v1/jobs/{job.pk}/report/").json() == {"sentences": said}
    assert said[1] in client_of(alice).get(job.get_absolute_url()).text
    artwork = keep_artwork(job=job)
    assert session_of(alice).get(f"/api/v1/artworks/{artwork.pk}/").json()["report"] == said
    assert said[1] in client_of(alice).get(artwork.get_absolute_url()).text
