"""The map of the subject, and colors that stay calm in it."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import Tensor

from style_transfer.core import manifest
from style_transfer.core.errors import ModelMissingError
from style_transfer.core.spec import KeepFaces
from style_transfer.features.blazeface import load_blazeface
from style_transfer.imaging.color import luma_of
from style_transfer.imaging.tensors import to_tensor
from style_transfer.methods.subject import calm_colors_, enlarged, find_subject, stands_out
from tests.support.faces import drawn_face


def photo(side: int = 150, size: tuple[int, int] = (360, 240)) -> Tensor:
    wall = Image.new("RGB", size, (150, 160, 150))
    if side:
        wall.paste(drawn_face(side), (20, 20))
    return to_tensor(wall, torch.device("cpu"))


def found(photo: Tensor, keep: KeepFaces) -> Tensor:
    subject = find_subject(photo, keep)
    assert subject is not None
    return subject


class TestFindSubject:
    def test_is_soft_around_a_face_and_nothing_elsewhere(self) -> None:
        subject = found(photo(), KeepFaces.AUTO)
        assert subject.shape == (1, 1, 240, 360)
        assert subject.min() == 0
        assert subject.max() == 1
        assert subject[0, 0, 110, 95] == 1
        assert (subject[..., 220:] == 0).all()
        steps = (subject[..., 1:] - subject[..., :-1]).abs().max()
        assert steps < 0.1  # no edge that could be seen

    def test_is_none_when_it_is_off(self) -> None:
        assert find_subject(photo(), KeepFaces.OFF) is None

    def test_is_none_without_a_face(self) -> None:
        assert find_subject(photo(0), KeepFaces.AUTO) is None

    def test_keeps_a_small_face_only_when_asked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("style_transfer.methods.subject._LEAST_SHARE", 0.5)
        assert find_subject(photo(), KeepFaces.AUTO) is None
        assert found(photo(), KeepFaces.ON).max() == 1

    def test_counts_all_faces_together(self) -> None:
        crowd = torch.cat([torch.cat([photo(90, (96, 96))] * 4, 3)] * 2, 2)
        subject = found(crowd, KeepFaces.AUTO)
        assert (subject > 0.9).any(2).float().mean() > 0.3

    def test_keeps_what_stands_out_when_there_is_no_face(self) -> None:
        spot = torch.full((1, 3, 120, 180), 0.4)
        spot[..., 40:70, 60:100] = torch.tensor([0.9, 0.2, 0.1])[:, None, None]
        subject = found(spot, KeepFaces.ON)
        assert subject[0, 0, subject.shape[2] * 55 // 120, subject.shape[3] * 80 // 180] > 0.4
        assert subject[..., -10:].max() < 0.1

    @pytest.mark.parametrize("size", [(1, 1), (1, 90), (64, 900)])
    @pytest.mark.parametrize("keep", list(KeepFaces))
    def test_is_none_for_a_plain_picture_of_any_size(
        self, keep: KeepFaces, size: tuple[int, int]
    ) -> None:
        assert find_subject(torch.full((1, 3, *size), 0.5), keep) is None

    def test_takes_bytes_too(self) -> None:
        as_bytes = (photo() * 255).round().byte()
        assert torch.equal(found(as_bytes, KeepFaces.AUTO), found(photo(), KeepFaces.AUTO))


class TestWithoutTheNetwork:
    @pytest.fixture(autouse=True)
    def _no_weights(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        monkeypatch.setattr(manifest, "SHIPPED", tmp_path)
        monkeypatch.setenv("STYLEWEB_WEIGHTS_DIR", str(tmp_path))
        load_blazeface.cache_clear()  # an earlier test may have loaded it in this process
        yield
        load_blazeface.cache_clear()

    def test_paints_and_says_so_when_nobody_asked(self, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.WARNING):
            assert find_subject(photo(), KeepFaces.AUTO) is None
        assert "faces are not installed" in caplog.text

    def test_refuses_when_it_was_asked(self) -> None:
        with pytest.raises(ModelMissingError):
            find_subject(photo(), KeepFaces.ON)


def test_finds_nothing_that_stands_out_in_a_flat_picture() -> None:
    assert stands_out(torch.full((1, 3, 60, 90), 0.3)).max() == 0


class TestCalmColors:
    def calmed(self, subject: Tensor) -> tuple[Tensor, Tensor]:
        before = torch.full((1, 3, 64, 96), 0.5)
        before[:, 1, 20:30, 20:30] = 0.8  # a green island
        after = before.clone()
        calm_colors_(after, torch.full((1, 3, 64, 96), 0.5), lambda part: part, subject)
        return before, after

    def test_removes_an_island_and_keeps_lightness(self) -> None:
        before, after = self.calmed(torch.ones(1, 1, 64, 96))

        def green(picture: Tensor) -> float:
            return float((picture[0, 1] - picture[0, 0])[22:28, 22:28].mean())

        assert green(after) < 0.5 * green(before)
        assert torch.allclose(luma_of(before), luma_of(after), atol=1e-4)

    def test_changes_nothing_outside_of_the_subject(self) -> None:
        subject = torch.zeros(1, 1, 64, 96)
        subject[..., 60:] = 1
        before, after = self.calmed(subject)
        assert torch.equal(before[..., :60], after[..., :60])


def test_enlarges_without_a_step() -> None:
    small = torch.zeros(1, 1, 4, 4)
    small[..., 2:] = 1
    large = enlarged(small, 40, 40)
    assert large.shape == (1, 1, 40, 40)
    assert (large[..., 1:] - large[..., :-1]).abs().max() < 0.2
