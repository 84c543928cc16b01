"""The home of the administration: what waits, and the checklist of a new site."""

from dataclasses import replace
from pathlib import Path

import pytest
from django.core import mail
from django.core.files.storage import default_storage
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.email_proof import confirm_address
from accounts.models import User
from common.storage import StorageFull
from inference.models import Job, Worker
from inference.services import operations
from inference.services.source_fetches import request_source_fetch
from library.demonstration import PAIRS
from library.models import Style
from styleweb.first_steps import Step, first_steps, waiting_for
from tests.inference.pages.test_operators import make_staff
from tests.support.factories import finished_job, make_code_style, make_job, make_style, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root", "wakeups")]
HOME = reverse("admin:index")


@pytest.fixture
def root(db: None) -> User:
    return make_user("root", is_staff=True, is_superuser=True)


@pytest.fixture
def browser(client: Client, root: User) -> Client:
    client.force_login(root)
    return client


def step(user: User, key: str) -> Step:
    return next(each for each in first_steps(user) if each.key == key)


class TestSteps:
    def test_wants_a_real_address_of_the_administrator(self, root: User) -> None:
        assert step(root, "administrator").done
        root.email = "admin@localhost"
        assert not step(root, "administrator").done

    def test_writes_to_the_storage_and_leaves_nothing(self, root: User, media_root: Path) -> None:
        assert step(root, "storage").done
        assert list(media_root.rglob("*")) == []

    def test_says_when_the_data_folder_is_away(
        self, root: User, settings: Settings, tmp_path: Path
    ) -> None:
        settings.DATA_DIR = tmp_path / "unmounted"
        assert not step(root, "storage").done

    @pytest.mark.parametrize("error", [StorageFull, PermissionError])
    def test_says_when_the_storage_cannot_be_written(
        self, root: User, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
    ) -> None:
        def refuse(*_: object) -> None:
            raise error

        monkeypatch.setattr(default_storage, "_save", refuse)
        found = step(root, "storage")
        assert not found.done
        assert "cannot be stored" in found.words

    def test_sees_a_worker(self, root: User) -> None:
        assert not step(root, "worker").done
        Worker.objects.create(name="celery@studio", host="studio", pid=1)
        assert step(root, "worker").words == "1 worker is ready to paint."

    def test_sees_a_painted_picture(self, root: User) -> None:
        assert not step(root, "picture").done
        finished_job(root)
        assert step(root, "picture").done

    def test_leaves_sockets_to_the_browser(self, root: User) -> None:
        assert step(root, "sockets").done is None

    def test_knows_mail_by_the_link_that_was_opened(
        self, root: User, browser: Client, settings: Settings
    ) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        found = step(root, "mail")
        assert not found.done
        browser.post(found.address)
        (sent,) = mail.outbox
        assert sent.to == [root.email]
        token = next(word for word in sent.body.split() if "/proof/" in word).split("/")[-2]
        confirm_address(token=token)
        assert step(root, "mail").done

    def test_says_when_there_is_no_mail_server(self, root: User, settings: Settings) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
        assert "EMAIL_URL" in step(root, "mail").words

    def test_wants_a_text_of_the_operator_on_the_page_contact(
        self, root: User, browser: Client
    ) -> None:
        found = step(root, "contact")
        assert not found.done
        assert browser.get(found.address).status_code == 200
        browser.post(found.address, {"text_en": "", "text_zh": "写信给 team@example.org"})
        assert step(root, "contact").done

    def test_offers_to_fetch_pictures_of_masterworks(self, root: User) -> None:
        assert step(root, "masterworks").done
        make_code_style("the-great-wave")
        found = step(root, "masterworks")
        assert (found.done, found.posts) == (False, True)
        request_source_fetch(by=root)
        assert not step(root, "masterworks").posts


class TestTestPicture:
    @pytest.mark.django_db(transaction=True)
    def test_goes_the_way_of_any_picture(self, browser: Client, root: User) -> None:
        make_style("ink")
        answer = browser.post(reverse("operators-test-picture"))
        job = Job.objects.get()
        assert answer["Location"] == f"/jobs/{job.pk}/"
        assert (job.owner, job.state, job.spec["size"]) == (root, "queued", 512)

    def test_needs_a_style(self, browser: Client) -> None:
        answer = browser.post(reverse("operators-test-picture"), follow=True)
        assert "The library has no style yet" in answer.content.decode()
        assert not Job.objects.exists()

    def test_needs_its_photo(self, browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        make_style("ink")
        monkeypatch.setattr(operations, "PAIRS", [replace(PAIRS[0], name="gone")])
        answer = browser.post(reverse("operators-test-picture"), follow=True)
        assert "The photo of the test picture is missing" in answer.content.decode()
        assert not Job.objects.exists()

    def test_keeps_to_the_limit_of_storage(self, browser: Client, settings: Settings) -> None:
        make_style("ink")
        settings.PHOTOS_MAX_BYTES_PER_USER = 1
        answer = browser.post(reverse("operators-test-picture"), follow=True)
        assert "Your photo storage is full" in answer.content.decode()
        assert not Job.objects.exists()

    def test_keeps_to_the_limit_of_uploads(self, browser: Client, settings: Settings) -> None:
        make_style("ink")
        settings.API_LIMITS = settings.API_LIMITS | {"upload": (0, 60)}
        answer = browser.post(reverse("operators-test-picture"), follow=True)
        assert "Too many uploads" in answer.content.decode()
        assert not Job.objects.exists()


class TestWaiting:
    def test_lists_offers_reviews_and_drafts_for_curators(self, alice: User) -> None:
        offered = make_style("sketch", state="draft")
        Style.objects.filter(pk=offered.pk).update(state="in_review", owner=alice)
        make_style("draft", state="draft")
        cara = make_staff("cara", "change_style")
        assert [(each.count, each.words) for each in waiting_for(cara)] == [
            (1, "style offered by a user"),
            (1, "draft"),
        ]

    def test_lists_pictures_for_operators(self, alice: User) -> None:
        make_job(alice)
        found = waiting_for(make_staff("olga", "operate_queue"))
        assert [(each.count, each.words) for each in found] == [(1, "picture waits for a worker")]

    def test_leads_to_pages_that_exist(self, browser: Client, root: User, alice: User) -> None:
        offered = make_style("sketch", state="draft")
        Style.objects.filter(pk=offered.pk).update(state="in_review", owner=alice)
        make_job(alice)
        make_style("ours", state="in_review")
        assert len(waiting_for(root)) == 3
        for each in waiting_for(root)[:2]:
            listed = browser.get(each.address).context["cl"]
            assert listed.result_count == each.count == 1
        assert browser.get(waiting_for(root)[2].address).status_code == 200


class TestHome:
    def test_shows_the_checklist_to_superusers_only(self, browser: Client, client: Client) -> None:
        assert 'id="step-sockets"' in browser.get(HOME).content.decode()
        client.force_login(make_staff("cara", "change_style"))
        page = client.get(HOME).content.decode()
        assert "Waiting for you" in page
        assert 'id="step-sockets"' not in page

    @pytest.mark.parametrize(("count", "words"), [(1, "1 step is left"), (3, "3 steps are left")])
    def test_says_how_many_steps_are_left(self, count: int, words: str) -> None:
        page = render_to_string("admin/_first_steps.html", {"steps_open": count, "steps": []})
        assert words in " ".join(page.split())

    def test_has_no_style_and_no_script_in_the_page(self, browser: Client) -> None:
        page = browser.get(HOME).content.decode()
        assert "style=" not in page
        assert "<style" not in page
        assert "Django" not in page

    def test_keeps_the_addresses_of_users_in_one_place(self, browser: Client) -> None:
        assert "/admin/account/" not in browser.get(HOME).content.decode()
