"""Strict readers of the process environment, for every setting that an operator may change.

If a variable has a value that is not valid, the start stops with a sentence that names it.
"""

import os
import secrets
import tempfile
from hashlib import sha256
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

from style_transfer.core.manifest import user_data

BASE_DIR = Path(__file__).resolve().parent.parent
# An installed site is in the folder of other packages, so it must not keep its own files there.
IN_CHECKOUT = (BASE_DIR / "manage.py").is_file()
env = environ.Env()
environ.Env.read_env((BASE_DIR if IN_CHECKOUT else user_data()) / ".env")

# Linux does not allow longer paths of a Unix socket.
MAX_SOCKET_PATH = 107


def whole_number(name: str, default: int, *, least: int = 0, most: int) -> int:
    """Return a number from the environment. Raises ImproperlyConfigured if it is not allowed."""
    text: str = env.str(name, str(default))
    # int() also accepts underscores, spaces and digits of other scripts.
    number = int(text) if text.isascii() and text.isdecimal() else -1
    if not least <= number <= most:
        message = f"{name} is {text!r}. Set it to a whole number from {least} to {most}."
        raise ImproperlyConfigured(message)
    return number


def trusted_proxies(*, https: bool) -> int:
    """Return how many proxies every request passes.

    Raises ImproperlyConfigured for a site with HTTPS and no proxy: this server has no TLS, so only
    a client could have written the header that says so.
    """
    proxies = whole_number("STYLEWEB_TRUSTED_PROXIES", 0, most=9)
    if https and not proxies:
        message = (
            "STYLEWEB_HTTPS is on, but STYLEWEB_TRUSTED_PROXIES is 0. Set it to the number of "
            "proxies in front of the site, including the one that ends TLS."
        )
        raise ImproperlyConfigured(message)
    return proxies


def part_of_site(name: str) -> Path:
    """Return the folder of templates, static files or translations (setup.py installs them)."""
    return BASE_DIR / name if IN_CHECKOUT else Path(__file__).resolve().parent / f"_{name}"


def data_dir() -> Path:
    """Return the folder of everything that the site writes. If it is missing, make it.

    Without STYLEWEB_DATA it is `var` in a checkout, and `styleweb` in the data folder of the user
    after installation.
    """
    usual = BASE_DIR / "var" if IN_CHECKOUT else user_data()
    folder = Path(env.str("STYLEWEB_DATA", str(usual))).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def secret_key(folder: Path, *, embedded: bool) -> str:
    """Return the signing key from the environment, or in the embedded mode the key in `folder`.

    Raises `ImproperlyConfigured` in production if the key is missing or short.
    """
    key: str = env.str("STYLEWEB_SECRET_KEY", "")
    if not key and embedded:
        return _kept_key(folder / "secret_key")
    if len(key) < 50:
        message = "Set STYLEWEB_SECRET_KEY to at least 50 random characters."
        raise ImproperlyConfigured(message)
    return key


def _kept_key(path: Path) -> str:
    """Return the key in `path`. The first process makes it, and only its owner can read it."""
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        key = secrets.token_urlsafe(48)
        file.write(key)
    return key


def socket_path(folder: Path) -> Path:
    """Return the socket path of the embedded channel layer: in `folder`, or in a private folder.

    The private folder has a shorter path. It is used if the path in `folder` is too long for Linux.
    """
    path = folder / "layer.sock"
    if len(str(path).encode()) <= MAX_SOCKET_PATH:
        return path
    digest = sha256(str(folder).encode()).hexdigest()[:16]
    short = Path(tempfile.gettempdir()) / f"styleweb-{os.getuid()}-{digest}"
    short.mkdir(mode=0o700, exist_ok=True)
    return short / "layer.sock"
