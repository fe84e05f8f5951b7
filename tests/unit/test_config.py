"""Settings come from the environment, and a bad one is refused by name."""

import base64
from pathlib import Path

import pytest

from infra.config import Secret, SettingError, Settings

KEY = bytes(range(32))


def test_without_variables_the_defaults_serve_this_machine() -> None:
    settings = Settings.from_environment({})
    assert (settings.host, settings.port, settings.data_dir, settings.workers) == ("127.0.0.1", 8000, Path(".data"), 1)
    assert settings.database_url is None
    assert settings.rate_limits


def test_every_variable_is_read() -> None:
    settings = Settings.from_environment(
        {
            "SHIPLEDGER_HOST": "0.0.0.0",  # noqa: S104
            "SHIPLEDGER_PORT": "9000",
            "SHIPLEDGER_DATA_DIR": "/srv/data",
            "SHIPLEDGER_WORKERS": "4",
            "DATABASE_URL": "postgresql://app@db/ledger",
            "SHIPLEDGER_DATABASE_OWNER_URL": "postgresql://owner@db/ledger",
            "SHIPLEDGER_MASTER_KEY": base64.b64encode(KEY).decode(),
            "SHIPLEDGER_GATEWAY_KEY": "gate",
            "SHIPLEDGER_RATE_LIMITS": "off",
            "SHIPLEDGER_REDIS_URL": "redis://cache",
            "SHIPLEDGER_PUBLIC_URL": "https://ledger.example/",
            "SHIPLEDGER_ERROR_BASE": "https://errors.example",
            "SHIPLEDGER_TRUST_PROXY": "10.0.0.0/8, 127.0.0.1",
            "SHIPLEDGER_LOG_FORMAT": "json",
        }
    )
    assert settings == Settings(
        host="0.0.0.0",  # noqa: S104
        port=9000,
        data_dir=Path("/srv/data"),
        workers=4,
        database_url=Secret("postgresql://app@db/ledger"),
        database_owner_url=Secret("postgresql://owner@db/ledger"),
        master_key=Secret(KEY),
        gateway_key=Secret("gate"),
        rate_limits=False,
        redis_url=Secret("redis://cache"),
        public_url="https://ledger.example",
        error_base="https://errors.example",
        trusted_proxies=("10.0.0.0/8", "127.0.0.1"),
        log_format="json",
    )


def test_an_override_beats_the_environment_and_none_does_not() -> None:
    settings = Settings.from_environment({"SHIPLEDGER_PORT": "9000", "SHIPLEDGER_HOST": "::1"}, port=9001, host=None)
    assert (settings.port, settings.host) == (9001, "::1")


def test_the_gateway_key_has_a_second_name() -> None:
    assert Settings.from_environment({"PUNK_API_KEY": "gate"}).gateway_key == Secret("gate")


def test_an_empty_variable_counts_as_unset() -> None:
    assert Settings.from_environment({"SHIPLEDGER_PORT": "", "DATABASE_URL": " "}) == Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SHIPLEDGER_PORT", "http"),
        ("SHIPLEDGER_PORT", "-1"),
        ("SHIPLEDGER_PORT", "65536"),
        ("SHIPLEDGER_PORT", "²"),
        ("SHIPLEDGER_WORKERS", "-1"),
        ("SHIPLEDGER_RATE_LIMITS", "maybe"),
        ("SHIPLEDGER_MASTER_KEY", base64.b64encode(b"short").decode()),
        ("SHIPLEDGER_MASTER_KEY", "not base64!"),
        ("DATABASE_URL", "mysql://db"),
        ("SHIPLEDGER_DATABASE_OWNER_URL", "postgresql://owner@db/ledger"),
        ("SHIPLEDGER_REDIS_URL", "cache:6379"),
        ("SHIPLEDGER_PUBLIC_URL", "ledger.example"),
        ("SHIPLEDGER_TRUST_PROXY", "caddy"),
        ("SHIPLEDGER_LOG_FORMAT", "xml"),
    ],
)
def test_a_bad_value_is_refused_by_the_name_of_its_variable(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=name):
        Settings.from_environment({name: value})


def test_a_bad_override_is_refused_by_the_name_of_its_option() -> None:
    with pytest.raises(SettingError, match="--port must be a whole number"):
        Settings.from_environment({}, port=70000)


def test_secrets_show_in_no_text_made_of_the_settings() -> None:
    settings = Settings.from_environment(
        {
            "SHIPLEDGER_MASTER_KEY": base64.b64encode(KEY).decode(),
            "SHIPLEDGER_GATEWAY_KEY": "hush-hush",
            "DATABASE_URL": "postgresql://app:hush-hush@db/ledger",
            "SHIPLEDGER_REDIS_URL": "redis://:hush-hush@cache",
        }
    )
    assert "hush" not in f"{settings} {settings!r}"
    assert str(KEY) not in repr(settings)
    assert settings.gateway_key is not None
    assert settings.gateway_key.reveal() == "hush-hush"


@pytest.mark.parametrize("value", ["postgres:hush-hush", "hush-hush"])
def test_a_refusal_does_not_show_a_secret(value: str) -> None:
    for name in ("DATABASE_URL", "SHIPLEDGER_MASTER_KEY", "SHIPLEDGER_REDIS_URL"):
        with pytest.raises(SettingError) as refusal:
            Settings.from_environment({name: value})
        assert "hush" not in str(refusal.value)
