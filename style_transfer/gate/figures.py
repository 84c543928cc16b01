"""Measure ways to paint: seconds at several sizes, memory, and the judge's distances."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from statistics import mean

import torch
from torch import Tensor

from style_transfer.backends.machine import describe_machine
from style_transfer.backends.variants import REFERENCE, Backend, files_of, variants_folder
from style_transfer.backends.verdicts import Verdict, read_verdicts
from style_transfer.bench.distances import content_distance, style_distance
from style_transfer.bench.fresh import in_fresh_process
from style_transfer.bench.memory import peak_of
from style_transfer.core.errors import EngineError
from style_transfer.core.manifest import find_card
from style_transfer.gate.candidates import (
    Absent,
    Candidate,
    find_candidates,
    is_exportable,
    open_gate,
    weights_of_painter,
)
from style_transfer.gate.golden import GoldenPair
from style_transfer.gate.scores import psnr
from style_transfer.gate.verify import Verification
from style_transfer.imaging.drawn import draw_landscape
from style_transfer.imaging.tensors import to_tensor

Size = tuple[int, int]  # (width, height)
STANDARD = (768, 512)  # the size at which speeds are compared and memory is measured
_SMALL = (64, 48)  # a painting that only loads the networks
_CPU = torch.device("cpu")


@dataclass(frozen=True)
class Effort:
    """How much is measured. `steps` bounds those of a method that takes steps."""

    sizes: Sequence[Size] = ((256, 256), (512, 512), STANDARD, (1024, 1024))
    repeats: int = 3
    steps: int = 12
    pairs: int = 3

    def pieces(self, candidates: int) -> int:
        """Count the pieces of work for a number of candidates."""
        return candidates * (2 + len(self.sizes) * self.repeats)


QUICK = Effort(sizes=((256, 256), STANDARD), repeats=1, steps=3, pairs=1)


@dataclass
class Row:
    """The figures of a candidate. Seconds are the best of several runs; memory is in MiB.

    psnr      to the same networks computed by torch in float32; None for these themselves
    memory    the most that a new process held while it painted; None where it was not measured
    verdict   what the gate found of it on this machine; None if it found nothing, or has no say
    judged    the gate has a say
    """

    candidate: Candidate
    kilobytes: float
    content: float
    style: float
    psnr: float | None
    judged: bool
    verdict: Verdict | None
    memory: int | None = None
    seconds: dict[Size, float] = field(default_factory=dict)


@dataclass
class Report:
    """What was measured up to now, and what could not be."""

    rows: list[Row] = field(default_factory=list)
    absent: list[Absent] = field(default_factory=list)


@dataclass(frozen=True)
class Bench:
    """The candidates of a method, or of a network for one artwork, and how they are measured."""

    gate: Verification
    candidates: Sequence[Candidate]
    absent: Sequence[Absent]
    effort: Effort

    @classmethod
    def prepare(cls, name: str, device: torch.device, effort: Effort) -> "Bench":
        """Prepare by the name of a method or network; raises ModelMissingError for others."""
        gate = open_gate(name, device)
        return cls(gate, *find_candidates(gate, effort.steps), effort)

    def run(self, report: Report) -> Iterator[str]:
        """Measure all candidates into a report; yield a title before each piece of work.

        They take turns, so that a busy machine slows down all of them. What fails is listed as
        absent, with the reason. A caller that stops has a report of what was measured before.
        """
        report.absent += self.absent
        rows: list[Row] = []
        for candidate in self.candidates:
            yield f"{candidate.title}: distances"
            try:
                rows.append(self._judge(candidate))
                report.rows.append(rows[-1])
            except EngineError as error:
                report.absent.append(Absent(candidate.title, str(error)))
        for size in self.effort.sizes:
            for row in rows * self.effort.repeats:
                yield f"{row.candidate.title}: {size[0]} x {size[1]}"
                self._time(row, size, report)
        for row in rows:
            yield f"{row.candidate.title}: memory"
            self._weigh(row, report)

    def _judge(self, candidate: Candidate) -> Row:
        """Paint the golden set, and judge it; raises EngineError."""
        is_reference = candidate.variant == REFERENCE
        reference = replace(candidate, variant=REFERENCE)
        content, style, noise = [], [], []
        for pair in self.gate.pairs[: self.effort.pairs]:
            painted = self._paint(candidate, pair)
            photo = to_tensor(pair.photo, _CPU)
            # The picture that stands for the artwork of a network has a few pixels only.
            seen = to_tensor(pair.artwork.resize(pair.photo.size), _CPU)
            encode = self.gate.metric.encode
            content.append(content_distance(encode(painted), encode(photo)))
            style.append(style_distance(encode(painted), encode(seen)))
            if not is_reference:
                noise.append(psnr(painted, self._paint(reference, pair)))
        judged = not is_reference and is_exportable(self.gate, candidate.spec)
        return Row(
            candidate,
            kilobytes(self.gate, candidate),
            mean(content),
            mean(style),
            None if is_reference else min(noise),
            judged,
            self._verdict(candidate) if judged else None,
        )

    def _paint(self, candidate: Candidate, pair: GoldenPair) -> Tensor:
        attempt = self.gate.attempt(candidate.variant)
        return self.gate.paint(pair.photo, pair.artwork, attempt, candidate.spec)

    def _verdict(self, candidate: Candidate) -> Verdict | None:
        machine = describe_machine(self.gate.device, self.gate.providers)
        return read_verdicts(self.gate.network, machine).get(candidate.variant)

    def _time(self, row: Row, size: Size, report: Report) -> None:
        photo, attempt = draw_landscape(size), self.gate.attempt(row.candidate.variant)
        begun = time.perf_counter()
        try:
            self.gate.paint(photo, self.gate.pairs[0].artwork, attempt, row.candidate.spec)
        except EngineError as error:
            absent = Absent(f"{row.candidate.title} at {size[0]} x {size[1]}", str(error))
            if absent not in report.absent:
                report.absent.append(absent)
            return
        taken = time.perf_counter() - begun
        row.seconds[size] = min(taken, row.seconds.get(size, taken))

    def _weigh(self, row: Row, report: Report) -> None:
        threads, device = torch.get_num_threads(), str(self.gate.device)
        try:
            row.memory = in_fresh_process(memory_of, row.candidate, device, threads)
        except EngineError as error:
            report.absent.append(Absent(f"{row.candidate.title}: memory", str(error)))


def memory_of(candidate: Candidate, device: str, threads: int) -> int:
    """Paint in this process, and give the most MiB that it held; raises EngineError.

    The networks and the style are loaded before, as in a worker.
    """
    torch.set_num_threads(threads)
    gate = open_gate(candidate.group, torch.device(device))
    artwork, attempt = gate.pairs[0].artwork, gate.attempt(candidate.variant)
    gate.paint(draw_landscape(_SMALL), artwork, attempt, candidate.spec)
    photo = draw_landscape(STANDARD)
    _, peak = peak_of(lambda: gate.paint(photo, artwork, attempt, candidate.spec))
    return peak.process


def kilobytes(gate: Verification, candidate: Candidate) -> float:
    """Add up the files of a candidate, or the weights that torch loads to paint."""
    if candidate.variant.backend is Backend.TORCH:
        names = weights_of_painter(gate, candidate.spec)
        return sum(find_card(name)[0].stat().st_size for name in names) / 1e3
    exported = files_of(gate.network, candidate.variant)
    return sum((variants_folder() / f"{name}.onnx").stat().st_size for name in exported) / 1e3
