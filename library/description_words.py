"""Descriptions of the shipped styles, listed for the translators.

The rows of the library have them in English. Templates translate them when they show them.
"""

from typing import Final

from django.utils.translation import gettext_noop

DESCRIPTIONS: Final = frozenset(
    (
        gettext_noop(
            "A liner leans out of the dark and the whole city stands up to look. Sprayed "
            "through stencils, one step of blue at a time; the gold went on last."
        ),
        gettext_noop(
            "A reduction print: one block cut three times and never to be printed again. The "
            "ridges the gouge left in the sky were kept, because they hum."
        ),
        gettext_noop(
            "A river bank in midsummer. No color is mixed on the palette: each dot is laid "
            "beside its complement, and the heat does the blending."
        ),
        gettext_noop(
            "A tree drinks from a river of blue glass while the sun climbs through its "
            "branches. The lead draws; the daylight paints."
        ),
        gettext_noop(
            "A village before the mountains, after the painters who stopped copying green. Each "
            "plane is one loaded brush, dragged until it ran dry."
        ),
        gettext_noop(
            "Blood red, dull yellow, a green billiard table, and four lamps that have been up "
            "too long. Thick straight strokes make the floor slide."
        ),
        gettext_noop(
            "Five breaths of diluted ink make the distance; a dry brush makes the rock. What "
            "was left unpainted is mist."
        ),
        gettext_noop(
            "Four blocks and five inks. Each line was left standing while the wood about it was "
            "cut away, and each runs the way the water runs."
        ),
        gettext_noop(
            "Four women cross the public garden in the cold wind of Arles. Coarse jute, flat "
            "fields of color, and shapes that have decided what they are."
        ),
        gettext_noop(
            "From the series Thirty-six Views of Mount Fuji. Three boats, one wave, and the "
            "mountain small enough to pass for another crest. Imported Prussian blue carries "
            "it, laid flat between lines that never hesitate."
        ),
        gettext_noop(
            "Not a portrait but a tronie, a face for its own sake. Edges are lost in the dark, "
            "the turban is ultramarine, and the pearl is two touches of white."
        ),
        gettext_noop(
            "One of the late canvases of the pond at Giverny. Dabs of lilac and rose lie on "
            "water that is itself the reflection of willows and sky."
        ),
        gettext_noop(
            "Painted at Saint-Rémy in June 1889. The sky is laid in dashes of loaded paint that "
            "turn around each star, and the village sleeps through all of it."
        ),
        gettext_noop(
            "Painted before the motif in the summer of 1889. Wheat, olive trees, hills and "
            "clouds are all made of the same rolling stroke; only the cypresses stand up to the "
            "wind."
        ),
        gettext_noop(
            "Papers brushed with gouache, then cut with large scissors or torn by hand. The "
            "lemons were the last to arrive and have the best places."
        ),
        gettext_noop(
            "Princess Takiyasha reads from her scroll, and a skeleton the size of a house parts "
            "the blinds. Bone in clean outline on flat black."
        ),
        gettext_noop(
            "Some five thousand tesserae, each set a little askew so that the light finds it. "
            "Their rows follow the fish, the swell and the sun as a road follows a hill."
        ),
        gettext_noop(
            "Spars, oars and people on the slope of one sea. Dark glazes, pale scumbled foam, "
            "and a light behind it all that helps nobody."
        ),
        gettext_noop(
            "Teal, fluorescent coral and yellow, one drum at a time. Where two inks meet, the "
            "town gets a color nobody bought."
        ),
        gettext_noop(
            "The first painted version. Long thin strokes run through sky, fjord and figure "
            "alike, as though one sound went through all three."
        ),
        gettext_noop(
            "The sky was still wet when the hills were touched in. The house is the paper "
            "itself, left alone, and the poppies are what the brush let fall."
        ),
        gettext_noop(
            "Thousands of thick strokes follow the wind of a restless night, around the moon, "
            "over the hills and down into the harbor, where the lamps are counted again in the "
            "water."
        ),
        gettext_noop(
            "Three arches, one tower, no straight line anywhere. The shade is counted: one "
            "layer of strokes for dusk, four for the water under the stones."
        ),
        gettext_noop(
            "Three hundred drops on a bath of water, then a stylus, a rake and a comb. The "
            "mountains are one pull upward; the sea has been combed until it moved by itself."
        ),
        gettext_noop(
            "Two meters by three, prepared in dozens of studies and painted in days. Patches of "
            "thin color collide and black lines skid across them; nothing in it stands still."
        ),
        gettext_noop(
            "Wool over linen, row on row. The colors cross in hatched teeth, and every hill "
            "rises by the thickness of one thread at a time."
        ),
        gettext_noop(
            "“Blumenkasten mit Kaktus”: clivia and cactus at the window. Broad clear planes of "
            "color, laid side by side, with the light left between them."
        ),
    )
)
