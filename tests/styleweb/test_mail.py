"""The operator learns that mails reach only the log, and a mail server is used as it is named."""

import pytest
from pytest_django import Settings

from styleweb import environment
from styleweb.mail import mail_warnings
from styleweb.variables import WrongSetting

CONSOLE = "django.core.mail.backends.console.EmailBackend"


def test_warns_a_public_site_without_a_mail_server(settings: Settings) -> None:
    settings.EMAIL_BACKEND, settings.ALLOWED_HOSTS = CONSOLE, ["localhost", "styleweb.example"]
    [warning] = mail_warnings()
    assert "Set EMAIL_URL" in str(warning.hint)


def test_does_not_warn_a_site_of_this_machine(settings: Settings) -> None:
    settings.EMAIL_BACKEND, settings.ALLOWED_HOSTS = CONSOLE, ["localhost", "127.0.0.1"]
    assert mail_warnings() == []


def test_does_not_warn_a_site_with_a_mail_server(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["styleweb.example"]
    assert mail_warnings() == []


def test_uses_every_part_of_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMAIL_URL", "smtp+tls://user:pa%40ss@mail.example.org")
    assert environment.email_settings() == {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "mail.example.org",
        "EMAIL_PORT": 587,
        "EMAIL_HOST_USER": "user",
        "EMAIL_HOST_PASSWORD": "pa@ss",
        "EMAIL_USE_TLS": True,
    }


@pytest.mark.parametrize(
    "address",
    ["", "mail.example.org", "smtp://", "smtp+tls://user:secret@", "https://mail.example.org",
     "smtp://mail.example.org:port", "dummymail://"],
)  # fmt: skip
def test_refuses_what_is_no_mail_server(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("EMAIL_URL", address)
    with pytest.raises(WrongSetting, match=r"^EMAIL_URL is (no mail server|empty)") as refusal:
        environment.email_settings()
    assert "secret" not in str(refusal.value)
