"""Rate limits of the API."""

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts.models import ApiToken
from common.limits import address_of, seconds_to_wait


class CallLimit(BaseThrottle):
    """Counts every call: by token, otherwise by user, otherwise by address."""

    _seconds = 0

    def allow_request(self, request: Request, view: Any) -> bool:
        """Count the call. If it is refused, store the time that `wait` returns."""
        limit, who = self.counted(request)
        self._seconds = seconds_to_wait(limit, who)
        return self._seconds == 0

    def counted(self, request: Request) -> tuple[str, str]:
        """Return the name of the limit and the key that it counts."""
        if isinstance(request.auth, ApiToken):
            return "token", str(request.auth.pk)
        if request.user.is_authenticated:
            return "person", str(request.user.pk)
        return "address", address_of(request)

    def wait(self) -> float | None:
        """Return the seconds until the time window ends."""
        return self._seconds


class ByAddress(CallLimit):
    """Counts calls by address, for views that need no sign-in."""

    limit: ClassVar[str]

    def counted(self, request: Request) -> tuple[str, str]:
        """Return the limit of the class and the address of the client."""
        return self.limit, address_of(request)


class SignUpLimit(ByAddress):
    """Counts new accounts."""

    limit = "sign_up"
