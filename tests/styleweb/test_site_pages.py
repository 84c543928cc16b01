"""The pages about the site: true by default, and written by the operator in two languages."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from styleweb.models import SitePage
from styleweb.site_pages import Part, parts_of
from styleweb.site_texts import shipped_text
from tests.support.factories import make_user

pytestmark = pytest.mark.django_db
SLUGS = SitePage.Slug.values


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(make_user("root", is_staff=True, is_superuser=True))
    return client


def write(operator: Client, slug: str, **texts: str) -> None:
    operator.get(reverse("admin:styleweb_sitepage_changelist"))
    page = reverse("admin:styleweb_sitepage_change", args=[slug])
    answer = operator.post(page, {"text_en": "", "text_zh": "", **texts})
    assert answer.status_code == 302


@pytest.mark.parametrize("slug", SLUGS)
def test_has_a_text_in_both_languages(client: Client, slug: str) -> None:
    english = client.get(f"/site/{slug}/").content.decode()
    chinese = client.get(f"/site/{slug}/", HTTP_ACCEPT_LANGUAGE="zh-hans").content.decode()
    for page, language in ((english, "en"), (chinese, "zh")):
        first = next(parts_of(shipped_text(slug, language))).text
        assert first[:20] in page
    # Both say the same: as many paragraphs, and the same headings one by one.
    kinds = [
        [part.is_heading for part in parts_of(shipped_text(slug, language))]
        for language in ("en", "zh")
    ]
    assert kinds[0] == kinds[1]


def test_is_linked_from_every_page(client: Client) -> None:
    page = client.get("/styles/").content.decode()
    assert all(f'href="/site/{slug}/"' in page for slug in SLUGS)


def test_shows_what_the_operator_wrote(operator: Client) -> None:
    write(operator, "contact", text_en="Write to <b>us</b>: team@example.org", text_zh="写信给我们")
    page = operator.get("/site/contact/").content.decode()
    assert "&lt;b&gt;us&lt;/b&gt;" in page
    assert 'href="mailto:team@example.org"' in page
    with translation.override("zh-hans"):
        assert SitePage.objects.get(pk="contact").text == "写信给我们"


def test_shows_one_language_to_all_if_there_is_no_other(operator: Client) -> None:
    write(operator, "terms", text_en="Be kind.")
    with translation.override("zh-hans"):
        assert SitePage.objects.get(pk="terms").text == "Be kind."


def test_begins_with_the_shipped_text_and_stores_only_changes(operator: Client) -> None:
    operator.get(reverse("admin:styleweb_sitepage_changelist"))
    page = operator.get(reverse("admin:styleweb_sitepage_change", args=["about"]))
    assert "Styleweb turns photos into pictures" in page.content.decode()
    # A browser sends its own ends of lines.
    write(operator, "about", text_en=shipped_text("about", "en").replace("\n", "\r\n"))
    assert SitePage.objects.get(pk="about").text_en == ""


def test_tells_the_time_of_a_change_only_if_there_was_one(operator: Client) -> None:
    listed = reverse("admin:styleweb_sitepage_changelist")
    assert operator.get(listed).text.count('<td class="field-changed_at">–</td>') == len(SLUGS)
    write(operator, "about", text_en="We are here.")
    assert operator.get(listed).text.count('<td class="field-changed_at">–</td>') == len(SLUGS) - 1


def test_names_every_cookie_of_a_link_with_a_password_and_what_cannot_be_deleted() -> None:
    privacy = shipped_text("privacy", "en")
    assert "a link that has a password" in privacy
    assert "An account cannot be deleted" in privacy
    assert all(word in privacy for word in ("likes", "favorites", "links", "tokens", "notices"))


def test_refuses_a_text_without_end(operator: Client) -> None:
    operator.get(reverse("admin:styleweb_sitepage_changelist"))
    page = reverse("admin:styleweb_sitepage_change", args=["about"])
    answer = operator.post(page, {"text_en": "a" * 20_001, "text_zh": ""})
    assert answer.status_code == 200
    assert SitePage.objects.get(pk="about").text_en == ""


def test_divides_at_blank_lines_and_headings() -> None:
    assert [*parts_of("One\ntwo\n## Three\nfour\n##About\n  ## Us\n\u3000## 我们\n\n\nfive")] == [
        Part("One\ntwo"),
        Part("Three", is_heading=True),
        Part("four"),
        *(Part(title, is_heading=True) for title in ("About", "Us", "我们")),
        Part("five"),
    ]
