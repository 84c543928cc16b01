"""Browsers of people who try the site without an account."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from accounts.guests import LIFETIME, SESSION_NAME, make_guest
from accounts.models import User
from inference.models import Photo
from tests.support.factories import make_photo
from tests.support.worlds import Visitor, World


def browser_of(guest: User, client: Client | None = None, **headers: Any) -> Client:
    """Return a browser whose session is that of `guest`."""
    client = client or Client(**headers)
    session = client.session
    session[SESSION_NAME] = guest.pk
    session.save()
    return client


def guest_with_photo(make: Callable[[User], Photo] = make_photo) -> User:
    """Return a new guest with a photo."""
    guest = make_guest()
    make(guest)
    return guest


def make_a_guest_of(user: User) -> User:
    """Turn a user into a guest who owns everything that the user has made."""
    User.objects.filter(pk=user.pk).update(is_guest=True, is_active=False)
    user.refresh_from_db()
    return user


def world_of_guest(found: World, client: Client) -> World:
    """Make a guest of the owner: `client` is the guest's, and another is nobody's."""
    browser_of(make_a_guest_of(User.objects.get(username="alice")), client)
    nobody = found.visitors["nobody"]
    return World({"guest": Visitor(client), "nobody": nobody}, found.things)


def end_day_of(guest: User) -> None:
    """Move the beginning of the guest into the past, so that everything is to be deleted."""
    began = timezone.now() - LIFETIME - timedelta(minutes=1)
    User.objects.filter(pk=guest.pk).update(date_joined=began)
