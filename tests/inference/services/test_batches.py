"""Tests of batches: all of their jobs are accepted, or none."""

from functools import partial
from uuid import uuid4

import pytest
from django.db import connections
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import User
from inference.models import Batch, Job, Photo
from inference.queue import jobs as job_queue
from inference.services import batches
from inference.services.batches import cancel_batch, submit_batch
from inference.services.jobs import put_in_line
from inference.services.refusals import (
    BatchTooLarge,
    JobConflict,
    JobRefused,
    PhotoUnavailable,
    QueueFull,
    QuotaExceeded,
    StyleNeedsPicture,
    StyleUnavailable,
    TooManyJobs,
)
from library.models import Style
from style_transfer.core.spec import TransferSpec
from tests.support.factories import finished_job, make_code_style, make_photo, make_style
from tests.support.races import together

pytestmark = pytest.mark.django_db
SPEC = TransferSpec(size=64)
State = Job.State


@pytest.fixture
def photos(alice: User) -> list[Photo]:
    return [make_photo(alice, seed=seed) for seed in (1, 2)]


@pytest.fixture
def styles(db: None) -> list[Style]:
    return [make_style(name) for name in ("woodcut", "mosaic", "sketch")]


class TestSubmitBatch:
    def test_makes_a_job_of_each_photo_in_each_style(
        self, alice: User, photos: list[Photo], styles: list[Style]
    ) -> None:
        batch, created = submit_batch(owner=alice, photos=photos, styles=styles, spec=SPEC)

        assert created
        jobs = list(batch.jobs.order_by("created_at"))
        pairs = [(job.photo, job.styles.get()) for job in jobs]
        assert pairs == [(photo, style) for photo in photos for style in styles]
        assert {(job.owner, job.state) for job in jobs} == {(alice, State.QUEUED)}
        assert all(job.spec == SPEC.to_json() for job in jobs)

    def test_sends_a_wakeup_for_each_after_the_commit(
        self,
        alice: User,
        photos: list[Photo],
        styles: list[Style],
        wakeups: list[str],
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            submit_batch(owner=alice, photos=photos, styles=styles, spec=SPEC)
            assert wakeups == []

        assert len(wakeups) == 6

    def test_paints_a_style_that_is_named_twice_once(
        self, alice: User, photos: list[Photo], styles: list[Style]
    ) -> None:
        batch, _ = submit_batch(owner=alice, photos=photos * 2, styles=styles[:1] * 2, spec=SPEC)

        assert batch.jobs.count() == 2

    def test_returns_the_same_batch_for_a_repeated_request(
        self, alice: User, photos: list[Photo], styles: list[Style]
    ) -> None:
        key = uuid4()
        ask = partial(submit_batch, owner=alice, photos=photos, spec=SPEC, batch_id=key)
        batch, _ = ask(styles=styles)

        assert ask(styles=styles) == (batch, False)
        assert ask(styles=styles[::-1]) == (batch, False)
        with pytest.raises(JobConflict):
            ask(styles=styles[:1])
        assert Job.objects.count() == 6

    def test_keeps_the_ids_of_users_apart(
        self, alice: User, bob: User, photos: list[Photo], styles: list[Style]
    ) -> None:
        batch, _ = submit_batch(owner=alice, photos=photos, styles=styles, spec=SPEC)

        with pytest.raises(JobConflict):
            submit_batch(
                owner=bob, photos=[make_photo(bob)], styles=styles, spec=SPEC, batch_id=batch.pk
            )


class TestRefusals:
    """A batch leaves nothing if one of its jobs is refused."""

    @pytest.mark.parametrize(
        "limit",
        [
            ("JOB_MAX_WAITING_PER_USER", TooManyJobs),
            ("JOB_MAX_A_DAY_PER_USER", QuotaExceeded),
            ("JOB_MAX_WAITING", QueueFull),
        ],
        ids=["waiting", "a day", "the queue"],
    )
    def test_counts_all_against_each_limit(
        self,
        alice: User,
        photos: list[Photo],
        styles: list[Style],
        settings: Settings,
        limit: tuple[str, type[JobRefused]],
    ) -> None:
        setting, refusal = limit
        setattr(settings, setting, 5)

        with pytest.raises(refusal):
            submit_batch(owner=alice, photos=photos, styles=styles, spec=SPEC)

        assert not Job.objects.exists()
        assert not Batch.objects.exists()
        setattr(settings, setting, 6)
        submit_batch(owner=alice, photos=photos, styles=styles, spec=SPEC)
        assert Job.objects.count() == 6

    def test_refuses_a_batch_of_no_jobs_or_too_many(
        self,
        alice: User,
        photos: list[Photo],
        styles: list[Style],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(batches, "MAX_JOBS", 5)

        for some in (styles, []):
            with pytest.raises(BatchTooLarge) as refusal:
                submit_batch(owner=alice, photos=photos, styles=some, spec=SPEC)
            assert (refusal.value.code, refusal.value.status) == ("batch_too_large", 422)
        assert not Job.objects.exists()

    def test_refuses_the_photo_of_another_user(
        self, alice: User, bob: User, photos: list[Photo], styles: list[Style]
    ) -> None:
        with pytest.raises(PhotoUnavailable):
            submit_batch(owner=alice, photos=[*photos, make_photo(bob)], styles=styles, spec=SPEC)
        assert not Job.objects.exists()

    @pytest.mark.usefixtures("optimize_needs_pictures")
    def test_refuses_a_style_that_is_not_in_the_library(
        self, alice: User, photos: list[Photo], styles: list[Style]
    ) -> None:
        with pytest.raises(StyleUnavailable):
            submit_batch(
                owner=alice, photos=photos, styles=[*styles, make_style(state="draft")], spec=SPEC
            )
        with pytest.raises(StyleNeedsPicture):
            submit_batch(
                owner=alice,
                photos=photos,
                styles=[*styles, make_code_style()],
                spec=TransferSpec(method="optimize"),
            )
        assert not Job.objects.exists()

    def test_leaves_nothing_if_it_fails_halfway(
        self,
        alice: User,
        photos: list[Photo],
        styles: list[Style],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        made: list[object] = []

        def break_at_the_third(*args: object, **fields: object) -> object:
            if len(made) == 2:
                raise RuntimeError("halfway")
            made.append(args)
            return put_in_line(*args, **fields)  # type: ignore[arg-type]

        monkeypatch.setattr("inference.services.batches.put_in_line", break_at_the_third)

        with pytest.raises(RuntimeError):
            submit_batch(owner=alice, photos=photos, styles=styles, spec=SPEC)

        assert not Job.objects.exists()
        assert not Batch.objects.exists()


class TestCancelBatch:
    def test_ends_unfinished_jobs(
        self, alice: User, photos: list[Photo], styles: list[Style]
    ) -> None:
        batch, _ = submit_batch(owner=alice, photos=photos[:1], styles=styles, spec=SPEC)
        done = finished_job(alice, in_batch=batch)
        running = job_queue.claim()
        assert running is not None

        for _ in range(2):
            assert cancel_batch(batch=batch) == batch

        states = sorted(batch.jobs.values_list("state", flat=True))
        assert states == [State.CANCELED] * 3 + [State.SUCCEEDED]
        assert Job.objects.get(pk=done.pk).result == done.result

    def test_leaves_other_jobs_alone(
        self, alice: User, photos: list[Photo], styles: list[Style]
    ) -> None:
        one, _ = submit_batch(owner=alice, photos=photos[:1], styles=styles, spec=SPEC)
        other, _ = submit_batch(owner=alice, photos=photos[1:], styles=styles, spec=SPEC)

        cancel_batch(batch=one)

        assert set(other.jobs.values_list("state", flat=True)) == {State.QUEUED}


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_makes_one_batch_of_many_equal_requests(
        self, alice: User, photos: list[Photo], styles: list[Style], wakeups: list[str]
    ) -> None:
        key = uuid4()

        def submit() -> tuple[Batch, bool]:
            try:
                return submit_batch(
                    owner=alice, photos=photos, styles=styles, spec=SPEC, batch_id=key
                )
            finally:
                connections.close_all()

        answers = together(*[submit] * 6)

        assert sorted(answer[1] for answer in answers) == [False] * 5 + [True]  # type: ignore[index]
        assert Job.objects.count() == len(wakeups) == 6
