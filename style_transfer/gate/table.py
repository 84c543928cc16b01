"""The table of variants, with the remarks below it."""

from collections.abc import Iterator, Sequence

from rich.table import Table

from style_transfer.backends.variants import REFERENCE
from style_transfer.gate.figures import STANDARD, Report, Row, Size

_NONE = "–"


def table(report: Report, title: str, judge: str, sizes: Sequence[Size]) -> Table:
    """Make the table; `times` is the speed compared with the first row of the same method."""
    result = Table(title=title, caption=f"content and style: distances by the judge {judge}")
    for heading in ("method", "network", "backend", "precision"):
        result.add_column(heading)
    timed = [f"s at {width} x {height}" for width, height in sizes]
    for heading in ("steps", "kB", *timed, "times", "MB", "content", "style", "PSNR"):
        result.add_column(heading, justify="right")
    result.add_column("gate")
    for row in report.rows:
        spec, variant = row.candidate.spec, row.candidate.variant
        result.add_row(
            spec.method,
            row.candidate.network,
            variant.backend,
            variant.precision,
            str(spec.steps or 1),
            f"{row.kilobytes:.0f}",
            *(_figure(row.seconds.get(size), 3) for size in sizes),
            _figure(_times(row, report.rows), 2),
            _figure(row.memory, 0),
            f"{row.content:.3f}",
            f"{row.style:.3f}",
            _figure(row.psnr, 1),
            _standing(row),
        )
    return result


def remarks(report: Report) -> Iterator[str]:
    """Write a line for each variant that no worker uses, and for each that is not measured."""
    for row in report.rows:
        if row.verdict is not None and not row.verdict.passed:
            yield f"{row.candidate.title}: refused here: {'; '.join(row.verdict.reasons)}."
        elif row.judged and row.verdict is None:
            command = f"style-transfer verify {row.candidate.group}"
            yield f"{row.candidate.title}: not verified on this machine. Run `{command}`."
    for absent in report.absent:
        yield f"{absent.title}: not measured. {absent.reason}"


def _times(row: Row, rows: Sequence[Row]) -> float | None:
    """Compare the speed with that of the standard of the same method or network."""
    standard = next(each for each in rows if each.candidate.group == row.candidate.group)
    one, other = standard.seconds.get(STANDARD), row.seconds.get(STANDARD)
    return one / other if one and other else None


def _standing(row: Row) -> str:
    if row.candidate.variant == REFERENCE:
        return "reference"
    if row.verdict is None:
        return "not verified" if row.judged else _NONE
    return "passed" if row.verdict.passed else "refused"


def _figure(value: float | None, digits: int) -> str:
    return _NONE if value is None else f"{value:.{digits}f}"
