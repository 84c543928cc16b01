"""Credit lines: title, author, source and license, in four forms, with all markup escaped."""

import json

import pytest

from library.credits import Work, attribution, work_of
from library.models import Artist, Style

WAVE = Work(
    title="The Great Wave",
    creator="Katsushika Hokusai",
    license="CC BY 4.0",
    license_url="https://creativecommons.org/licenses/by/4.0/",
    source_url="https://example.org/wave",
    holder="A museum",
)
PLAIN = Work(title="Ink", creator="Styleweb", license="All rights reserved", license_url="")
HOSTILE = Work(
    title="<script>alert(1)</script>",
    creator="[x](javascript:alert(1))",
    license="CC0 1.0",
    license_url="https://creativecommons.org/publicdomain/zero/1.0/",
    source_url='https://example.org/"><script>',
)


def test_writes_the_four_parts_as_text() -> None:
    assert attribution([WAVE], form="text") == (
        "“The Great Wave” by Katsushika Hokusai, A museum, https://example.org/wave, "
        "CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/)"
    )


def test_leaves_out_missing_parts() -> None:
    assert attribution([PLAIN], form="text") == "“Ink” by Styleweb, All rights reserved"
    assert attribution([PLAIN], form="html") == (
        "<p><cite>Ink</cite> by Styleweb, All rights reserved</p>"
    )
    assert attribution([PLAIN], form="markdown") == "*Ink* by Styleweb, All rights reserved"


def test_writes_a_line_for_each_work() -> None:
    assert len(attribution([WAVE, PLAIN], form="text").splitlines()) == 2
    assert attribution([WAVE, PLAIN], form="html").count("<p>") == 2
    assert attribution([WAVE, PLAIN], form="markdown").count("  \n") == 1
    assert attribution([], form="text") == ""


def test_links_source_and_license_in_html() -> None:
    html = attribution([WAVE], form="html")
    assert '<a href="https://example.org/wave">The Great Wave</a>' in html
    assert '<a rel="license" href="https://creativecommons.org/licenses/by/4.0/">' in html


def test_links_source_and_license_in_markdown() -> None:
    assert attribution([WAVE], form="markdown") == (
        "[The Great Wave](<https://example.org/wave>) by Katsushika Hokusai, A museum, "
        "[CC BY 4.0](<https://creativecommons.org/licenses/by/4.0/>)"
    )


def test_escapes_markup() -> None:
    html = attribution([HOSTILE], form="html")
    markdown = attribution([HOSTILE], form="markdown")
    assert "<script" not in html
    assert r"\[x\]\(javascript" in markdown
    assert r"\<script\>" in markdown


def test_writes_everything_as_json() -> None:
    (told,) = json.loads(attribution([WAVE], form="json"))
    assert Work(**told) == WAVE


@pytest.mark.parametrize("form", ["text", "html", "markdown"])
def test_uses_the_required_wording(form: str) -> None:
    asked = Work(
        title="Ink", creator="X", license="CC BY 4.0", license_url="", wording="Ink © X 2020"
    )
    line = attribution([asked], form=form)  # type: ignore[arg-type]  # one of the forms
    assert line.removeprefix("<p>").removesuffix("</p>") == "Ink © X 2020, CC BY 4.0"


def test_reads_the_facts_of_a_style() -> None:
    style = Style(
        title="The Great Wave",
        artist=Artist(name="Katsushika Hokusai"),
        license="CC-BY-4.0",
        source_url="https://example.org/wave",
        institution="A museum",
    )
    assert work_of(style) == WAVE
    style.credit_line = "Gift of a friend"
    assert work_of(style).holder == "Gift of a friend"


def test_works_for_a_style_without_a_license() -> None:
    work = work_of(Style(title="A", artist=Artist(name="B")))
    assert attribution([work], form="text") == "“A” by B"
