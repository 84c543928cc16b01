"""Turns: kinds of work of which none may hold up the others."""

from collections.abc import Callable


class Turns:
    """Kinds of work in turn: some are quick, but many of them must not hold up the others.

    Each kind serves one thing, and returns False when none waits.
    """

    def __init__(self, *kinds: Callable[[], bool]) -> None:
        self._next = list(kinds)

    def serve(self) -> bool:
        """Serve one thing, of the kind that was served longest ago and has any; False if none."""
        for serve in self._next:
            if serve():
                self._next = [each for each in self._next if each != serve] + [serve]
                return True
        return False
