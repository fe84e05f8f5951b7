import pytest

from domain.identity.credentials import (
    access_token,
    digest,
    gateway_prefix,
    hint,
    is_gateway_key,
    is_tracker_key,
    split_access_token,
)


def test_an_access_token_is_its_id_and_its_secret() -> None:
    assert split_access_token(access_token("id-1", "se|cret")) == ("id-1", "se|cret")


@pytest.mark.parametrize("text", ["", "|", "id|", "|secret", "pk_x", "a.b.c"])
def test_other_text_is_no_access_token(text: str) -> None:
    assert split_access_token(text) is None


def test_a_tracker_key_is_known_by_its_prefix_and_length() -> None:
    assert is_tracker_key("mcp_" + "0" * 64)
    assert not is_tracker_key("mcp_" + "0" * 63)
    assert not is_tracker_key("xcp_" + "0" * 64)


def test_lists_show_only_a_little_of_a_key() -> None:
    assert hint("mcp_" + "0" * 60 + "f00d") == "f00d"
    assert gateway_prefix("pk_abcdefgh-and-the-rest") == "pk_abcdefgh"
    assert is_gateway_key("pk_abc")


def test_the_digest_is_sha_256_and_takes_any_text() -> None:
    assert digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert digest("\udc80") != digest("\udc81")
