"""The rules of this site for the account pages of allauth."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.validators import validate_email
from django.forms import BaseForm
from django.http import HttpRequest

from accounts.models import User
from accounts.names import normalize_email
from accounts.registration import register_person


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Names and addresses on the pages follow the same rules as in the API."""

    def clean_username(self, username: str, shallow: bool = False) -> str:  # noqa: FBT001, FBT002
        """Return the name as it is stored. Raises ValidationError for a bad or taken name."""
        del shallow
        user = User(username=username)
        user.check_username()
        return user.username

    def clean_email(self, email: str) -> str:
        """Return the address as it is stored. Raises ValidationError for a bad address."""
        address = normalize_email(email)
        validate_email(address)
        return address

    def save_user(
        self,
        request: HttpRequest,
        user: AbstractBaseUser,
        form: BaseForm,
        commit: bool = True,  # noqa: FBT001, FBT002
    ) -> User:
        """Make the account as the API makes it. Raises AccountTaken if another was faster."""
        del request, user, commit
        data: dict[str, Any] = form.cleaned_data
        return register_person(
            username=data["username"], email=data["email"], password=data["password1"]
        )
