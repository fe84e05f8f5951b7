"""Where a request comes from, and when its cookie counts."""

import pytest

from interfaces.http.forwarded import Proxies
from interfaces.http.same_origin import cookie_counts

OWN = "https://ledger.example"


@pytest.mark.parametrize(
    ("method", "headers", "counts"),
    [
        ("GET", {b"origin": b"https://evil.example"}, True),
        ("POST", {}, True),
        ("POST", {b"sec-fetch-site": b"same-origin"}, True),
        ("POST", {b"sec-fetch-site": b"none"}, True),
        ("POST", {b"origin": b"https://ledger.example"}, True),
        ("POST", {b"sec-fetch-site": b"cross-site"}, False),
        ("POST", {b"sec-fetch-site": b"same-site", b"origin": b"https://ledger.example"}, False),
        ("DELETE", {b"origin": b"https://evil.example"}, False),
        ("PATCH", {b"origin": b"null"}, False),
        ("POST", {b"origin": b"http://ledger.example"}, False),
    ],
)
def test_a_cookie_counts_unless_another_site_sent_the_browser(
    method: str, headers: dict[bytes, bytes], counts: bool
) -> None:
    assert cookie_counts(method, headers, OWN) is counts


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded", "client"),
    [
        ((), "10.0.0.1", b"192.0.2.7", "10.0.0.1"),
        (("10.0.0.0/8",), "10.0.0.1", b"192.0.2.7", "192.0.2.7"),
        (("10.0.0.0/8",), "203.0.113.5", b"192.0.2.7", "203.0.113.5"),
        (("10.0.0.0/8",), "10.0.0.1", b"1.1.1.1, 192.0.2.7, 10.0.0.2", "192.0.2.7"),
        (("10.0.0.0/8",), "10.0.0.1", b"nonsense", "10.0.0.1"),
        (("*",), "203.0.113.5", b"192.0.2.7, 10.0.0.2", "192.0.2.7"),
    ],
)
def test_a_forwarded_address_counts_only_from_a_trusted_proxy(
    trusted: tuple[str, ...], peer: str, forwarded: bytes, client: str
) -> None:
    assert Proxies(trusted).client({"client": (peer, 1)}, {b"x-forwarded-for": forwarded}) == client


def test_our_own_origin_is_the_one_that_a_trusted_proxy_names() -> None:
    scope = {"client": ("10.0.0.1", 1), "scheme": "http"}
    headers = {b"host": b"api:8000", b"x-forwarded-proto": b"https", b"x-forwarded-host": b"Ledger.example"}
    assert Proxies(("10.0.0.1",)).origin(scope, headers) == OWN
    assert Proxies(()).origin(scope, headers) == "http://api:8000"


def test_a_websocket_has_the_origin_of_its_page() -> None:
    assert Proxies(()).origin({"client": None, "scheme": "wss"}, {b"host": b"ledger.example"}) == OWN
