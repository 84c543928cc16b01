"""Query parameters that select one of a few words."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from common.conversions import SIZES
from common.derivatives import SUFFIXES
from common.problems import Problem


def chosen(request: Request, name: str, words: Sequence[str]) -> str:
    """Return the value of the parameter `name`. If the parameter is missing, return the first word.

    Raises a 422 problem for a value that is not in `words`.
    """
    word = request.query_params.get(name, words[0])
    if word not in words:
        detail = _("Use one of: %(words)s.") % {"words": ", ".join(words)}
        raise Problem.of_field(name, "invalid_choice", detail)
    return word


def check_download(request: Request) -> None:
    """Check how the query of a file wants to download it.

    Raises a 422 problem for a wrong format or size, where a page answers 404.
    """
    for name, words in (("format", tuple(SUFFIXES)), ("size", SIZES)):
        if name in request.query_params:
            chosen(request, name, words)
