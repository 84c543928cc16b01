"""What the tests of pages share: a browser that is signed in, and what the studio sends."""

from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from tests.support.factories import make_picture, picture_bytes


def client_of(user: User) -> Client:
    """Return a browser in which `user` is signed in."""
    client = Client()
    client.force_login(user)
    return client


def upload(size: tuple[int, int] = (96, 80)) -> SimpleUploadedFile:
    """Return a photo as a browser uploads it."""
    return SimpleUploadedFile("holiday.png", picture_bytes(make_picture(size)))


def order(**fields: Any) -> dict[str, Any]:
    """Return the fields that the studio sends, without a photo and styles."""
    return {"job_id": str(uuid4()), "strength": "0.5", "size": "128", "color": "match", **fields}
