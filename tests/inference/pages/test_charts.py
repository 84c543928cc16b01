"""Charts of operators: bars of the waits and of the painting, from the rows of jobs."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from inference.models import Job
from inference.pages.charts import WIDEST, times
from tests.support.factories import finished_job

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]


def finished(owner: User, *, waited: float, painted: float) -> None:
    started = timezone.now()
    Job.objects.filter(pk=finished_job(owner).pk).update(
        created_at=started - timedelta(seconds=waited),
        started_at=started,
        compute_seconds=painted,
        attempt=1,
    )


def test_is_empty_before_the_first_picture() -> None:
    assert times().pictures == 0
    assert {bar.width for bar in times().waits} == {0}


def test_counts_each_picture_in_one_bar(alice: User) -> None:
    for waited, painted in ((1, 5), (2, 14.9), (400, 3)):
        finished(alice, waited=waited, painted=painted)
    shown = times()
    assert [bar.count for bar in shown.waits] == [2, 0, 0, 0, 1]
    assert [bar.count for bar in shown.painting] == [1, 2, 0, 0, 0]
    assert [bar.width for bar in shown.painting][:2] == [WIDEST // 2, WIDEST]


def test_leaves_out_those_that_began_again(alice: User) -> None:
    finished(alice, waited=1, painted=5)
    finished(alice, waited=400, painted=5)
    Job.objects.filter(pk=Job.objects.latest("created_at").pk).update(attempt=2)
    assert times().pictures == 1
