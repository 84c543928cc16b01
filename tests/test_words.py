"""Words that must not return: names that were replaced, and English that is hard to read."""

import ast
import re
import tokenize
from ast import literal_eval
from collections.abc import Iterator
from pathlib import Path

from tests.test_house import ROOT, modules, tracked

# Each name was replaced by the field's own term, which stands behind it.
NAMES = {
    "Breaks": "Interruptions",
    "ChangeClock": "ChangeCounter",
    "Critic": "StyleLoss",
    "Descent": "LBFGS",
    "GoneJob": "DeletedJob",
    "JOB_QUICK_SECONDS": "JOB_SHORT_SECONDS",
    "JobsGone": "JobsDeleted",
    "Judge": "StyleObjective",
    "Lesson": "Objective",
    "Look": "LevelBlend",
    "Makeshift": "Fallback",
    "Move": "AffineMap",
    "OpenLine": "ThreadLoop",
    "Presence": "WorkerRegistration",
    "Standing": "Credential",
    "StyleCode": "StyleEmbedding",
    "UnknownPlace": "CursorExpired",
    "call_for_a_look": "recheck_sockets",
    "cutting": "tiling",
    "fingerprint": "perceptual_hash",
    "foretold": "predicted",
    "hung": "framed",
    "in_units": "normalize",
    "keeping": "checkpoint",
    "legible": "limit_luma_shift",
    "load_judge": "load_metric",
    "on_the_wall": "is_public",
    "open_line": "thread_loop",
    "paint_together": "paint_batched",
    "publish_gone": "publish_deleted",
    "rarity": "reweight",
    "roughness": "total_variation",
    "shares_of": "normalize_weights",
    "shelving": "importing",
    "soundness": "sanity",
    "stir": "add_noise",
    "stylize_together": "stylize_pass",
    "tell_group": "broadcast",
    "telling": "broadcast",
    "untended": "stale_tickets",
}

# Old-fashioned English, and metaphors of a house; a reader with little English stumbles over them.
EVERYWHERE = {
    "anew": "say again",
    "foretold": "say predicted or estimated",
    "meanwhile": "name the time, or leave it out",
    "nobody thinks": "say what holds",
    "of no avail": "say that it failed",
    "on the wall": "say in the public gallery",
    "though it be": "say even if it is",
    "whoever": "name the user, the worker or the client",
}
# In texts for people; code may say that a process hangs, hung up, or gives way.
TO_PEOPLE = EVERYWHERE | {
    "gives way to": "say what comes first",
    "hang it": "say publish",
    "hung": "say shown",
    "in the manner of": "say in the style of",
    "lately": "say recently",
    "nothing hangs": "say that there is nothing",
    "the entrance": "say the home page",
    "this house": "say this server",
}
DOCUMENTS = {".md", ".html"}
PO = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
MSGID = re.compile(r'^msgid(?:_plural)? ((?:".*"\n)+)', re.MULTILINE)


def names_of(tree: ast.AST) -> Iterator[str]:
    """Yield every name that a module defines, imports or uses."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.ClassDef(name=name) | ast.keyword(arg=str(name)):
                yield name
            case ast.Import(names=aliases):
                yield from (part for each in aliases for part in each.name.split("."))
            case ast.ImportFrom(module=module, names=aliases):
                yield from (module or "").split(".")
                yield from (each.name for each in aliases)


def comments_and_docstrings(path: Path) -> Iterator[str]:
    """Yield what a module says to its readers."""
    with path.open("rb") as file:
        for token in tokenize.tokenize(file.readline):
            if token.type == tokenize.COMMENT:
                yield token.string
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield ast.get_docstring(node) or ""


def pattern_of(words: dict[str, str]) -> re.Pattern[str]:
    """Return a pattern that finds any of `words`, also across the end of a line."""
    each = (re.escape(word).replace(r"\ ", r"[\s#*]+") for word in words)
    return re.compile(rf"\b(?:{'|'.join(each)})\b", re.IGNORECASE)


def suspects(words: dict[str, str]) -> Iterator[Path]:
    """Yield the modules that hold any of `words` at all, but not this one, which lists them."""
    pattern = pattern_of(words)
    for path in modules():
        if path.name != Path(__file__).name and (
            path.stem in words or pattern.search(path.read_text())
        ):
            yield path


def test_uses_no_name_that_was_replaced() -> None:
    found = {
        (str(path.relative_to(ROOT)), name)
        for path in suspects(NAMES)
        for name in {*names_of(ast.parse(path.read_bytes())), path.stem} & NAMES.keys()
    }
    assert found == set()


def test_says_nothing_quaint_in_the_code() -> None:
    pattern = pattern_of(EVERYWHERE)
    found = [
        (str(path.relative_to(ROOT)), word)
        for path in suspects(EVERYWHERE)
        for text in comments_and_docstrings(path)
        for word in pattern.findall(text)
    ]
    assert found == []


def test_says_nothing_quaint_in_documents_templates_and_scripts() -> None:
    found = [
        (str(path.relative_to(ROOT)), word)
        for path in tracked()
        if path.suffix in DOCUMENTS | {".js", ".css"}
        for word in pattern_of(TO_PEOPLE if path.suffix in DOCUMENTS else EVERYWHERE).findall(
            path.read_text()
        )
    ]
    assert found == []


def test_says_nothing_quaint_to_people() -> None:
    texts = [
        "".join(literal_eval(line) for line in quoted.splitlines())
        for quoted in MSGID.findall(PO.read_text("utf-8"))
    ]
    assert len(texts) > 300
    pattern = pattern_of(TO_PEOPLE)
    assert [text for text in texts if pattern.search(text)] == []
