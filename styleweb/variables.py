"""Strict readers of single environment variables.

If a variable is empty or has a value that is not allowed, the start stops with a sentence that
names the variable and what is allowed.
"""

import os
import re
from collections.abc import Sequence

from django.core import checks
from django.core.exceptions import ImproperlyConfigured

TRUE, FALSE = {"true", "yes", "on", "1"}, {"false", "no", "off", "0"}
# Settings that other parts read: gunicorn, the engine, docker-compose.yml and the tests.
OF_OTHERS = {
    *("STYLEWEB_BIND", "STYLEWEB_WEB_PROCESSES", "STYLEWEB_WEIGHTS_DIR", "STYLEWEB_SECRET_KEY"),
    *("STYLEWEB_PORT", "STYLEWEB_PIP_ARGS", "STYLEWEB_FAILPOINTS"),
}
_read: set[str] = set()


class WrongSetting(ImproperlyConfigured):
    """A variable of the environment has a value that is not allowed."""


def given(name: str, allowed: str) -> str | None:
    """Return the value of a variable, or None without the variable. It must not be empty."""
    _read.add(name)
    text = os.environ.get(name)
    if text is not None and not text.strip():
        message = f"{name} is empty. Set it to {allowed}, or remove it."
        raise WrongSetting(message)
    return text


def flag(name: str, *, default: bool = False) -> bool:
    """Return whether a variable is on. Raises WrongSetting."""
    text = given(name, "true or false")
    if text is None:
        return default
    if text.lower() not in TRUE | FALSE:
        message = f"{name} is {text!r}. Set it to true or false."
        raise WrongSetting(message)
    return text.lower() in TRUE


def whole_number(name: str, default: int, *, least: int = 0, most: int) -> int:
    """Return the number in a variable. Raises WrongSetting if it is not from `least` to `most`."""
    allowed = f"a whole number from {least} to {most}"
    text = given(name, allowed)
    if text is None:
        return default
    # int() also accepts underscores, spaces and digits of other scripts. Nobody needs 20 digits.
    number = int(text) if re.fullmatch(r"[0-9]{1,19}", text) else -1
    if not least <= number <= most:
        message = f"{name} is {text!r}. Set it to {allowed}."
        raise WrongSetting(message)
    return number


def word(name: str, default: str, pattern: str, allowed: str) -> str:
    """Return the text in a variable. Raises WrongSetting if `pattern` does not match all of it."""
    text = given(name, allowed)
    if text is not None and not re.fullmatch(pattern, text):
        message = f"{name} is {text!r}. Set it to {allowed}."
        raise WrongSetting(message)
    return default if text is None else text


def words(name: str, default: Sequence[str], pattern: str, allowed: str) -> list[str]:
    """Return the texts between the commas in a variable. Raises WrongSetting as `word` does."""
    text = given(name, allowed)
    if text is None:
        return list(default)
    found = [each.strip() for each in text.split(",")]
    for each in found:
        if not re.fullmatch(pattern, each):
            message = f"{name} contains {each!r}. Set it to {allowed}."
            raise WrongSetting(message)
    return found


def unknown_variables(**_: object) -> list[checks.Warning]:
    """Return a warning for each variable that looks like a setting and that nothing reads."""
    named = {name for name in os.environ if name.startswith("STYLEWEB_")}
    return [
        checks.Warning(
            f"{name} is no setting of this site.",
            hint="Look for its right name in docs/operations.md.",
            id="styleweb.W002",
        )
        for name in sorted(named - _read - OF_OTHERS)
    ]
