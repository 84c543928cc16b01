"""The detector: drawn faces are found, wherever they are; what is no face is not."""

import numpy as np
import pytest
import torch
from PIL import Image

from style_transfer.features.blazeface import SIDE, BlazeFace, load_blazeface
from style_transfer.features.faces import find_faces
from style_transfer.imaging.tensors import to_tensor
from tests.support.faces import drawn_face

CPU = torch.device("cpu")


def find(image: Image.Image) -> list[tuple[float, float, float, float]]:
    faces = find_faces(to_tensor(image, CPU))
    return [(face.left, face.top, face.right, face.bottom) for face in faces]


def beside(*faces: tuple[int, int, int], size: tuple[int, int]) -> Image.Image:
    """Draw faces of a side at places (left, top, side) of a gray wall."""
    wall = Image.new("RGB", size, (150, 160, 150))
    for left, top, side in faces:
        wall.paste(drawn_face(side), (left, top))
    return wall


class TestNetwork:
    def test_has_the_layout_of_its_weights(self) -> None:
        network = load_blazeface()
        found = network(torch.rand(2, 3, SIDE, SIDE))
        assert found.scores.shape == (2, 896)
        assert found.boxes.shape == (2, 896, 4)
        assert ((found.scores >= 0) & (found.scores <= 1)).all()
        assert sum(each.numel() for each in BlazeFace().parameters()) < 110_000

    def test_is_loaded_once(self) -> None:
        assert load_blazeface() is load_blazeface()
        assert not any(each.requires_grad for each in load_blazeface().parameters())


class TestFindFaces:
    @pytest.mark.parametrize("size", [(300, 300), (600, 300), (300, 500)])
    @pytest.mark.parametrize("side", [120, 240])
    def test_finds_a_face_where_it_is(self, side: int, size: tuple[int, int]) -> None:
        left, top = size[0] - side - 10, 20
        (box,) = find(beside((left, top, side), size=size))
        middle = ((box[0] + box[2]) / 2 * size[0], (box[1] + box[3]) / 2 * size[1])
        assert abs(middle[0] - left - side / 2) < side / 4
        assert abs(middle[1] - top - side / 2) < side / 4

    def test_finds_a_face_that_fills_the_picture(self) -> None:
        faces = find_faces(to_tensor(drawn_face(400), CPU))
        assert faces[0].area > 0.15

    def test_finds_several_in_the_order_of_their_scores(self) -> None:
        faces = find_faces(
            to_tensor(beside((10, 10, 160), (200, 10, 160), (390, 10, 160), size=(560, 180)), CPU)
        )
        assert len(faces) == 3
        assert [face.score for face in faces] == sorted(
            (face.score for face in faces), reverse=True
        )

    @pytest.mark.parametrize("size", [(1, 1), (11, 300), (64, 1200), (300, 200)])
    def test_finds_none_where_none_is(self, size: tuple[int, int]) -> None:
        plain = Image.new("RGB", size, (120, 90, 60))
        noise = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
        assert find(plain) == find(Image.fromarray(noise)) == []

    def test_leaves_out_a_face_of_12_pixels(self) -> None:
        assert find(beside((40, 30, 12), size=(120, 90))) == []

    def test_gives_the_same_for_the_same_photo(self) -> None:
        image = beside((30, 20, 200), size=(300, 260))
        assert find(image) == find(image)
