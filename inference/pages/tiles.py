"""The tiles of the studio: each style with what its filters need to know of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import User
from library.licenses import LICENSES, OWN_WORK
from library.methods import usable_methods
from library.models import FavoriteStyle, Style
from library.search import search_text


@dataclass(frozen=True)
class Tile:
    """A style, the methods that can use it, and what the user may filter by."""

    style: Style
    usable: list[str]
    is_favorite: bool

    @property
    def words(self) -> str:
        """The words by which the search finds it."""
        return search_text(self.style)

    @property
    def period(self) -> str:
        """The century in which it was made; empty if that is not known."""
        year = self.style.year_to or self.style.year_from
        return f"{year // 100 * 100}–{year // 100 * 100 + 99}" if year else ""

    @property
    def traits(self) -> str:
        """The names of the chips that it belongs to."""
        license_ = LICENSES.get(self.style.license)
        is_own = self.style.license == OWN_WORK
        held = {
            "sells": is_own or (license_ is not None and license_.allows_commercial),
            "free": is_own or (license_ is not None and not license_.requires_attribution),
            "favorite": self.is_favorite,
        }
        return " ".join(name for name, holds in held.items() if holds)


def tiles_of(styles: Sequence[Style], user: object) -> list[Tile]:
    """Return the tiles of `styles` for `user`."""
    mine = set()
    if isinstance(user, User):
        favorites = FavoriteStyle.objects.filter(owner=user)
        mine = set(favorites.values_list("style_id", flat=True))
    return [Tile(style, usable_methods(style), style.pk in mine) for style in styles]
