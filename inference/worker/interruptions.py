"""Breaks in long work, in which its worker paints what is quick.

Where one worker serves everybody, a picture that is optimized for minutes would keep each proof and
each quick picture waiting for as long. The engine is a generator, so its steps can be interrupted
by other work as well as for good.
"""

import time
from collections.abc import Callable

from django.conf import settings

from inference.worker import shutdown

# How often quick work is looked for. A break is followed by as much work as it took at the least.
LOOK_SECONDS = 2.0
# The share of the deadline that the breaks of one painting may take together.
MOST = 0.2


class Interruptions:
    """The breaks of one painting: `serve` paints one quick thing, or tells that there is none."""

    def __init__(self, serve: Callable[[], bool]) -> None:
        self._serve = serve
        self._due = time.monotonic() + LOOK_SECONDS
        self._left = MOST * settings.JOB_DEADLINE_SECONDS

    def take(self) -> float:
        """Serve one quick thing if it is time to; return the seconds that took, 0 for no break."""
        begun = time.monotonic()
        if begun < self._due or self._left <= 0 or shutdown.is_asked():
            return 0.0
        served = self._serve()
        now = time.monotonic()
        spent = now - begun if served else 0.0
        self._left -= spent
        self._due = now + max(LOOK_SECONDS, spent)
        return spent
