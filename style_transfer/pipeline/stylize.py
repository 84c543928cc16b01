"""Turn a request into the steps of one picture, with any method."""

import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from PIL import Image

from style_transfer.backends.choice import AUTOMATIC, Execution, choose
from style_transfer.core.device import choose_device
from style_transfer.core.errors import InternalError
from style_transfer.core.shares import normalize_weights
from style_transfer.core.sizes import result_size
from style_transfer.core.spec import Report, Step, StyleInput, TransferSpec, check_continues
from style_transfer.methods import Method, load_method, networks_of
from style_transfer.methods.frame import Attempt, StyleCache, Task
from style_transfer.pipeline.canvas import Canvas
from style_transfer.pipeline.checkpoint import KeptPainting, State, identity_of
from style_transfer.pipeline.development import FinishedPainting
from style_transfer.pipeline.fallbacks import attempts_of, may_differ, try_in_turn
from style_transfer.pipeline.reports import report_of
from style_transfer.pipeline.result_check import check_result


def stylize(
    content: Image.Image,
    styles: Sequence[StyleInput],
    spec: TransferSpec,
    *,
    device: str = "auto",
    cache: StyleCache | None = None,
    resume: bytes | None = None,
    memory_mb: int | None = None,
    execution: Execution = AUTOMATIC,
    mask: Image.Image | None = None,
    on_site: bool = False,
) -> Generator[Step, None, None]:
    """Paint `content` in the style of `styles`, and yield steps; the last one holds the result.

    Leave the loop to cancel. The order of the styles does not matter, and a style of weight 0 is
    ignored. `cache` keeps style embeddings for later calls. `resume` holds the bytes that
    `Step.painting` saved; the same painting then continues for the number of steps in the spec.
    The painting keeps within `memory_mb` MiB. fallbacks.py decides what is tried when memory runs
    out, and the report tells what was done. `execution` says which backend computes the networks;
    a picture that another variant than the reference breaks is painted again by the reference.
    Where `mask` is black, the result is the photo to the bit; see imaging/mask.py.
    With `on_site`, the bounds of the method on a site with other users apply.

    Raises SpecError (styles), StateError (resume) and DeviceMissingError at once. While it runs,
    it raises StyleNeedsPictureError, StyleEmbeddingError, ModelMissingError, InputUnreadableError,
    MaskShapeError, MaskEmptyError, OutOfMemoryError and InternalError.
    """
    # This part runs at the call; only the generator below waits for the first step.
    shares, place = normalize_weights(styles), choose_device(device)
    identity = identity_of(content, shares, spec)
    state = State(identity)
    if resume is not None:
        check_continues(spec.method)
        state = State.from_bytes(resume, identity)
    method = load_method(spec.method)
    run = StylizeRun(
        content, shares, spec, method, place, cache, state, memory_mb, execution, mask, on_site
    )
    return run.steps()


@dataclass(frozen=True)
class StylizeRun:
    """One painting: its request and what it may use; see `stylize`."""

    content: Image.Image
    shares: Sequence[StyleInput]
    spec: TransferSpec
    method: Method
    device: torch.device
    cache: StyleCache | None
    state: State
    limit: int | None
    """MiB; None for no limit."""
    execution: Execution = AUTOMATIC
    mask: Image.Image | None = None
    on_site: bool = False

    @property
    def total(self) -> int:
        """Count all steps, with those of the saved painting that is continued."""
        return self.state.done + (self.spec.steps or self.method.info.default_steps)

    def steps(self) -> Generator[Step, None, None]:
        """Paint, and try the next attempt when memory runs out."""
        yield Step(self.state.done, self.total, "preparing")
        yield from try_in_turn(self.method.info, self._attempts(), self._paint)

    def _attempts(self) -> list[Attempt]:
        """List the attempts; a continued painting keeps its size."""
        info = self.method.info
        size = result_size(self.content.size, self.spec.size)
        changes = self.state.picture is None
        spec = self.spec
        most = info.most_painted(self.limit, spec.features, spec.optimizer, on_site=self.on_site)
        networks = networks_of(self.method, spec, self.shares)
        choice = choose(networks, self.execution, self.device, halves=info.half_precision)
        return attempts_of(
            info, self.device, most=most, size=size if changes else None, choice=choice
        )

    def _paint(self, attempt: Attempt) -> Iterator[Step]:
        """Paint in one way; yields the steps of that attempt."""
        begun, before = time.monotonic(), self.state.done
        total, result, painting = self.total, None, None
        losses: Mapping[str, float] | None = None
        warnings: tuple[str, ...] = ()
        canvas = Canvas.prepare(
            self.content, self.spec, attempt.device, attempt.most, mask=self.mask
        )
        task = Task(canvas, self.shares, self.cache, self.state.picture_for(canvas))
        plan = self.method.plan(task, attempt, self.limit)

        def report() -> Report:
            seconds = time.monotonic() - begun
            made = report_of(
                canvas,
                self.spec,
                attempt.device,
                seconds,
                shares=self.shares,
                plan=plan,
                variant=attempt.variant.name if self.method.info.variants else "",
            )
            return replace(made, warnings=warnings)

        # A method counts only its own steps; those of the saved painting are added.
        for frame in self.method.paint(task, attempt, plan):
            result, done, total = frame.image, before + frame.done, before + frame.total
            losses, warnings = frame.losses, frame.warnings
            painting = KeptPainting.of(frame.kept, self.state.after(done), canvas, report)
            if done < total:
                preview = canvas.preview(result) if result is not None else None
                yield Step(done, total, "painting", preview, painting=painting, losses=losses)
        # A large picture takes a moment to be enlarged and recolored.
        yield Step(total, total, "finishing", losses=losses)
        if result is None:
            raise InternalError("The method ended without a picture.")
        if self.spec.strength and may_differ(self.method.info, attempt):
            check_result(result, canvas.pixels)
        image, finished = canvas.result(result), FinishedPainting(canvas, result)
        yield Step(total, total, "done", image, report(), painting, finished)
