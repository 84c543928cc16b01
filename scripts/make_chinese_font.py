"""Make the fonts for machines that have none for Chinese.

    python -m scripts.make_chinese_font NotoSansCJK-Regular.ttc NotoSansCJK-Bold.ttc

The fonts hold the characters that the site itself says in Simplified Chinese, and no others, so
that they stay small. What users write in other characters needs a font of the reader's machine.
Run this again when a test says that a character is missing, in an environment of its own that has
the site, fonttools and brotli. (Where Brotli is installed, static files are compressed by it as
well, and that takes minutes.) Noto Sans CJK is in Debian's package `fonts-noto-cjk`, and also at
https://github.com/notofonts/noto-cjk. Its license is beside the fonts.
"""

import argparse
import gettext
import os
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import django

ROOT = Path(__file__).resolve().parent.parent
FONTS = ROOT / "static" / "fonts"
# What the fonts have. Tests read this list, because a reader of fonts is not among their packages.
CHARACTERS = FONTS / "characters.txt"
CATALOG = Path("locale", "zh_Hans", "LC_MESSAGES")
# The weights that the style sheets use are nearest to these two.
WEIGHTS: Final = (400, 700)
# Latin letters, digits and quotation marks come from the fonts that the style sheets name first.
_FIRST = 0x2E80
# Which font of a collection has the shapes of Simplified Chinese.
_FAMILY = 2
_NAMES_KEPT = (0, 1, 2, 3, 4, 5, 6, 13, 14)  # copyright, names, version, license


def font_file(weight: int) -> Path:
    """Return the font of the whole interface with this weight."""
    return FONTS / f"chinese-{weight}.woff2"


def names_file() -> Path:
    """Return the font of the names of languages, which stand on the pages of all languages."""
    return FONTS / "language-names.woff2"


def interface_characters() -> set[str]:
    """Return the Chinese characters of all that the site itself says."""
    texts = [*_translations(), *_page_texts(), *_language_names()]
    return {each for text in texts for each in text if ord(each) >= _FIRST}


def name_characters() -> set[str]:
    """Return the Chinese characters in the names of languages."""
    return {each for name in _language_names() for each in name if ord(each) >= _FIRST}


def make_font(source: Path, characters: set[str], out: Path) -> None:
    """Write a font of `characters` from a collection of Noto Sans CJK."""
    from fontTools import subset

    options = subset.Options(
        flavor="woff2",
        font_number=_FAMILY,
        layout_features=[],
        hinting=False,
        desubroutinize=True,  # smaller, once it is compressed
        name_IDs=list(_NAMES_KEPT),
        notdef_outline=True,
    )
    options.drop_tables += ["BASE", "GPOS", "GSUB", "VORG", "vhea", "vmtx"]
    font = subset.load_font(source, options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=map(ord, characters))
    subsetter.subset(font)
    out.parent.mkdir(parents=True, exist_ok=True)
    subset.save_font(font, out, options)


def write_characters() -> None:
    """Write the list of the characters that the fonts of both weights really have."""
    from fontTools.ttLib import TTFont

    had = set(map(chr, range(0x110000)))
    for weight in WEIGHTS:
        with TTFont(font_file(weight)) as font:
            had &= {chr(each) for each in font.getBestCmap()}
    CHARACTERS.write_text("\n".join(textwrap.wrap("".join(sorted(had)), 80)) + "\n", "utf-8")


def _translations() -> Iterator[str]:
    """Yield what the catalogs of the site, of Django and of the other apps say."""
    from django.apps import apps
    from django.conf import global_settings

    # Django's catalog has the names of a hundred languages, and the site shows its own two.
    unused = {str(name) for _code, name in global_settings.LANGUAGES}
    folders = [ROOT, Path(django.__file__).parent / "conf"]
    folders += [Path(each.path) for each in apps.get_app_configs()]
    for file in sorted({path for each in folders for path in (each / CATALOG).glob("*.mo")}):
        with file.open("rb") as opened:
            catalog = gettext.GNUTranslations(opened)
        # The only way to all of them.
        entries: dict[str, str] = catalog._catalog  # type: ignore[attr-defined]  # noqa: SLF001
        yield from (told for words, told in entries.items() if words not in unused)


def _page_texts() -> Iterator[str]:
    """Yield the texts of the pages that the operator may edit, as they are shipped."""
    for file in sorted((ROOT / "templates" / "site_texts").glob("*.zh.txt")):
        yield file.read_text("utf-8")


def _language_names() -> Iterator[str]:
    from django.conf import settings

    for _code, name in settings.LANGUAGES:
        yield str(name)


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the three fonts."""
    parser = argparse.ArgumentParser(description="Make the fonts of the Chinese interface.")
    parser.add_argument("regular", type=Path, help="NotoSansCJK-Regular.ttc")
    parser.add_argument("bold", type=Path, help="NotoSansCJK-Bold.ttc")
    chosen = parser.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "styleweb.settings")
    django.setup()
    for weight, source in zip(WEIGHTS, (chosen.regular, chosen.bold), strict=True):
        make_font(source, interface_characters(), font_file(weight))
    make_font(chosen.regular, name_characters(), names_file())
    write_characters()


if __name__ == "__main__":
    main()
