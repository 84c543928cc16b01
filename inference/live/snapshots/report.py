"""What the engine did with a photo, in sentences for people."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def report_sentences(report: Mapping[str, Any]) -> list[str]:
    """Return what is worth knowing of a report of the engine. An old report may lack anything."""
    return [each for each in (_size(report), _tiles(report), _file(report), _time(report)) if each]


def _size(report: Mapping[str, Any]) -> str:
    source, result = report.get("source_size"), report.get("result_size")
    if not source or not result:
        return ""
    words = {"source": _pixels(source), "result": _pixels(result)}
    if source == result:
        return _("The picture has the full size of the photo, %(result)s px.") % words
    if "to fit memory" in str(report.get("resized", "")):
        sentence = _(
            "It was painted smaller and then enlarged to %(result)s px, because the server did not "
            "have enough memory. The photo has %(source)s px."
        )
        return sentence % words
    return _("The picture has %(result)s px, and the photo %(source)s px.") % words


def _pixels(size: Any) -> str:
    return f"{size[0]} × {size[1]}"


def _tiles(report: Mapping[str, Any]) -> str:
    count = int(report.get("tiles") or 1)
    if count == 1:
        return ""
    sentence = ngettext(
        "It was painted in %(count)d part.",
        "It was painted in %(count)d parts that overlap, because it is large.",
        count,
    )
    return sentence % {"count": count}


def _file(report: Mapping[str, Any]) -> str:
    conversions = report.get("conversions") or []
    if not conversions:
        return ""
    sentence = _("The file of the photo was converted before painting: %(how)s.")
    return sentence % {"how": ", ".join(map(str, conversions))}


def _time(report: Mapping[str, Any]) -> str:
    seconds = report.get("seconds")
    if not seconds:
        return ""
    words = {"seconds": f"{seconds:.1f}"}
    if str(report.get("device", "cpu")).startswith("cuda"):
        return _("A graphics processor painted it in %(seconds)s seconds.") % words
    return _("The processor painted it in %(seconds)s seconds.") % words
