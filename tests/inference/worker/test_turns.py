"""Tests of turns between kinds of work."""

from collections.abc import Callable

from inference.worker.turns import Turns


def kind(name: str, count: int, served: list[str]) -> Callable[[], bool]:
    """Return a kind of work of which `count` things wait."""
    left = [name] * count

    def serve() -> bool:
        if not left:
            return False
        served.append(left.pop())
        return True

    return serve


def test_no_kind_holds_up_the_others() -> None:
    served: list[str] = []
    turns = Turns(kind("a", 4, served), kind("b", 2, served), kind("c", 1, served))
    assert [turns.serve() for _turn in range(8)] == [True] * 7 + [False]
    assert served == ["a", "b", "c", "a", "b", "a", "a"]
