"""Make the environment in .venv. A second call finds the stamp file and returns at once.

    python3 scripts/bootstrap.py [--dev]

This script uses only the standard library, and syntax that an older Python can read. So an older
Python can print which version is needed. PIP_ARGS adds arguments to pip, such as another index.
"""

import hashlib
import os
import shlex
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "installed"
OLDEST = (3, 11)


def say(sentence: str) -> None:
    """Print one line immediately."""
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()


def check_python() -> None:
    """Exit if this Python cannot run Django 5.2 and the pinned packages."""
    if sys.version_info[:2] < OLDEST:
        sys.exit(
            "Install Python 3.11 or newer, or name it with PYTHON=/path/to/python3.11: "
            f"this is Python {sys.version_info[0]}.{sys.version_info[1]}."
        )
    if not (find_spec("ensurepip") and find_spec("venv")):
        sys.exit("Install Python's venv module (on Debian and Ubuntu: apt install python3-venv).")


def wanted(extras: str) -> str:
    """Return a digest of what to install. It changes when the pinned versions change."""
    # Another version of Python needs a new install too.
    digest = hashlib.sha256((extras + sys.version).encode())
    for name in ("pyproject.toml", "setup.py", "constraints.txt"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def is_installed(digest: str) -> bool:
    """Return whether the stamp file has `digest`. The stamp of a larger set has it too."""
    return STAMP.exists() and digest in STAMP.read_text().split()


def pip_command(extras: str) -> "list[str]":
    """Return the pip command. It is quiet unless there is a terminal for its progress bars."""
    command = [str(VENV / "bin" / "python"), "-m", "pip", "install"]
    command += ["--disable-pip-version-check", "-c", "constraints.txt"]
    if not sys.stdout.isatty():
        command += ["-q", "--progress-bar", "off"]
    command += shlex.split(os.environ.get("PIP_ARGS", ""))
    return [*command, "-e", f".[{extras}]" if extras else "."]


def install(extras: str) -> None:
    """Make the environment and install into it. On failure, exit with a sentence."""
    started = time.monotonic()
    say("Installing Styleweb into .venv. This takes a few minutes, once; most of it is PyTorch.")
    if not (VENV / "bin" / "python").exists():
        subprocess.check_call([sys.executable, "-m", "venv", str(VENV)])
    if subprocess.call(pip_command(extras), cwd=str(ROOT)) != 0:
        sys.exit(
            "The installation failed; the last lines of pip above say why. If a package needs a "
            "compiler, install one (on Debian and Ubuntu: apt install build-essential "
            "python3-dev). Without internet, name a folder of wheels: "
            "PIP_ARGS='--no-index -f FOLDER'."
        )
    say(f"Installed in {time.monotonic() - started:.0f} s.")


def main() -> None:
    """Install the packages that are missing."""
    check_python()
    dev = "--dev" in sys.argv[1:]
    small, large = wanted(""), wanted("prod,dev")
    if is_installed(large if dev else small):
        return
    install("prod,dev" if dev else "")
    # The larger set includes the smaller one, so both count as installed.
    STAMP.write_text(f"{small}\n{large}\n" if dev else f"{small}\n")


if __name__ == "__main__":
    main()
