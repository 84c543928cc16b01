"""Tests of requests for sketches: kept by spec, one unfinished for each user, within limits."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from pytest_django import Settings

from accounts.models import User
from inference.models import Photo, Sketch
from inference.queue.sketches import claim
from inference.services import sketches as services
from inference.services.guest_limits import GuestsFull
from inference.services.photos import delete_photo
from inference.services.refusals import PhotoUnavailable, StyleUnavailable
from inference.services.sketches import SketchTooSlow, cancel_sketch, request_sketch
from library.models import Style
from style_transfer.core.spec import TransferSpec
from tests.common.test_storage import files_in
from tests.support.factories import make_photo, make_sketch, make_style
from tests.support.guests import guest_with_photo

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media_root")]


@pytest.fixture
def photo(alice: User) -> Photo:
    """Return a photo of alice."""
    return make_photo(alice)


@pytest.fixture
def styles(db: None) -> list[tuple[Style, float]]:
    """Return two published styles, the first with three quarters."""
    return [(make_style("ink"), 3.0), (make_style("wash"), 1.0)]


def request(
    photo: Photo, styles: list[tuple[Style, float]], owner: User | None = None, **spec: Any
) -> Sketch:
    return request_sketch(
        owner=owner or photo.owner, photo=photo, styles=styles, spec=TransferSpec(**spec)
    )


class TestRequestSketch:
    def test_puts_a_small_spec_in_line(
        self, photo: Photo, styles: list[tuple[Style, float]], wakeups: list[str]
    ) -> None:
        sketch = request(photo, styles, strength=0.6, color="content", size=1280)

        assert sketch.state == "queued"
        assert sketch.parts == [[str(styles[0][0].pk), 0.75], [str(styles[1][0].pk), 0.25]]
        assert (sketch.spec["strength"], sketch.spec["color"]) == (0.6, "style")
        assert sketch.spec["size"] < 1280
        assert wakeups == ["inference.tasks.serve_queue"]

    def test_is_kept_by_what_changes_the_painting(
        self, photo: Photo, styles: list[tuple[Style, float]], wakeups: list[str]
    ) -> None:
        first = request(photo, styles)
        file = default_storage.save("sketches/x.webp", ContentFile(b"a picture"))
        Sketch.objects.filter(pk=first.pk).update(
            state="succeeded", file=file, completed_at=first.created_at
        )

        # Colors and mask are applied to the same sketch, and shares are shares.
        assert request(photo, styles, color="content", mask_feather=0.1) == first
        assert request(photo, [(style, 2 * share) for style, share in styles[::-1]]) == first
        assert len(wakeups) == 1
        for other in ({"strength": 0.5}, {"style_scale": 2.0}, {"seed": 7}):
            assert request(photo, styles, **other).pk != first.pk
        assert request(photo, styles[:1]).pk != first.pk
        Style.objects.filter(slug="ink").update(version=2)
        again = [(Style.objects.get(pk=style.pk), share) for style, share in styles]
        assert request(photo, again).pk != first.pk

    def test_cancels_the_one_before(
        self, photo: Photo, styles: list[tuple[Style, float]], wakeups: list[str]
    ) -> None:
        first = request(photo, styles)
        assert claim() == first

        second = request(photo, styles, strength=0.5)

        assert [*Sketch.objects.all()] == [second]
        assert request(photo, styles, strength=0.5) == second
        assert len(wakeups) == 2

    def test_tries_again_what_failed(
        self, photo: Photo, styles: list[tuple[Style, float]], wakeups: list[str]
    ) -> None:
        first = request(photo, styles)
        claim()
        Sketch.objects.get().held.fail(code="internal_error", hint="")

        second = request(photo, styles)

        assert [*Sketch.objects.all()] == [second]
        assert (second.pk == first.pk, len(wakeups)) == (False, 2)

    def test_keeps_only_the_newest(
        self,
        photo: Photo,
        styles: list[tuple[Style, float]],
        wakeups: list[str],
        media_root: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(services, "MOST_KEPT", 3)
        kept = [make_sketch(photo=photo) for _ in range(4)]

        newest = request(photo, styles)

        assert {*Sketch.objects.all()} == {*kept[2:], newest}
        assert len([each for each in files_in(media_root) if "sketches" in str(each)]) == 2
        assert len(wakeups) == 1

    def test_keeps_only_the_newest_of_all_photos_of_a_user(
        self,
        photo: Photo,
        styles: list[tuple[Style, float]],
        wakeups: list[str],
        media_root: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(services, "MOST_OF_OWNER", 3)
        others = [make_sketch(photo=make_photo(photo.owner, seed=seed)) for seed in range(1, 5)]
        of_bob = make_sketch()

        newest = request(photo, styles)

        assert {*Sketch.objects.all()} == {*others[2:], of_bob, newest}
        assert len([each for each in files_in(media_root) if "sketches" in str(each)]) == 3
        assert len(wakeups) == 1

    def test_paints_again_what_lost_its_file(
        self, photo: Photo, styles: list[tuple[Style, float]], wakeups: list[str]
    ) -> None:
        first = request(photo, styles)
        Sketch.objects.filter(pk=first.pk).update(
            state="succeeded", file=make_sketch(photo=photo).file, completed_at=first.created_at
        )
        first.refresh_from_db()
        assert request(photo, styles) == first

        default_storage.delete(first.file)

        assert request(photo, styles).state == "queued"
        assert not Sketch.objects.filter(pk=first.pk).exists()
        assert len(wakeups) == 2

    def test_refuses_what_takes_long(
        self, photo: Photo, styles: list[tuple[Style, float]], wakeups: list[str]
    ) -> None:
        with pytest.raises(SketchTooSlow):
            request(photo, styles, method="gatys")
        with pytest.raises(SketchTooSlow):
            request(photo, styles, method="optimize", steps=500)
        assert request(photo, styles, method="optimize").spec["method"] == "optimize"
        assert len(wakeups) == 1

    def test_refuses_photos_and_styles_of_others(
        self, bob: User, photo: Photo, styles: list[tuple[Style, float]], wakeups: list[str]
    ) -> None:
        with pytest.raises(PhotoUnavailable):
            request(photo, styles, owner=bob)
        Style.objects.filter(slug="wash").update(state="withdrawn")
        with pytest.raises(StyleUnavailable):
            request(photo, styles)
        assert not Sketch.objects.exists()
        assert wakeups == []

    def test_lets_only_so_many_guests_wait(
        self, styles: list[tuple[Style, float]], wakeups: list[str], settings: Settings
    ) -> None:
        settings.JOB_MAX_WAITING_GUESTS = 1
        first, second = (guest_with_photo(), guest_with_photo())
        request(Photo.objects.get(owner=first), styles)
        with pytest.raises(GuestsFull):
            request(Photo.objects.get(owner=second), styles)
        # The own one is replaced, and does not count.
        assert request(Photo.objects.get(owner=first), styles, strength=0.5)
        assert len(wakeups) == 2


class TestCancelSketch:
    def test_deletes_only_what_is_not_finished(
        self, photo: Photo, styles: list[tuple[Style, float]], wakeups: list[str]
    ) -> None:
        ready, waiting = make_sketch(photo=photo), request(photo, styles)
        for each in (ready, waiting, waiting):
            cancel_sketch(sketch=each)
        assert [*Sketch.objects.all()] == [ready]
        assert len(wakeups) == 1

    def test_goes_with_the_photo(self, photo: Photo, media_root: Path) -> None:
        make_sketch(photo=photo)
        delete_photo(photo=photo)
        assert not Sketch.objects.exists()
        assert files_in(media_root) == []
