"""Query parameters that choose among a few words."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from common.problems import Problem


def chosen(request: Request, name: str, words: Sequence[str]) -> str:
    """Return the word that the parameter `name` chooses; if it is absent, the first word.

    Raises a 422 problem for any other word.
    """
    word = request.query_params.get(name, words[0])
    if word not in words:
        detail = _("Use one of: %(words)s.") % {"words": ", ".join(words)}
        raise Problem.of_field(name, "invalid_choice", detail)
    return word
