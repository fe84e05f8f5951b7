import base64
import json
from datetime import timedelta

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.identity.credentials import is_gateway_key, is_tracker_key
from domain.identity.ports import Profile, TokenUse
from infra.keys.tokens import JwtSigner, RandomSecrets

KEY = bytes(range(32))
SIGNER = JwtSigner(KEY)
HOUR = timedelta(hours=1)


def sign(profile: Profile | None = None, lifetime: timedelta = HOUR, use: TokenUse = TokenUse.BEARER) -> str:
    return SIGNER.sign("user-1", "default", 3, use, lifetime=lifetime, profile=profile)[0]


def test_a_token_says_when_read_what_was_signed() -> None:
    text, token = SIGNER.sign("user-1", "default", 3, TokenUse.BEARER, lifetime=HOUR)
    assert SIGNER.verify(text, TokenUse.BEARER) == token
    assert (token.user_id, token.tenant_id, token.version) == ("user-1", "default", 3)
    assert token.expires_at - token.issued_at == HOUR


def test_an_expired_token_says_nothing() -> None:
    assert SIGNER.verify(sign(lifetime=timedelta(seconds=-1)), TokenUse.BEARER) is None


def test_a_cookie_is_no_bearer_token_and_the_reverse() -> None:
    assert SIGNER.verify(sign(use=TokenUse.COOKIE), TokenUse.BEARER) is None
    assert SIGNER.verify(sign(use=TokenUse.BEARER), TokenUse.COOKIE) is None


def test_a_token_of_another_key_says_nothing() -> None:
    assert JwtSigner(bytes(32)).verify(sign(), TokenUse.BEARER) is None


def test_a_token_without_a_signature_says_nothing() -> None:
    claims = jwt.decode(sign(), options={"verify_signature": False})
    assert SIGNER.verify(jwt.encode(claims, "", algorithm="none"), TokenUse.BEARER) is None


@pytest.mark.parametrize("missing", ["sub", "iat", "exp", "jti", "ver", "tenant", "use"])
def test_a_token_that_lacks_a_claim_says_nothing(missing: str) -> None:
    claims = jwt.decode(sign(), options={"verify_signature": False})
    del claims[missing]
    assert SIGNER.verify(jwt.encode(claims, KEY), TokenUse.BEARER) is None


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "\udc80.é.~", "1|secret"])
def test_text_that_is_no_token_says_nothing(text: str) -> None:
    assert SIGNER.verify(text, TokenUse.BEARER) is None


def test_every_token_has_an_id_of_its_own_and_names_its_key() -> None:
    headers = [jwt.get_unverified_header(sign()) for _ in range(2)]
    assert headers[0]["kid"] == headers[1]["kid"] != ""
    first, second = (jwt.decode(sign(), options={"verify_signature": False})["jti"] for _ in range(2))
    assert first != second


@given(st.text(), st.text())
def test_browsers_can_read_any_profile_out_of_the_payload(name: str, email: str) -> None:
    """`atob` takes standard base64 only, and gives one character a byte."""
    payload = sign(Profile(email=email, name=name)).split(".")[1]
    assert not set(payload) & set("-_")
    claims = json.loads(base64.b64decode(payload + "=" * (-len(payload) % 4), validate=True).decode("ascii"))
    assert (claims.get("name", ""), claims.get("email", "")) == (name, email)


def test_secrets_have_their_formats_and_are_never_repeated() -> None:
    secrets = RandomSecrets()
    assert is_tracker_key(secrets.tracker_key())
    assert is_gateway_key(secrets.gateway_key())
    assert len({secrets.access_secret() for _ in range(20)}) == 20
