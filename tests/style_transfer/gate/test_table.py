"""The table compares the rows of a method, and the remarks say what no worker uses."""

from style_transfer.backends.variants import HALF, REFERENCE, Variant
from style_transfer.backends.verdicts import Verdict
from style_transfer.core.spec import TransferSpec
from style_transfer.gate.candidates import Absent, Candidate
from style_transfer.gate.figures import STANDARD, Report, Row
from style_transfer.gate.table import remarks, table

INT8 = Variant.named("onnx-int8")
FLOAT = Variant.named("onnx-float32")
PASSED = Verdict(passed=True, seconds=1.0)
REFUSED = Verdict(passed=False, seconds=1.0, reasons=["psnr 12.2 is below 32"])


def row(
    variant: Variant,
    seconds: float | None,
    verdict: Verdict | None = None,
    *,
    judged: bool = True,
    method: str = "fast",
) -> Row:
    candidate = Candidate(method, method, TransferSpec(method=method), variant)
    timed = {} if seconds is None else {STANDARD: seconds}
    noise = None if variant == REFERENCE else 41.25
    return Row(candidate, 2048.4, 0.5, 0.25, noise, judged, verdict, 321, timed)


def column(report: Report, heading: str) -> list[str]:
    """Return the cells of the column with a heading."""
    made = table(report, "a title", "tiny", [STANDARD])
    (chosen,) = (each for each in made.columns if each.header == heading)
    return [str(cell) for cell in chosen.cells]


REPORT = Report(
    [
        row(REFERENCE, 1.0, judged=False),
        row(FLOAT, 0.5, PASSED),
        row(INT8, 4.0, REFUSED),
        row(HALF, None),
        row(REFERENCE, 8.0, judged=False, method="gatys"),
    ],
    [Absent("gatys, vgg19", "The weights vgg19 are not installed.")],
)


def test_compares_the_speed_within_a_method() -> None:
    assert column(REPORT, "s at 768 x 512") == ["1.000", "0.500", "4.000", "–", "8.000"]
    assert column(REPORT, "times") == ["1.00", "2.00", "0.25", "–", "1.00"]


def test_shows_sizes_and_distances() -> None:
    assert column(REPORT, "kB") == ["2048"] * 5
    assert column(REPORT, "MB") == ["321"] * 5
    assert column(REPORT, "content") == ["0.500"] * 5
    assert column(REPORT, "style") == ["0.250"] * 5
    assert column(REPORT, "PSNR") == ["–", "41.2", "41.2", "41.2", "–"]
    assert "tiny" in str(table(REPORT, "a title", "tiny", [STANDARD]).caption)


def test_tells_what_the_gate_found() -> None:
    assert column(REPORT, "gate") == [
        "reference",
        "passed",
        "refused",
        "not verified",
        "reference",
    ]
    said = list(remarks(REPORT))
    assert said == [
        "fast, fast, onnx-int8: refused here: psnr 12.2 is below 32.",
        "fast, fast, torch-bfloat16: not verified on this machine."
        " Run `style-transfer verify fast`.",
        "gatys, vgg19: not measured. The weights vgg19 are not installed.",
    ]
