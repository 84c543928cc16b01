"""Check the variants for TensorRT on a machine with a GPU, in less than six minutes.

    python -m scripts.check_tensorrt [NETWORK]

First it says what it found of a GPU, ONNX Runtime, its providers and trtexec. Then it exports a
network in float32, in float16 and with symmetric eight bits, builds an engine of one file of each
with trtexec, verifies all variants through the TensorRT provider, paints a picture as a worker
does, and prints the table of the variants. Each part is run even if an earlier one failed, as long
as there is time; engines are cached, so a second run goes further.

The exit status is 0 if all parts succeeded, 1 if one did not, and 2 if TensorRT cannot run here.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from rich.console import Console

from style_transfer.backends.sessions import (
    CPU_PROVIDER,
    GPU_PROVIDERS,
    SETTING,
    ProviderMissingError,
    Session,
    load_runtime,
    tensorrt_cache,
)
from style_transfer.backends.variants import Precision, VariantRefusedError, variants_folder
from style_transfer.core.catalog import DEFAULT_METHOD
from style_transfer.core.manifest import read_manifest
from style_transfer.export.tensorrt import trtexec_line
from style_transfer.imaging.drawn import PALETTES, draw_landscape, draw_strokes

LIMIT = 340  # seconds of all parts together
MOST = 120  # seconds of one part
ENGINE = (sys.executable, "-m", "style_transfer")


@dataclass(frozen=True)
class Finding:
    """Something that TensorRT needs: what was found of it, or what is missing."""

    found: bool
    sentence: str
    needed: bool = True


@dataclass(frozen=True)
class Part:
    """A command that is run, and the name under which its end is reported."""

    title: str
    command: Sequence[str]


def look() -> Iterator[Finding]:
    """Look for all that is needed to run TensorRT."""
    if torch.cuda.is_available():
        yield Finding(found=True, sentence=f"the GPU {torch.cuda.get_device_name()}")
    else:
        yield Finding(found=False, sentence="no NVIDIA GPU that torch can use")
    yield from _look_for_providers()
    program = shutil.which("trtexec")
    sentence = f"the program {program}" if program else "no program trtexec"
    yield Finding(found=program is not None, sentence=sentence, needed=False)


def _look_for_providers() -> Iterator[Finding]:
    """Look for the providers of ONNX Runtime, and start each with a small network."""
    try:
        runtime = load_runtime()
        content = _relu()
    except ImportError:
        yield Finding(found=False, sentence="no package onnx, which exports need")
        return
    except ProviderMissingError:
        yield Finding(found=False, sentence="no package onnxruntime")
        return
    yield Finding(found=True, sentence=f"ONNX Runtime {runtime.__version__}")
    for name in GPU_PROVIDERS:
        if name not in runtime.get_available_providers():
            yield Finding(found=False, sentence=f"no {name} in ONNX Runtime")
            continue
        try:
            Session(content, (name, CPU_PROVIDER), {"x": [[1, 8], [4, 8], [8, 8]]})
        except (ProviderMissingError, VariantRefusedError) as error:
            yield Finding(found=False, sentence=f"no {name} that starts: {error}")
        else:
            yield Finding(found=True, sentence=f"the {name}, which starts")


def _relu() -> bytes:
    """Make the smallest network that any provider can run."""
    from onnx import TensorProto, helper

    sides: list[str | int | None] = ["batch", 8]
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, sides) for name in "xy")
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "relu", [x], [y])
    opset = helper.make_opsetid("", 18)
    found: bytes = helper.make_model(graph, opset_imports=[opset], ir_version=8).SerializeToString()
    return found


def parts_of(network: str, folder: Path) -> Iterator[Part]:
    """List what is run for a network; the pictures are in a folder."""
    yield Part("export float32", (*ENGINE, "export", network))
    for precision in (Precision.FLOAT16, Precision.S8):
        command = (*ENGINE, "export", network, "--tensorrt", precision.value)
        yield Part(f"export {precision}", command)
    if shutil.which("trtexec"):
        yield from _engines_of(network)
    yield Part("verify", (*ENGINE, "verify", network, "--device", "cuda"))
    if network == DEFAULT_METHOD:  # it paints any artwork
        photo, artwork, out = (str(folder / f"{name}.png") for name in ("photo", "style", "out"))
        words = ("stylize", photo, "--style", artwork, "-o", out, "--device", "cuda")
        yield Part("paint", (*ENGINE, *words, "--backend", "onnx", "--report"))
    yield Part("table", (*ENGINE, "bench", "variants", network, "--quick", "--device", "cuda"))


def _engines_of(network: str) -> Iterator[Part]:
    """Build the engine of the last part of a network in each precision, by trtexec."""
    cards = read_manifest(variants_folder())
    for precision in (Precision.FLOAT16, Precision.S8):
        names = [n for n in cards if n.startswith(f"{network}.") and n.endswith(f".{precision}")]
        for name in names[-1:]:
            path = variants_folder() / cards[name].file
            yield Part(f"trtexec {name}", trtexec_line(path, cards[name].figures["shapes"]).split())


def run(parts: Iterator[Part], console: Console, limit: float = LIMIT) -> list[str]:
    """Run parts until the time is over, tell how each ended, and list those that did not succeed.

    The next part is taken when the one before it has ended, so it can use what that one wrote.
    """
    begun, failed = time.monotonic(), []
    for part in parts:
        left = min(MOST, limit - (time.monotonic() - begun))
        how = _run_one(part, left) if left > 0 else "not run, no time was left"
        console.print(f"{part.title}: {how}", markup=False)
        if how != "succeeded":
            failed.append(f"{part.title} {how}")
    return failed


def _run_one(part: Part, seconds: float) -> str:
    try:
        status = subprocess.run(part.command, check=False, timeout=seconds).returncode
    except subprocess.TimeoutExpired:
        return f"stopped after {seconds:.0f} seconds"
    return "succeeded" if status == 0 else f"failed with exit status {status}"


def main(words: Sequence[str]) -> int:
    """Look, run all parts, and say in the last line how it ended; return the exit status."""
    console = Console(highlight=False, soft_wrap=True)
    findings = list(look())
    for finding in findings:
        console.print(f"{'Found' if finding.found else 'Not found'}: {finding.sentence}.")
    missing = [each.sentence for each in findings if each.needed and not each.found]
    if missing:
        console.print(f"TensorRT was not checked. This machine has {', '.join(missing)}.")
        return 2
    os.environ[SETTING] = ",".join((*GPU_PROVIDERS, CPU_PROVIDER))
    network = words[0] if words else "fast"
    with tempfile.TemporaryDirectory() as name:
        draw_landscape((768, 512)).save(Path(name, "photo.png"))
        draw_strokes(1, PALETTES[0]).save(Path(name, "style.png"))
        failed = run(parts_of(network, Path(name)), console)
    engines = list(tensorrt_cache().glob("*/*.engine"))
    size = sum(each.stat().st_size for each in engines) / 1e6
    console.print(f"{len(engines)} engines are cached in {tensorrt_cache()}, {size:.0f} MB.")
    if failed:
        console.print(f"TensorRT was checked, and not all succeeded: {'; '.join(failed)}.")
        return 1
    console.print("TensorRT was checked, and all parts succeeded.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
