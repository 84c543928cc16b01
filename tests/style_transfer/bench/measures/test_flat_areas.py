from style_transfer.bench.measures.flat_areas import find_flat_areas
from tests.support.defects import scene


def test_marks_the_sky_and_nothing_near_an_edge() -> None:
    flat = find_flat_areas(scene())[0, 0]
    assert flat[:90].mean() == 1
    assert flat[108:].mean() < 0.02


def test_marks_nothing_where_edges_are_close() -> None:
    assert find_flat_areas(scene()[..., 124:, :]).mean() < 0.02
