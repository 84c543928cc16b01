"""Tests of the inputs of the engine: the code of a style if that is enough, else its picture."""

import pytest
import torch

from inference import worker
from inference.models import Job
from inference.worker import Served, engine
from inference.worker.inputs import load_style
from library.models import Style
from style_transfer.core.spec import TransferSpec
from style_transfer.methods.fast.embedding import StyleEmbedding
from style_transfer.methods.fast.network import load_painter
from tests.support.factories import make_code_style, make_job, make_picture, make_style

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]


def real_code() -> bytes:
    """Return the code that the engine computes from a small picture."""
    painter = load_painter(torch.device("cpu"))
    return StyleEmbedding.from_picture(make_picture((128, 96), seed=5), painter).to_bytes()


def coded(slug: str = "night-cafe") -> Style:
    """Return a style that has only a code of this engine."""
    style = make_code_style(slug, code=real_code())
    Style.objects.filter(pk=style.pk).update(code_weights=engine.encoder_sha256())
    style.refresh_from_db()
    return style


def test_gives_a_picture_to_every_method() -> None:
    style = make_style()
    for method in ("fast", "optimize"):
        given = load_style(style, method, 0.5)
        assert given.image is not None
        assert (given.image.size, given.weight, given.embedding) == ((80, 80), 0.5, None)


def test_gives_a_code_if_there_is_no_picture() -> None:
    given = load_style(make_code_style(code=b"moments"), "fast")
    assert (given.image, given.embedding) == (None, b"moments")


@pytest.mark.usefixtures("optimize_needs_pictures")
def test_prefers_a_code_if_it_is_enough() -> None:
    style, other = make_style(), coded()
    style.code.name, style.code_weights = other.code.name, other.code_weights
    assert load_style(style, "fast").image is None
    assert load_style(style, "fast").embedding is not None
    assert load_style(style, "optimize").image is not None


def test_ignores_a_code_of_other_weights_if_there_is_a_picture() -> None:
    style = make_style()
    style.code.name, style.code_weights = "styles/older.code", "0" * 64
    assert load_style(style, "fast").image is not None


@pytest.mark.django_db(transaction=True)
class TestJobs:
    def test_are_painted_from_a_code_alone(self) -> None:
        job = make_job(styles=[coded(), make_style()], spec=TransferSpec(size=64))

        assert worker.serve_next() is Served.TO_THE_END

        job.refresh_from_db()
        assert (job.state, job.error_code) == (Job.State.SUCCEEDED, "")
        assert job.report["weights"]["builtin"] == engine.encoder_sha256()
        assert set(job.report["weights"]) == {"builtin", "fast"}

    def test_say_that_a_code_belongs_to_other_weights(self) -> None:
        job = make_job(styles=[make_code_style(code=b"no code at all")])

        worker.serve_next()

        job.refresh_from_db()
        assert (job.state, job.error_code) == (Job.State.FAILED, "style_code_unusable")
        assert Job.objects.waiting().count() == 0
