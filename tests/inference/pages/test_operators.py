"""Tests of the operators' page: who may see it, what it shows and what its switches do."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts.models import User
from inference.models import QueueSwitch, SourceFetch, Worker
from tests.support.factories import (
    developable_job,
    make_job,
    make_revision_row,
    make_user,
)

pytestmark = pytest.mark.django_db
PAGE = "/operators/queue/"


@pytest.fixture
def worker(db: None) -> Worker:
    row: Worker = Worker.objects.create(
        name="celery@studio", host="studio", pid=4711, device="cuda", queues="gpu,cpu", model="fast"
    )
    return row


def make_staff(name: str, *permissions: str) -> User:
    """Return a new member of the staff with some permissions."""
    user = make_user(name, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(make_staff("olga", "operate_queue"))
    return client


@pytest.fixture
def root(client: Client) -> Client:
    client.force_login(make_user("root", is_staff=True, is_superuser=True))
    return client


def switches(worker: Worker) -> list[str]:
    return [
        reverse("operators-pause"),
        reverse("operators-resume"),
        reverse("operators-drain", args=[worker.pk]),
        reverse("operators-return", args=[worker.pk]),
    ]


class TestAccess:
    def test_requires_sign_in(self, client: Client, worker: Worker) -> None:
        assert client.get(PAGE).status_code == 302
        for address in switches(worker):
            answer = client.post(address)
            assert answer.status_code == 302
            assert answer["Location"].startswith("/account/login/")
        assert not QueueSwitch.objects.exists()

    @pytest.mark.parametrize(
        "permissions",
        [
            (),
            ("view_style", "change_style"),
            ("view_artwork", "change_artwork"),
            ("view_job", "view_worker", "change_worker", "change_queueswitch"),
        ],
        ids=["none", "curator", "moderator", "rows"],
    )
    def test_refuses_everyone_but_operators(
        self, client: Client, worker: Worker, permissions: tuple[str, ...]
    ) -> None:
        client.force_login(make_staff("sam", *permissions))
        assert client.get(PAGE).status_code == 403
        assert [client.post(each).status_code for each in switches(worker)] == [403] * 4
        worker.refresh_from_db()
        assert not worker.draining
        assert not QueueSwitch.objects.exists()

    def test_switches_only_by_post(self, staff: Client, worker: Worker) -> None:
        assert [staff.get(each).status_code for each in switches(worker)] == [405] * 4

    def test_does_not_know_a_worker_that_is_gone(self, staff: Client, worker: Worker) -> None:
        addresses = switches(worker)[2:]
        worker.delete()
        assert [staff.post(each).status_code for each in addresses] == [404, 404]


class TestPage:
    def test_shows_the_worker(self, staff: Client, worker: Worker) -> None:
        page = staff.get(PAGE).content.decode()
        for word in ("celery@studio", "CUDA", "gpu,cpu", "process 4711", "fast", "Pause worker"):
            assert word in page
        assert "1 worker is running." in page

    def test_shows_that_no_worker_serves(self, staff: Client) -> None:
        page = staff.get(PAGE).content.decode()
        assert "No worker is running" in page
        assert "No worker is connected." in page

    def test_names_waiting_users_to_superusers_only(
        self, client: Client, alice: User, worker: Worker
    ) -> None:
        make_job(alice)
        client.force_login(make_staff("olga", "operate_queue"))
        assert "alice" not in client.get(PAGE).content.decode()
        client.force_login(make_user("root", is_staff=True, is_superuser=True))
        assert "alice" in client.get(PAGE).content.decode()

    def test_counts_no_minutes_in_the_first_minute(self, staff: Client, alice: User) -> None:
        make_job(alice)
        page = staff.get(PAGE).content.decode()
        assert "under a minute" in page
        assert "0\xa0minutes" not in page

    def test_sends_a_part_of_itself_to_the_script(self, staff: Client, worker: Worker) -> None:
        part = staff.get(PAGE, {"part": ""})
        assert part["Cache-Control"].startswith("max-age=0")
        assert "<html" not in part.content.decode()
        assert "celery@studio" in part.content.decode()

    def test_is_only_in_the_menu_of_operators(self, staff: Client) -> None:
        assert PAGE in staff.get("/").content.decode()
        staff.force_login(make_staff("mona", "change_artwork"))
        assert PAGE not in staff.get("/").content.decode()


class TestSwitches:
    def test_pause_and_open_the_queue(self, staff: Client, wakeups: list[str]) -> None:
        answer = staff.post(reverse("operators-pause"))
        assert (answer.status_code, answer["Location"]) == (302, PAGE)
        page = staff.get(PAGE).content.decode()
        assert "The queue is paused" in page
        assert "Paused by olga" in page
        staff.post(reverse("operators-resume"))
        assert "The queue is paused" not in staff.get(PAGE).content.decode()

    def test_drain_and_return_a_worker(
        self, staff: Client, worker: Worker, wakeups: list[str]
    ) -> None:
        staff.post(reverse("operators-drain", args=[worker.pk]))
        worker.refresh_from_db()
        assert worker.draining
        assert "Resume worker" in staff.get(PAGE).content.decode()
        staff.post(reverse("operators-return", args=[worker.pk]))
        worker.refresh_from_db()
        assert not worker.draining

    @pytest.mark.usefixtures("media_root")
    @pytest.mark.parametrize("kind", ["fetch", "revision"])
    def test_wake_for_every_kind_of_work(
        self, staff: Client, worker: Worker, wakeups: list[str], kind: str
    ) -> None:
        alice = make_user("alice")
        if kind == "fetch":
            SourceFetch.objects.create(requested_by=alice, slugs=["the-great-wave"])
        else:
            make_revision_row(developable_job(alice), ready=False)
        for switch in switches(worker)[1::2]:
            wakeups.clear()
            staff.post(switch)
            assert wakeups
