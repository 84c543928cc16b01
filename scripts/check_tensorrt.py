"""Check the variants for TensorRT on a machine with a GPU, in less than six minutes.

    python -m scripts.check_tensorrt [NETWORK]

It exports a network in float32, in float16 and with symmetric eight bits, builds an engine of each
file with trtexec where that is installed, verifies all variants through ONNX Runtime's TensorRT
provider, and prints the table of the variants. Each part is run and reported even if an earlier
one fails; the exit status tells whether all succeeded. The engines are cached, so a second run
shows how long a worker needs to start.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from style_transfer.backends.sessions import GPU_PROVIDERS, SETTING, load_runtime
from style_transfer.backends.variants import Precision, variants_folder
from style_transfer.core.manifest import read_manifest
from style_transfer.export.tensorrt import trtexec_line

LIMIT = 100  # seconds of one part
ENGINE = [sys.executable, "-m", "style_transfer"]


def run_part(title: str, command: list[str]) -> bool:
    """Run a command, print how it ended, and return whether it succeeded."""
    begun = time.monotonic()
    try:
        status = subprocess.run(command, check=False, timeout=LIMIT).returncode
    except subprocess.TimeoutExpired:
        status = -1
    print(f"{title}: exit status {status}, {time.monotonic() - begun:.0f} s", flush=True)  # noqa: T201
    return status == 0


def build_engines(network: str) -> bool:
    """Build the engine of the last part of a network in each precision, by trtexec."""
    done = True
    cards = read_manifest(variants_folder())
    for precision in (Precision.FLOAT16, Precision.S8):
        names = [n for n in cards if n.startswith(f"{network}.") and n.endswith(f".{precision}")]
        for name in names[-1:]:
            path = Path(variants_folder(), cards[name].file)
            line = trtexec_line(path, cards[name].figures["shapes"]).split()
            done &= run_part(f"trtexec {name}", line)
    return done


def main(words: list[str]) -> int:
    """Run all parts, and return 0 if all succeeded."""
    network = words[0] if words else "fast"
    present = load_runtime().get_available_providers()
    missing = [name for name in GPU_PROVIDERS if name not in present]
    if missing:
        print(f"ONNX Runtime here lacks {', '.join(missing)}.")  # noqa: T201
        return 1
    os.environ[SETTING] = ",".join((*GPU_PROVIDERS, "CPUExecutionProvider"))
    done = run_part("export float32", [*ENGINE, "export", network])
    for precision in ("float16", "s8"):
        command = [*ENGINE, "export", network, "--tensorrt", precision]
        done &= run_part(f"export {precision}", command)
    if shutil.which("trtexec"):
        done &= build_engines(network)
    done &= run_part("verify", [*ENGINE, "verify", network, "--device", "cuda"])
    table = [*ENGINE, "bench", "variants", network, "--device", "cuda", "--repeats", "2"]
    return 0 if run_part("bench", table) and done else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
