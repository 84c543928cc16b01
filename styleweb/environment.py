"""Strict readers of the process environment: every setting that an operator may change.

A variable that is set but cannot be understood stops the start with a sentence naming it.
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
# An installed site lies among other packages, where nothing of its own may be written or read.
IN_CHECKOUT = (BASE_DIR / "manage.py").is_file()
env = environ.Env()
environ.Env.read_env((BASE_DIR if IN_CHECKOUT else user_data()) / ".env")

# Linux refuses longer addresses of a unix socket.
MAX_SOCKET_PATH = 107


def part_of_site(name: str) -> Path:
    """Return the folder of templates, static files or translations (setup.py installs them)."""
    return BASE_DIR / name if IN_CHECKOUT else Path(__file__).resolve().parent / f"_{name}"


def data_dir() -> Path:
    """Return the folder of everything that is written, made when absent.

    Without STYLEWEB_DATA it is `var` in a checkout, and `styleweb` in the user's data elsewhere.
    """
    usual = BASE_DIR / "var" if IN_CHECKOUT else user_data()
    folder = Path(env.str("STYLEWEB_DATA", str(usual))).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def secret_key(folder: Path, *, embedded: bool) -> str:
    """Return the signing key from the environment, or in the embedded mode one kept in `folder`.

    Raises `ImproperlyConfigured` when a production start has no key or a short one.
    """
    key: str = env.str("STYLEWEB_SECRET_KEY", "")
    if not key and embedded:
        return _kept_key(folder / "secret_key")
    if len(key) < 50:
        message = "Set STYLEWEB_SECRET_KEY to at least 50 random characters."
        raise ImproperlyConfigured(message)
    return key


def _kept_key(path: Path) -> str:
    """Return the key in `path`; the first process to ask makes it, readable by its owner only."""
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        key = secrets.token_urlsafe(48)
        file.write(key)
    return key


def socket_path(folder: Path) -> Path:
    """Return where the embedded channel layer listens: in `folder`, or a short private folder."""
    path = folder / "layer.sock"
    if len(str(path).encode()) <= MAX_SOCKET_PATH:
        return path
    digest = sha256(str(folder).encode()).hexdigest()[:16]
    short = Path(tempfile.gettempdir()) / f"styleweb-{os.getuid()}-{digest}"
    short.mkdir(mode=0o700, exist_ok=True)
    return short / "layer.sock"
