"""What a test leaves behind must not reach the next one."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation


@pytest.mark.django_db
@pytest.mark.parametrize("_turn", ["first", "second"])
def test_a_page_read_in_chinese_leaves_the_next_test_english(client: Client, _turn: str) -> None:
    assert translation.get_language() == "en"

    page = client.get(reverse("home"), headers={"accept-language": "zh-hans"})

    assert page.headers["Content-Language"] == "zh-hans"
