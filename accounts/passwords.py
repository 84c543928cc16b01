"""How passwords are hashed, and which are too weak.

Hashing is slow on purpose. Many sign-ins at once must not take all processors from the other pages,
so only a few passwords are hashed at once, and a sign-in that waits too long is refused.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from django.contrib.auth.hashers import Argon2PasswordHasher, PBKDF2PasswordHasher
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

# In each process of the server.
HASHES_AT_ONCE = 2
PATIENCE_SECONDS = 2
RETRY_SECONDS = 5
# Threads of its own, because malloc keeps the 19 MiB of a hash for each thread that hashed once.
_threads = ThreadPoolExecutor(HASHES_AT_ONCE, "hashing")
Hashed = TypeVar("Hashed")


class TooManySignIns(Exception):
    """Too many other passwords are being checked at the moment."""

    code = "busy"
    status = 503
    retry_after = RETRY_SECONDS

    def __init__(self) -> None:
        super().__init__(_("Many people are signing in right now. Try again in a few seconds."))


def hash_in_turn(work: Callable[..., Hashed], *args: Any) -> Hashed:
    """Return `work(*args)`, done by a thread for hashing. Raises TooManySignIns if all are busy."""
    future = _threads.submit(work, *args)
    try:
        return future.result(PATIENCE_SECONDS)
    except TimeoutError:
        if future.cancel():
            raise TooManySignIns from None
        return future.result()  # It has begun, so it ends soon.


class BoundedArgon2Hasher(Argon2PasswordHasher):
    """Argon2id with the costs that OWASP recommends for a server: 19 MiB, two passes, one lane."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        """Hash `password`."""
        return hash_in_turn(super().encode, password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        """Return whether `encoded` is a hash of `password`."""
        return hash_in_turn(super().verify, password, encoded)


class BoundedPBKDF2Hasher(PBKDF2PasswordHasher):
    """Checks passwords from before Argon2id. A sign-in replaces their hashes."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        """Hash `password`. The check of a password calls this method, too."""
        return hash_in_turn(super().encode, password, salt, iterations)


class DifferentCharactersValidator:
    """Refuses a password of one letter that is repeated, or of very few letters."""

    def __init__(self, min_different: int = 5) -> None:
        self.min_different = min_different

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError if the password has too few different characters."""
        del user
        if len(set(password.casefold())) < self.min_different:
            raise ValidationError(self.get_help_text(), code="password_too_uniform")

    def get_help_text(self) -> str:
        """Return the rule in words."""
        sentence = ngettext(
            "Your password must contain at least %(count)d different character.",
            "Your password must contain at least %(count)d different characters.",
            self.min_different,
        )
        return sentence % {"count": self.min_different}
