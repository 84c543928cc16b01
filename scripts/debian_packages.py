"""Name, and where it may, install the servers and the browser that the whole test run uses.

On Debian as root (a CI machine) the missing packages are installed; anywhere else one line says
how to get them, and the tests that need them are skipped.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

WANTED = {
    "postgresql": (
        "PostgreSQL",
        lambda: bool(list(Path("/usr/lib/postgresql").glob("*/bin/initdb"))),
    ),
    "redis-server": ("Redis", lambda: shutil.which("redis-server") is not None),
    "chromium": ("Chromium", lambda: shutil.which("chromium") is not None),
    "gettext": ("gettext", lambda: shutil.which("msgfmt") is not None),
}


def missing() -> list[str]:
    """Return the Debian packages whose program is not on this machine."""
    return [package for package, (_, is_there) in WANTED.items() if not is_there()]


def may_install() -> bool:
    """Tell whether this is Debian and we are root."""
    return shutil.which("apt-get") is not None and os.geteuid() == 0


def main() -> int:
    """Install or name what is missing."""
    packages = missing()
    if not packages:
        return 0
    if not may_install():
        names = ", ".join(WANTED[each][0] for each in packages)
        sys.stdout.write(
            f"Tests that need {names} will be skipped; to run them: "
            f"sudo apt-get install {' '.join(packages)}\n"
        )
        return 0
    sys.stdout.write(f"Installing {' '.join(packages)}\n")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", *packages]):
        done = subprocess.run(command, env=quiet, stdout=subprocess.DEVNULL, check=False)
        if done.returncode:
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
