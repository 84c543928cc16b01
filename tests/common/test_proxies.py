"""Whose address counts: the client of the trusted proxies, and never a forged one."""

from typing import Any

import pytest
from allauth.account.adapter import get_adapter
from django.http import HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from common.proxies import TrustedProxies, bare_address, believe_proxies
from tests.support.factories import PASSWORD

PROXY, OUTER, CLIENT = "10.0.0.2", "198.51.100.7", "203.0.113.9"


@pytest.fixture
def one_proxy(settings: Settings) -> None:
    """Trust one proxy."""
    settings.TRUSTED_PROXIES = settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1


@pytest.mark.parametrize(
    ("proxies", "forwarded", "client"),
    [
        (0, None, PROXY),
        (0, CLIENT, PROXY),
        (1, None, PROXY),
        (1, CLIENT, CLIENT),
        (1, f"127.0.0.1, {CLIENT}", CLIENT),
        (2, f"{CLIENT}, {OUTER}", CLIENT),
        (2, f"127.0.0.1,127.0.0.2 , {CLIENT},{OUTER}", CLIENT),
        # The request did not come through both proxies.
        (2, CLIENT, PROXY),
        (1, f"{CLIENT}, unknown", PROXY),
        (1, "", PROXY),
    ],
)
def test_believes_only_the_trusted_proxies(
    proxies: int, forwarded: str | None, client: str
) -> None:
    meta = {"REMOTE_ADDR": PROXY}
    if forwarded is not None:
        meta["HTTP_X_FORWARDED_FOR"] = forwarded
    believe_proxies(meta, proxies)
    assert meta["REMOTE_ADDR"] == client
    assert meta.get("HTTP_X_FORWARDED_FOR", client).split(", ")[0] == client


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("203.0.113.9", "203.0.113.9"),
        (" 203.0.113.9:4711 ", "203.0.113.9"),
        ("2001:DB8::1", "2001:db8::1"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("fe80::1%eth0", "fe80::1"),
        ("", ""),
        ("unknown", ""),
        ("203.0.113.999", ""),
    ],
)
def test_reads_every_form_of_an_address(value: str, address: str) -> None:
    assert bare_address(value) == address


def sign_up(number: int, forwarded: str) -> int:
    """Return the status of a sign-up that came through the proxy."""
    person = {"username": f"p{number}", "email": f"p{number}@example.org", "password": PASSWORD}
    client = Client(REMOTE_ADDR=PROXY, headers={"X-Forwarded-For": forwarded})
    return client.post("/api/v1/auth/register/", person, "application/json").status_code


@pytest.mark.django_db
@pytest.mark.usefixtures("one_proxy")
class TestLimits:
    @pytest.fixture(autouse=True)
    def _five_sign_ups(self, settings: Any) -> None:
        settings.API_LIMITS = {"sign_up": (5, 10**9)}

    def test_count_each_client_behind_the_proxy(self) -> None:
        assert [sign_up(n, f"192.0.2.{n}") for n in range(1, 7)] == [201] * 6

    def test_count_a_client_that_forges_addresses_once(self) -> None:
        forged = [f"192.0.2.{n}, 198.51.100.99" for n in range(1, 7)]
        assert [sign_up(n, each) for n, each in enumerate(forged)] == [201] * 5 + [429]

    def test_count_an_ipv6_network_once(self) -> None:
        network = [f"2001:db8:77:1::{n}" for n in range(1, 7)]
        assert [sign_up(n, each) for n, each in enumerate(network)] == [201] * 5 + [429]

    def test_count_ipv4_clients_of_an_ipv6_listener_separately(self) -> None:
        mapped = [f"::ffff:192.0.2.{n}" for n in range(101, 107)]
        assert [sign_up(n, each) for n, each in enumerate(mapped)] == [201] * 6


@pytest.mark.parametrize("forwarded", [CLIENT, f"127.0.0.1, {CLIENT}", f"x, {CLIENT}:4711"])
@pytest.mark.usefixtures("one_proxy")
def test_gives_allauth_the_same_address(forwarded: str) -> None:
    request = RequestFactory(REMOTE_ADDR=PROXY).get("/", headers={"X-Forwarded-For": forwarded})
    TrustedProxies(lambda _: HttpResponse())(request)
    assert get_adapter().get_client_ip(request) == CLIENT


@pytest.mark.usefixtures("one_proxy")
def test_lets_allauth_answer_a_request_that_did_not_come_through_the_proxy() -> None:
    request = RequestFactory(REMOTE_ADDR=PROXY).get("/")
    TrustedProxies(lambda _: HttpResponse())(request)
    assert get_adapter().get_client_ip(request) == PROXY


@pytest.mark.django_db
@pytest.mark.usefixtures("one_proxy")
class TestReadyz:
    @pytest.mark.parametrize("forwarded", ["8.8.8.8", "10.9.9.9, 8.8.8.8", "::1, 2001:4860::8"])
    def test_is_closed_to_outside_clients_of_the_proxy(self, forwarded: str) -> None:
        client = Client(REMOTE_ADDR=PROXY, headers={"X-Forwarded-For": forwarded})
        assert client.get("/readyz").status_code == 404

    @pytest.mark.parametrize("forwarded", ["10.9.9.9", "8.8.8.8, 10.9.9.9"])
    def test_answers_the_inner_network(self, forwarded: str) -> None:
        client = Client(REMOTE_ADDR=PROXY, headers={"X-Forwarded-For": forwarded})
        assert client.get("/readyz").status_code in {200, 503}
