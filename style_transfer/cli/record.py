"""What `stylize` writes beside the picture: the losses of each step, their curve, and frames."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from style_transfer.core.spec import Step
from style_transfer.imaging.saving import OutputError, save_bytes, save_picture
from style_transfer.training.curve import draw_curves, line_of


@dataclass
class Record:
    """The files of a run; None for those that are not wanted.

    log     one JSON object per line: the step and its losses
    curve   a picture of the losses over the steps
    frames  a folder for the picture of each step whose number is a multiple of `every`
    """

    log: Path | None = None
    curve: Path | None = None
    frames: Path | None = None
    every: int = 100
    losses: list[tuple[int, Mapping[str, float]]] = field(default_factory=list)

    def of(self, steps: Iterable[Step]) -> Iterator[Step]:
        """Pass steps through, and record them."""
        for step in steps:
            if step.losses is not None:
                self.losses.append((step.done, step.losses))
            if self.frames is not None and step.painting and step.done % self.every == 0:
                image = step.painting.finish().image
                if image is not None:
                    save_picture(image, self._folder(self.frames) / f"step-{step.done:04}.webp")
            yield step

    @staticmethod
    def _folder(path: Path) -> Path:
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"{path} cannot be made: {error.strerror}.") from error
        return path

    def finish(self) -> None:
        """Write the log and the curve."""
        if self.log is not None:
            lines = [line_of(step, losses) for step, losses in self.losses]
            save_bytes("".join(lines).encode(), self.log)
        if self.curve is not None:
            names = list(self.losses[0][1]) if self.losses else []
            points = {name: [(step, each[name]) for step, each in self.losses] for name in names}
            save_picture(draw_curves(points), self.curve)
