"""The language of the mails to a user: the one that was chosen last."""

from django.conf import settings
from django.utils.translation import get_language

from accounts.models import User


def store_language(*, user: User, language: str) -> None:
    """Store the language that the user chose. Another than those of the site is ignored."""
    if language in dict(settings.LANGUAGES) and language != user.language:
        user.language = language
        user.save(update_fields=["language"])


def remember_language(*, user: User) -> None:
    """Store the language of the page if the user chose none: the browser asked for it."""
    if not user.language:
        store_language(user=user, language=get_language() or "")
