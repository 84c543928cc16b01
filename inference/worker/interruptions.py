"""Interruptions of a long painting, in which its worker paints immediate jobs and proofs.

Where one worker serves all users, a picture that is optimized for minutes would keep every proof
and every immediate job waiting that long. The engine is a generator, so the worker can paint
something else between two of its steps.
"""

import time
from collections.abc import Callable

from django.conf import settings

from inference.worker import shutdown

# How often the worker looks for other work. After an interruption, the long painting gets at least
# as much time as the interruption took.
LOOK_SECONDS = 2.0
# The share of the deadline that all interruptions of one painting may take together.
MOST = 0.2


class Interruptions:
    """The interruptions of one painting.

    `serve` paints one other thing, and returns False when there is none.
    """

    def __init__(self, serve: Callable[[], bool]) -> None:
        self._serve = serve
        self._due = time.monotonic() + LOOK_SECONDS
        self._left = MOST * settings.JOB_DEADLINE_SECONDS

    def take(self) -> float:
        """Paint one other thing if one is due; return the seconds it took, 0 if there was none."""
        begun = time.monotonic()
        if begun < self._due or self._left <= 0 or shutdown.is_asked():
            return 0.0
        served = self._serve()
        now = time.monotonic()
        spent = now - begun if served else 0.0
        self._left -= spent
        self._due = now + max(LOOK_SECONDS, spent)
        return spent
