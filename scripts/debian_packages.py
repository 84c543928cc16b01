"""Find the servers, browser and font that the whole test run needs, and install them if possible.

On Debian as root (a CI machine), the script installs the missing packages. On other machines it
prints one line that says how to get them, and the tests that need them are skipped.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

# A Debian package, and the programs or fonts of which one is needed.
WANTED = {
    "postgresql": ("initdb",),
    "redis-server": ("redis-server",),
    # The shell has no windows and menus, which take half of Chromium's time.
    "chromium-headless-shell": ("chromium-headless-shell", "chromium"),
    "gettext": ("msgfmt",),
    "libimage-exiftool-perl": ("exiftool",),
    "nginx-light": ("nginx",),
    "openssl": ("openssl",),
    "nodejs": ("node",),
    "npm": ("npm",),
    "fontconfig": ("fc-match",),
    "fonts-dejavu-core": ("DejaVuSans.ttf",),
}
FONTS = Path("/usr/share/fonts")


def is_there(program: str) -> bool:
    """Return whether a program or a font is installed."""
    # On Debian the server programs of PostgreSQL are not on the PATH.
    hidden = Path("/usr/lib/postgresql").glob(f"*/bin/{program}")
    return shutil.which(program) is not None or any(hidden) or any(FONTS.rglob(program))


def missing() -> list[str]:
    """Return the Debian packages without any of their programs or fonts on this machine."""
    return [package for package, programs in WANTED.items() if not any(map(is_there, programs))]


def may_install() -> bool:
    """Return whether this is Debian and the user is root."""
    return shutil.which("apt-get") is not None and os.geteuid() == 0


def install(packages: list[str]) -> int:
    """Install `packages` quietly. Return the exit status of the first step that fails, or 0."""
    sys.stdout.write(f"Installing {' '.join(packages)}\n")
    sys.stdout.flush()
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", *packages]):
        done = subprocess.run(command, env=quiet, stdout=subprocess.DEVNULL, check=False)
        if done.returncode:
            return done.returncode
    return 0


def main() -> int:
    """Install the missing packages, or print their names."""
    packages = missing()
    if packages and may_install():
        return install(packages)
    if packages:
        names = " ".join(packages)
        sys.stdout.write(
            f"The tests that need {names} are skipped. To run them: sudo apt-get install {names}\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
