"""The settings that need more than one strict reader (styleweb/variables.py), and the folders."""

import base64
import hmac
import os
import re
import secrets
import tempfile
import zoneinfo
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

from style_transfer.core.manifest import user_data
from styleweb.variables import WrongSetting, flag, given, whole_number, word, words

BASE_DIR = Path(__file__).resolve().parent.parent
# An installed site is in the folder of other packages, so it must not keep its own files there.
IN_CHECKOUT = (BASE_DIR / "manage.py").is_file()
environ.Env.read_env((BASE_DIR if IN_CHECKOUT else user_data()) / ".env")

# The usual port of each kind of mail server; 0 stands for none.
MAIL_SCHEMES = {"smtp": 25, "smtp+tls": 587, "smtp+ssl": 465, "consolemail": 0}
# Linux does not allow longer paths of a Unix socket.
MAX_SOCKET_PATH = 107
# 32 bytes as base64url without padding. The last sign has two bits that must be 0.
_KEY_PATTERN = r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]"
_KEY_WORDS = "32 random bytes as 43 characters of base64url"
LOCAL_HOSTS = ("127.0.0.1", "localhost", "[::1]")


def trusted_proxies(*, https: bool) -> int:
    """Return how many proxies every request passes.

    Raises WrongSetting for a site with HTTPS and no proxy: this server has no TLS, so only
    a client could have written the header that says so.
    """
    proxies = whole_number("STYLEWEB_TRUSTED_PROXIES", 0, most=9)
    if https and not proxies:
        message = (
            "STYLEWEB_HTTPS is on, but STYLEWEB_TRUSTED_PROXIES is 0. Set it to the number of "
            "proxies in front of the site, including the one that ends TLS."
        )
        raise WrongSetting(message)
    return proxies


def email_settings() -> dict[str, object]:
    """Return Django's settings for mail, from EMAIL_URL. Raises WrongSetting."""
    text = given("EMAIL_URL", "the address of a mail server") or "consolemail://"
    scheme = text.partition("://")[0]
    try:
        chosen: dict[str, object] = environ.Env.email_url_config(text)
    except (ImproperlyConfigured, ValueError):  # an unknown scheme, a port that is no number
        chosen = {}
    if scheme not in MAIL_SCHEMES or (scheme != "consolemail" and not chosen.get("EMAIL_HOST")):
        # The value can hold a password, so the sentence does not show it.
        message = (
            "EMAIL_URL is no mail server. Set it to smtp+tls://user:password@host:587, to smtp:// "
            "or smtp+ssl:// in the same form, or to consolemail:// (mails go to the log)."
        )
        raise WrongSetting(message)
    usual = {"EMAIL_PORT": MAIL_SCHEMES[scheme]}
    return usual | {name: value for name, value in chosen.items() if value}


def sender() -> str:
    """Return the sender of mails."""
    address = r"[^@<>\s]+@[^@<>\s]+"
    allowed = "a sender such as Styleweb <styleweb@example.org>"
    pattern = rf"[^<>\n]*<{address}>|{address}"
    return word("STYLEWEB_FROM", "Styleweb <styleweb@localhost>", pattern, allowed)


def site_address(hosts: list[str], *, https: bool) -> str:
    """Return the address of the site for links in mails.

    Without STYLEWEB_ADDRESS it is the first of `hosts` that others can reach.
    """
    place = r"([A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?"
    whole = [each for each in hosts if each[0] not in ".*"]
    elsewhere = [each for each in whole if each not in LOCAL_HOSTS]
    host = next(iter([*elsewhere, *whole]), "localhost")
    usual = f"{'https' if https else 'http'}://{host}"
    allowed = "the address of the site without a path, such as https://styleweb.example.org"
    return word("STYLEWEB_ADDRESS", usual, rf"https?://{place}", allowed)


def log_level() -> str:
    """Return the level from which messages are logged."""
    levels = ("DEBUG", "INFO", "WARNING", "ERROR")
    return word("STYLEWEB_LOG_LEVEL", "WARNING", "|".join(levels), ", ".join(levels))


def part_of_site(name: str) -> Path:
    """Return the folder of templates, static files or translations (setup.py installs them)."""
    return BASE_DIR / name if IN_CHECKOUT else Path(__file__).resolve().parent / f"_{name}"


def data_dir() -> Path:
    """Return the folder of everything that the site writes. If it is missing, make it.

    Without STYLEWEB_DATA it is `var` in a checkout, and `styleweb` in the data folder of the user
    after installation. Raises WrongSetting if it cannot be made.
    """
    # The engine reads this one, and takes an empty value for none.
    given("STYLEWEB_WEIGHTS_DIR", "a folder")
    usual = BASE_DIR / "var" if IN_CHECKOUT else user_data()
    folder = Path(given("STYLEWEB_DATA", "a folder") or usual).resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"The folder {folder} cannot be made. Set STYLEWEB_DATA to one that can."
        raise WrongSetting(message) from error
    return folder


def secret_key(folder: Path, *, embedded: bool) -> str:
    """Return the signing key from the environment, or in the embedded mode the key in `folder`.

    Raises WrongSetting in production if the key is missing or short.
    """
    key = os.environ.get("STYLEWEB_SECRET_KEY", "")
    if not key and embedded:
        return _kept_key(folder / "secret_key")
    if len(key) < 50:
        message = "Set STYLEWEB_SECRET_KEY to at least 50 random characters."
        raise WrongSetting(message)
    return key


def passport_key(secret: str) -> bytes:
    """Return the private key that signs passports, or one made of the secret key.

    Raises WrongSetting without showing the value.
    """
    text = given("STYLEWEB_PASSPORT_KEY", _KEY_WORDS)
    if text is None:
        return hmac.digest(secret.encode(), b"styleweb passports", "sha256")
    if not re.fullmatch(_KEY_PATTERN, text):
        message = f"STYLEWEB_PASSPORT_KEY is not right. Set it to {_KEY_WORDS}."
        raise WrongSetting(message)
    return base64.urlsafe_b64decode(f"{text}=")


def former_passport_keys() -> list[str]:
    """Return the public keys whose passports are accepted beside those of the present key."""
    allowed = "public keys of 43 characters, between commas"
    return words("STYLEWEB_PASSPORT_FORMER_KEYS", (), _KEY_PATTERN, allowed)


def debug(*, embedded: bool) -> bool:
    """Return whether errors are shown with their code. Raises WrongSetting in production."""
    chosen = flag("STYLEWEB_DEBUG")
    if chosen and not embedded:
        message = "STYLEWEB_DEBUG shows secrets to everyone. Set it to false, or unset REDIS_URL."
        raise WrongSetting(message)
    return chosen


def hosts(*, embedded: bool) -> list[str]:
    """Return the host names of the site. Raises WrongSetting for `*` in production."""
    name = r"\.?[A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:.]+\]"
    allowed = "host names without scheme and port, such as styleweb.example.org, between commas"
    pattern = rf"{name}|\*" if embedded else name
    return words("STYLEWEB_HOSTS", LOCAL_HOSTS, pattern, allowed)


def origins(*, embedded: bool) -> list[str]:
    """Return other origins whose forms are accepted. Production needs HTTPS, except locally."""
    place = r"(\*\.)?[A-Za-z0-9.-]+(:[0-9]{1,5})?"
    local = rf"http://({'|'.join(map(re.escape, LOCAL_HOSTS))})(:[0-9]{{1,5}})?"
    pattern = rf"https?://{place}|{local}" if embedded else rf"https://{place}|{local}"
    allowed = "origins such as https://styleweb.example.org, without a path, between commas"
    return words("STYLEWEB_ORIGINS", (), pattern, allowed)


def database(folder: Path) -> dict[str, object]:
    """Return the settings of the database: DATABASE_URL, or SQLite in `folder`."""
    text = given("DATABASE_URL", "the address of a database")
    if text is None:
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "db.sqlite3")}
    chosen: dict[str, object] = {}
    if re.match(r"(postgres(ql)?|sqlite)://", text):
        with suppress(ValueError):  # the port is no number
            chosen = environ.Env.db_url_config(text)
    if not chosen.get("NAME"):
        # The value can hold a password, so the sentence does not show it.
        message = (
            "DATABASE_URL is no database. Set it to postgres://user:password@host:5432/name or "
            "sqlite:////folder/file, or remove it."
        )
        raise WrongSetting(message)
    return chosen


def redis_url() -> str:
    """Return REDIS_URL, or "" for one server with its own worker."""
    if (text := given("REDIS_URL", "redis://host:6379/0")) is None:
        return ""
    if not re.match(r"(rediss?|unix)://.", text):
        # The value can hold a password, so the sentence does not show it.
        message = "REDIS_URL is no Redis server. Set it to redis://host:6379/0, or remove it."
        raise WrongSetting(message)
    return text


def time_zone() -> str:
    """Return the name of a time zone that this machine knows. Raises WrongSetting."""
    name = given("STYLEWEB_TIME_ZONE", "a time zone such as Europe/Zurich") or "UTC"
    if name not in zoneinfo.available_timezones():
        message = f"STYLEWEB_TIME_ZONE is {name!r}. Set it to a name such as Europe/Zurich or UTC."
        raise WrongSetting(message)
    return name


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
