"""Name, and where it may, install the servers and the browser that the whole test run uses.

On Debian as root (a CI machine) the missing packages are installed; anywhere else one line says
how to get them, and the tests that need them are skipped.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

# Debian's package, and the program that shows it is there.
WANTED = {
    "postgresql": "initdb",
    "redis-server": "redis-server",
    "chromium": "chromium",
    "gettext": "msgfmt",
}


def is_there(program: str) -> bool:
    """Tell whether `program` can be run; Debian keeps PostgreSQL's own off the PATH."""
    hidden = Path("/usr/lib/postgresql").glob(f"*/bin/{program}")
    return shutil.which(program) is not None or any(hidden)


def missing() -> list[str]:
    """Return the Debian packages whose program is not on this machine."""
    return [package for package, program in WANTED.items() if not is_there(program)]


def may_install() -> bool:
    """Tell whether this is Debian and we are root."""
    return shutil.which("apt-get") is not None and os.geteuid() == 0


def install(packages: list[str]) -> int:
    """Install `packages` quietly; return the exit status of the first step that failed, or 0."""
    sys.stdout.write(f"Installing {' '.join(packages)}\n")
    sys.stdout.flush()
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", *packages]):
        done = subprocess.run(command, env=quiet, stdout=subprocess.DEVNULL, check=False)
        if done.returncode:
            return done.returncode
    return 0


def main() -> int:
    """Install or name what is missing."""
    packages = missing()
    if packages and may_install():
        return install(packages)
    if packages:
        names = " ".join(packages)
        sys.stdout.write(f"Tests needing {names} are skipped: sudo apt-get install {names}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
