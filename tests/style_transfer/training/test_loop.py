"""The loop ends as planned, publishes mean losses, and always leaves a checkpoint."""

import math
from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from style_transfer.training.checkpoint import Progress, load_checkpoint
from style_transfer.training.crops import Crops
from style_transfer.training.loop import (
    Plan,
    Run,
    TrainingDivergedError,
    TrainingState,
    warmed_cosine,
)
from style_transfer.training.muon import Muon
from style_transfer.training.pictures import find_pictures


class Brightness:
    """An objective with one loss: every crop should become middle gray."""

    def __init__(self, network: nn.Module) -> None:
        self.network = network
        self.fractions: list[float] = []

    def losses(self, x: Tensor, fraction: float) -> Mapping[str, Tensor]:
        """Return the mean squared distance of the output from gray."""
        self.fractions.append(fraction)
        return {"gray": (self.network(x) - 0.5).square().mean()}


@pytest.fixture
def run(content: Path, tmp_path: Path) -> Run:
    torch.manual_seed(0)
    network = nn.Conv2d(3, 3, 1)
    crops = Crops((tuple(find_pictures(content)),), sizes=(8,), batch=2, seed=0)
    optimizer = Muon(network.parameters())
    objective = Brightness(network)
    return Run(network, optimizer, objective, crops, tmp_path / "out", torch.device("cpu"), {})


def fractions(run: Run) -> list[float]:
    """Return the fractions of the training that the objective of a run has received."""
    assert isinstance(run.objective, Brightness)
    return run.objective.fractions


def test_runs_the_planned_number_of_steps(run: Run) -> None:
    states = list(run.train_(Plan(steps=5)))
    assert run.progress.step == 5
    assert states[-1].progress == run.progress
    assert states[-1].fraction == 1
    assert states[-1].saved
    assert fractions(run) == [0, 0.2, 0.4, 0.6, 0.8]


def test_learns(run: Run) -> None:
    states = list(run.train_(Plan(steps=60)))
    assert states[-1].losses["gray"] < states[0].losses["gray"]


def test_publishes_means_since_the_last_time(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("style_transfer.training.loop.PUBLISH_SECONDS", 0)
    every = [state.losses["gray"] for state in run.train_(Plan(steps=4))]
    assert len(every) == 4
    assert len(set(every)) == 4


class Sometimes(Brightness):
    """An objective with a second loss at every other step."""

    def losses(self, x: Tensor, fraction: float) -> Mapping[str, Tensor]:
        """Add the loss three at the first of each two steps."""
        found = dict(super().losses(x, fraction))
        return found | {"three": 3 + 0 * found["gray"]} if len(self.fractions) % 2 else found


def test_averages_a_loss_over_the_steps_that_had_it(run: Run) -> None:
    run.objective = Sometimes(run.network)
    assert list(run.train_(Plan(steps=5)))[-1].losses["three"] == pytest.approx(3)


def test_stops_at_the_time_limit(run: Run) -> None:
    list(run.train_(Plan(seconds=0.3)))
    assert run.progress.step >= 1
    assert 0.3 <= run.progress.seconds < 5


def test_gives_a_resumed_run_the_full_time_limit(run: Run) -> None:
    run.progress = Progress(10, 100.0)
    list(run.train_(Plan(seconds=0.2)))
    assert run.progress.step > 10
    assert run.progress.seconds >= 100.2
    assert fractions(run)[0] == pytest.approx(100 / 100.2)


def test_does_nothing_when_all_steps_are_done(run: Run) -> None:
    run.progress = Progress(5, 1.0)
    assert list(run.train_(Plan(steps=5))) == []
    assert run.progress.step == 5


def test_ends_after_the_current_step_when_asked(run: Run) -> None:
    states: list[TrainingState] = []
    for state in run.train_(Plan(steps=1e6)):
        states.append(state)
        run.stop()
    assert run.progress.step <= 2
    assert load_checkpoint(run.folder, run.network, run.optimizer)[0] == run.progress


def test_leaves_a_checkpoint_when_the_caller_stops_iterating(run: Run) -> None:
    states = run.train_(Plan(steps=1e6))
    next(states)
    states.close()  # type: ignore[attr-defined]
    assert load_checkpoint(run.folder, run.network, run.optimizer)[0].step == run.progress.step


def test_saves_at_intervals(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("style_transfer.training.loop.CHECKPOINT_SECONDS", 0)
    steps = []
    for state in run.train_(Plan(steps=3)):
        assert state.saved
        steps.append(load_checkpoint(run.folder, run.network, run.optimizer)[0].step)
    assert steps == [1, 2, 3]


def test_gives_the_same_result_when_resumed(run: Run, tmp_path: Path) -> None:
    list(run.train_(Plan(steps=6)))
    whole = {name: value.clone() for name, value in run.network.state_dict().items()}
    torch.manual_seed(0)
    network = nn.Conv2d(3, 3, 1)
    optimizer = Muon(network.parameters())
    parts = Run(
        network, optimizer, Brightness(network), run.crops, tmp_path / "b", run.device, run.extra
    )
    for state in parts.train_(Plan(steps=6)):
        if state.progress.step < 6:
            parts.stop()
    other = nn.Conv2d(3, 3, 1)
    second = Muon(other.parameters())
    progress, _ = load_checkpoint(tmp_path / "b", other, second)
    assert progress.step < 6
    rest = Run(
        other, second, Brightness(other), run.crops, tmp_path / "b", run.device, {}, progress
    )
    list(rest.train_(Plan(steps=6)))
    for name, value in whole.items():
        torch.testing.assert_close(other.state_dict()[name], value)


class Explosion(Brightness):
    """An objective with a loss and a gradient that are not finite from the third step on."""

    def losses(self, x: Tensor, fraction: float) -> Mapping[str, Tensor]:
        """Divide by zero in the third step."""
        found = super().losses(x, fraction)["gray"]
        return {"gray": found / (len(self.fractions) < 3)}


class Refusal(Explosion):
    """An objective that fails with weights that are not finite."""

    def losses(self, x: Tensor, fraction: float) -> Mapping[str, Tensor]:
        """Fail with the error of torch's decompositions."""
        if not next(self.network.parameters()).isfinite().all():
            raise RuntimeError("linalg.eigh: failed to converge")
        return super().losses(x, fraction)


def test_keeps_the_last_good_checkpoint_when_it_diverges(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("style_transfer.training.loop.CHECKPOINT_SECONDS", 0)
    run.objective = Explosion(run.network)
    with pytest.raises(TrainingDivergedError, match="gray") as caught:
        list(run.train_(Plan(steps=9)))
    assert "--resume" in caught.value.hint
    kept = nn.Conv2d(3, 3, 1)
    progress, _ = load_checkpoint(run.folder, kept, Muon(kept.parameters()))
    assert progress.step == 2
    assert kept.weight.isfinite().all()


def test_reports_divergence_when_a_step_fails_on_nan_weights(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CHECKPOINT_SECONDS", "PUBLISH_SECONDS"):
        monkeypatch.setattr(f"style_transfer.training.loop.{name}", math.inf)
    run.objective = Refusal(run.network)
    with pytest.raises(TrainingDivergedError, match="weights"):
        list(run.train_(Plan(steps=9)))
    assert not run.folder.exists()


def test_raises_other_errors(run: Run) -> None:
    class Broken(Brightness):
        def losses(self, x: Tensor, fraction: float) -> Mapping[str, Tensor]:
            raise RuntimeError("out of luck")

    run.objective = Broken(run.network)
    with pytest.raises(RuntimeError, match="out of luck"):
        list(run.train_(Plan(steps=2)))


def test_warms_up_and_decays() -> None:
    assert warmed_cosine(0) < 0.2
    assert warmed_cosine(0.01) == pytest.approx(1, abs=0.01)
    assert warmed_cosine(1) == pytest.approx(0.01)
    later = [warmed_cosine(share / 100) for share in range(1, 101)]
    assert later == sorted(later, reverse=True)


def test_has_no_end_without_a_limit() -> None:
    assert Plan().fraction(Progress(10**6, 1e6), Progress()) < 1e-6
    assert Plan(steps=4, seconds=math.inf).fraction(Progress(1, 50.0), Progress()) == 0.25
    assert Plan(seconds=60).fraction(Progress(1, 90.0), Progress(1, 60.0)) == 0.75
