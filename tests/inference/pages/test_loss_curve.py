"""The loss curve on the page of a job."""

import re

import pytest

from accounts.models import User
from inference.live.snapshots.losses import JobLosses
from inference.models import Job, LossCurve
from inference.pages.loss_curve import Scale, line_of, number, rows_of
from style_transfer.core.spec import TransferSpec
from tests.inference.pages.conftest import client_of
from tests.support.factories import finished_job, make_job

RECIPE = TransferSpec("gatys", size=64, steps=9)


def point(step: int, content: float, style: float, total: float) -> JobLosses:
    return {"step": step, "content": content, "style": style, "variation": 0.1, "total": total}


POINTS = [point(1, 0.0, 100.0, 100.0), point(3, 0.1, 10.0, 10.0), point(5, 1.0, 1.0, 2.0)]


class TestScale:
    def test_goes_from_the_power_of_ten_below_to_the_one_above(self) -> None:
        assert Scale.of(POINTS) == Scale(first=1, last=5, low=-1, high=3)
        assert Scale.of(POINTS).powers == ["1000", "100", "10", "1", "0.1"]
        assert Scale.of(POINTS).grid == "M0 0H100M0 25H100M0 50H100M0 75H100M0 100H100"

    def test_places_a_tenth_of_the_loss_one_line_lower(self) -> None:
        assert line_of(POINTS, "style", Scale.of(POINTS)) == "M0 25L50 50L100 75"

    def test_leaves_a_loss_of_zero_out_of_its_line(self) -> None:
        assert line_of(POINTS, "content", Scale.of(POINTS)) == "M50 100L100 75"

    def test_bounds_the_powers_and_draws_smaller_losses_at_the_edge(self) -> None:
        points = [point(1, 1e-12, 50.0, 50.0), point(2, 1e-12, 50.0, 50.0)]
        scale = Scale.of(points)
        assert (scale.low, scale.high) == (-4, 2)
        assert line_of(points, "content", scale) == "M0 100L100 100"

    def test_draws_a_single_step_and_a_curve_of_zeros(self) -> None:
        assert Scale.of(POINTS[:1]).place(1, 100.0) == (0.0, 100.0)
        flat = [point(1, 0.0, 0.0, 0.0)]
        assert line_of(flat, "total", Scale.of(flat)) == ""


@pytest.mark.parametrize(
    ("value", "words"),
    [(0, "0"), (1234567, "1230000"), (12.345, "12.3"), (0.00012345, "0.000123"), (999.9, "1000")],
)
def test_writes_three_digits_and_no_exponent(value: float, words: str) -> None:
    assert number(value) == words


def test_lists_a_dozen_steps_with_the_first_and_the_last() -> None:
    rows = rows_of([point(step, 1.0, 2.0, 3.0) for step in range(1, 201)])
    assert len(rows) == 12
    assert rows[0] == ["1", "1", "2", "3"]
    assert rows[-1][0] == "200"


@pytest.mark.django_db
class TestPage:
    def learned(self, job: Job) -> None:
        plain = [[*(each[name] for name in each)] for each in POINTS]  # type: ignore[literal-required]
        LossCurve.objects.create(job=job, attempt=job.attempt, latest=plain[-1], points=plain)

    @pytest.mark.usefixtures("media_root")
    def test_draws_the_curve_of_a_result_with_words_and_numbers(self, alice: User) -> None:
        job = finished_job(alice, spec=RECIPE)
        self.learned(job)
        page = client_of(alice).get(job.get_absolute_url()).text
        assert 'd="M0 25L50 50L100 75"' in page
        assert "Total loss: 100 at step 1, 2 at step 5." in page
        assert re.search(r'role="img"\s+aria-labelledby="loss-title loss-sentence"', page)
        assert "How it learned" in page
        assert re.search(r'<th scope="row">3</th>\s*<td>0.1</td>\s*<td>10</td>', page)

    @pytest.mark.usefixtures("media_root")
    def test_shows_none_for_results_of_other_methods(self, alice: User) -> None:
        job = finished_job(alice)
        page = client_of(alice).get(job.get_absolute_url()).text
        assert "loss-curve" not in page

    def test_hides_the_curve_until_there_are_losses(self, alice: User) -> None:
        job = make_job(alice, spec=RECIPE)
        client = client_of(alice)
        assert re.search(
            r"<figure class=\"loss-curve\"[^>]*\shidden", client.get(f"/jobs/{job.pk}/").text
        )
        self.learned(job)
        page = client.get(f"/jobs/{job.pk}/").text
        assert not re.search(r"<figure class=\"loss-curve\"[^>]*\shidden", page)
        assert "How it learns" in page
