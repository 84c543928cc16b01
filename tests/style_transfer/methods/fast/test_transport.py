"""The optimal transport map: it reaches its target with the least change and a limited gain."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from style_transfer.core.errors import InternalError
from style_transfer.methods.fast import transport as transport_module
from style_transfer.methods.fast.transport import FLOOR, MOST_GAIN, moments_of_batch, transport

SIZE = 6
FLOORS = FLOOR * torch.eye(SIZE, dtype=torch.float64)


def covariance(seed: int, batch: int = 1, spread: float = 1.0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    samples = spread * torch.randn(batch, SIZE, 4 * SIZE, generator=generator)
    mixed = torch.randn(SIZE, SIZE, generator=generator) @ samples
    return mixed @ mixed.mT / (4 * SIZE)


def root(matrix: Tensor) -> Tensor:
    values, vectors = torch.linalg.eigh(matrix)
    made: Tensor = (vectors * values.sqrt()) @ vectors.T
    return made


class TestTransport:
    @settings(max_examples=20, deadline=None)
    @given(st.integers(0, 10_000), st.floats(0.5, 2))
    def test_reaches_the_wanted_covariance(self, seed: int, spread: float) -> None:
        own, wanted = covariance(seed, spread=spread), covariance(seed + 1)
        move = transport(own, wanted)[0].double()
        if torch.linalg.eigvalsh(move).max() > MOST_GAIN - 1e-3:
            return  # a limited gain does not reach the target
        reached = move @ (own[0].double() + FLOORS) @ move.T
        torch.testing.assert_close(reached, wanted[0].double() + FLOORS, rtol=1e-3, atol=1e-3)

    def test_is_symmetric_and_positive(self) -> None:
        move = transport(covariance(1, 3), covariance(2, 3))
        torch.testing.assert_close(move, move.mT)
        assert (torch.linalg.eigvalsh(move) > 0).all()

    def test_is_the_identity_between_equal_covariances(self) -> None:
        own = covariance(3)
        torch.testing.assert_close(transport(own, own)[0], torch.eye(SIZE), atol=1e-4, rtol=0)

    def test_changes_less_than_other_maps_to_the_same_covariance(self) -> None:
        own, wanted = covariance(4), covariance(5)
        exact = own[0].double() + FLOORS
        move = transport(own, wanted)[0].double()
        start, goal = root(exact), root(wanted[0].double() + FLOORS)

        def cost(candidate: Tensor) -> float:
            away = torch.eye(SIZE) - candidate
            return float((away @ exact @ away.T).trace())

        for seed in range(20):
            torch.manual_seed(seed)
            rotation = torch.linalg.qr(torch.randn(SIZE, SIZE, dtype=torch.float64))[0]
            other = goal @ rotation @ torch.linalg.inv(start)
            torch.testing.assert_close(
                other @ exact @ other.T, wanted[0].double() + FLOORS, rtol=1e-6, atol=1e-6
            )
            assert cost(move) <= cost(other)
        whitened = goal @ torch.linalg.inv(start)  # Li et al. 2017
        assert cost(move) <= cost(whitened) + 1e-6

    def test_amplifies_no_direction_beyond_the_limit(self) -> None:
        faint, loud = covariance(6, spread=0.01), covariance(7, spread=100)
        gains = torch.linalg.eigvalsh(transport(faint, loud))
        assert gains.max() <= MOST_GAIN + 1e-4
        assert gains.max() > MOST_GAIN - 1e-2

    def test_uses_the_floor_for_flat_pictures(self) -> None:
        flat = torch.zeros(1, SIZE, SIZE)
        assert torch.allclose(transport(flat, flat)[0], torch.eye(SIZE), atol=1e-4)
        assert transport(flat, covariance(8)).isfinite().all()
        to_flat = torch.linalg.eigvalsh(transport(covariance(8), flat))
        assert (to_flat > 0).all()
        assert to_flat.max() <= 1 + 1e-4

    def test_returns_one_map_for_each_picture_of_a_batch(self) -> None:
        own, wanted = covariance(9, 4), covariance(10, 4)
        together = transport(own, wanted)
        for index in range(4):
            alone = transport(own[index : index + 1], wanted[index : index + 1])
            torch.testing.assert_close(together[index : index + 1], alone, atol=1e-5, rtol=1e-4)

    def test_uses_one_target_for_a_whole_batch(self) -> None:
        own = covariance(11, 3)
        assert transport(own, covariance(12)).shape == (3, SIZE, SIZE)

    def test_refuses_values_that_are_not_finite(self) -> None:
        broken = covariance(1)
        broken[0, 2, 3] = float("nan")
        with pytest.raises(InternalError, match="not numbers"):
            transport(broken, covariance(2))

    def test_passes_no_gradients(self) -> None:
        own = covariance(13).requires_grad_()
        assert not transport(own, covariance(14)).requires_grad


class TestMoments:
    @pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
    def test_measures_each_picture_of_a_batch(self, layout: torch.memory_format) -> None:
        maps = torch.rand(3, SIZE, 7, 9).contiguous(memory_format=layout)
        found = moments_of_batch(maps)
        for index, each in enumerate(maps):
            flat = each.flatten(1)
            torch.testing.assert_close(found.mean[index], flat.mean(1))
            torch.testing.assert_close(found.covariance[index], torch.cov(flat, correction=0))

    def test_gives_the_same_result_in_parts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        maps = torch.rand(2, SIZE, 13, 9)
        whole = moments_of_batch(maps)
        monkeypatch.setattr(transport_module, "_AT_ONCE", 2 * SIZE * 9 * 4)
        parts = moments_of_batch(maps)
        torch.testing.assert_close(parts.covariance, whole.covariance)
        assert torch.equal(parts.mean, whole.mean)

    def test_measures_in_float32_for_any_input_type(self) -> None:
        maps = 100 + torch.rand(1, SIZE, 40, 40)
        exact, found = moments_of_batch(maps.half().float()), moments_of_batch(maps.half())
        assert found.covariance.dtype == found.mean.dtype == torch.float32
        torch.testing.assert_close(found.covariance, exact.covariance, rtol=1e-3, atol=1e-5)

    def test_finds_no_variance_in_one_pixel(self) -> None:
        found = moments_of_batch(torch.rand(1, SIZE, 1, 1))
        assert torch.equal(found.covariance, torch.zeros(1, SIZE, SIZE))

    def test_passes_gradients(self) -> None:
        maps = torch.rand(1, SIZE, 4, 4, requires_grad=True)
        moments_of_batch(maps).covariance.sum().backward()
        assert maps.grad is not None
        assert maps.grad.abs().sum() > 0
