"""The description that is proposed for people who cannot see a picture."""

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from gallery.models import Artwork

LONGEST = 300


def proposed_alt_text(artwork: Artwork) -> str:
    """Return a description made of the title, the styles and the artists; "" without any.

    It says how the picture was made. Only its owner can say what is to be seen.
    """
    if artwork.is_uploaded:
        words = artwork.title
        if words and artwork.creator:
            sentence = _("“%(title)s” by %(creator)s.")
            words = sentence % {"title": artwork.title, "creator": artwork.creator}
        return Truncator(words).chars(LONGEST)
    label = _("%(title)s by %(artist)s")
    # Sorted here, because `order_by` on rows that were fetched before makes another query.
    parts = sorted(artwork.artwork_styles.all(), key=lambda part: -part.weight)
    styles = [part.style for part in parts]
    names = [label % {"title": each.title, "artist": each.artist.name} for each in styles]
    if not names:
        return ""
    plain = _("A photo painted in the style of %(styles)s.")
    titled = _("“%(title)s”: a photo painted in the style of %(styles)s.")
    sentence = titled if artwork.title else plain
    words = sentence % {"title": artwork.title, "styles": _(" and ").join(names)}
    return Truncator(words).chars(LONGEST)
