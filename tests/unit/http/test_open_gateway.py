"""Without a configured key, the gateway is open to programs on this machine, and to nobody else."""

import pytest

from interfaces.http.open_gateway import is_open

LOCAL = {b"host": b"localhost:8000"}


@pytest.mark.parametrize(
    ("peer", "headers"),
    [
        ("127.0.0.1", LOCAL),
        ("127.0.0.9", {b"host": b"127.0.0.1:8000"}),
        ("::1", {b"host": b"[::1]:8000"}),
        ("::ffff:127.0.0.1", LOCAL),
        ("127.0.0.1", {**LOCAL, b"origin": b"http://localhost:8000"}),
    ],
)
def test_it_is_open_to_a_program_on_this_machine(peer: str, headers: dict[bytes, bytes]) -> None:
    assert is_open(configured=False, peer=peer, headers=headers)


@pytest.mark.parametrize(
    ("peer", "headers"),
    [
        ("192.0.2.7", LOCAL),
        ("", LOCAL),
        ("127.0.0.1", {}),
        ("127.0.0.1", {b"host": b"ledger.example"}),
        ("127.0.0.1", {b"host": b"localhost.evil.example"}),
        ("127.0.0.1", {b"host": b"[::1"}),
        ("127.0.0.1", {**LOCAL, b"origin": b"https://evil.example"}),
        ("127.0.0.1", {**LOCAL, b"origin": b"null"}),
        ("127.0.0.1", {**LOCAL, b"x-forwarded-for": b"192.0.2.7"}),
        ("127.0.0.1", {**LOCAL, b"forwarded": b"for=192.0.2.7"}),
    ],
)
def test_it_is_closed_to_others_to_other_names_other_origins_and_proxies(
    peer: str, headers: dict[bytes, bytes]
) -> None:
    assert not is_open(configured=False, peer=peer, headers=headers)


def test_it_is_closed_once_a_key_is_configured() -> None:
    assert not is_open(configured=True, peer="127.0.0.1", headers=LOCAL)
