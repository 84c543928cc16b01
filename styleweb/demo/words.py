"""Names and titles for demonstration data."""

import random
from typing import Final

FIRST: Final = (
    *("Ada", "Bela", "Chen", "Dora", "Emil", "Farah", "Goran", "Hana", "Ines", "Jonas"),
    *("Kira", "Lena", "Mei", "Nils", "Olga", "Paul", "Rosa", "Sven", "Tara", "Yun"),
)
LAST: Final = (
    *("Alder", "Berg", "Castro", "Dahl", "Eriksen", "Fuchs", "Garcia", "Hoshino", "Ito"),
    *("Keller", "Lindt", "Moreau", "Novak", "Okafor", "Petit", "Ricci", "Sato", "Wang"),
)
QUALITIES: Final = (
    *("Quiet", "Blue", "Early", "Windy", "Golden", "Distant", "Winter", "Summer", "Silent"),
    *("Old", "Bright", "Foggy", "Last", "First", "Green", "Rainy"),
)
THINGS: Final = (
    *("harbor", "garden", "street", "mountain", "river", "window", "bridge", "field", "tower"),
    *("orchard", "market", "coast", "forest", "kitchen", "station", "roof"),
)
TAGS: Final = ("sea", "city", "portrait", "garden", "night", "winter", "travel", "animals", "food")
TECHNIQUES: Final = ("Oil", "Woodcut", "Watercolor", "Mosaic", "Ink", "Gouache", "Collage")


def title(rng: random.Random) -> str:
    """Return a title of two words."""
    return f"{rng.choice(QUALITIES)} {rng.choice(THINGS)}"


def full_name(rng: random.Random) -> str:
    """Return the name of a person who does not exist."""
    return f"{rng.choice(FIRST)} {rng.choice(LAST)}"
