"""Settings: every value an operator can set, where it comes from, and what is refused."""

import base64
import binascii
import ipaddress
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

import msgspec

T = TypeVar("T", str, bytes)

MASTER_KEY_BYTES = 32
LOG_FORMATS = ("auto", "json", "pretty")


class SettingError(ValueError):
    """A setting has a value that cannot be used; the message names the variable."""


class Secret(Generic[T]):
    """A value that is shown nowhere by accident: its text is `***`, `reveal()` gives it back."""

    __slots__ = ("_value",)

    def __init__(self, value: T) -> None:
        self._value: T = value

    def reveal(self) -> T:
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What the operator chose. The variable of each field stands in `VARIABLES`."""

    host: str = "127.0.0.1"
    port: int = 8000
    data_dir: Path = Path(".data")
    workers: int = 1  # server processes
    database_url: Secret[str] | None = None  # the role the server runs as; None: the embedded database
    database_owner_url: Secret[str] | None = None  # the role that migrates; None: database_url
    master_key: Secret[bytes] | None = None  # 32 bytes; None: a file in data_dir
    gateway_key: Secret[str] | None = None  # None: the gateway is open to this machine
    rate_limits: bool = True
    redis_url: Secret[str] | None = None  # shared rate limits; None: limits in memory
    public_url: str | None = None  # where clients reach us; None: http://host:port
    error_base: str = "https://shipledger.dev"  # base of the problem type URIs
    trusted_proxies: tuple[str, ...] = ()  # addresses and networks whose forwarding headers count; "*" is any
    log_format: str = "auto"  # auto: pretty on a terminal, else json

    @property
    def origin(self) -> str:
        """Where clients reach us, without a slash at the end."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @property
    def public_host(self) -> str:
        """The host of ``origin``: what the names of logs begin with."""
        return urlsplit(self.origin).hostname or self.host

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], **overrides: object) -> "Settings":
        """Read `environment`, where empty means unset; overrides that are not None win, under the same checks.

        Raises SettingError, naming the variable, for a value that cannot be used.
        """
        values: dict[str, Any] = {}
        for field, (parse, *names) in VARIABLES.items():
            override = overrides.pop(field, None)
            if override is not None:
                values[field] = _parsed(f"--{field.replace('_', '-')}", parse, str(override))
                continue
            for name in names:
                if text := environment.get(name, "").strip():
                    values[field] = _parsed(name, parse, text)
                    break
        if overrides:
            raise TypeError(f"no such setting: {', '.join(overrides)}")
        if "database_owner_url" in values and "database_url" not in values:
            raise SettingError("SHIPLEDGER_DATABASE_OWNER_URL is set without DATABASE_URL: set both, or neither.")
        return cls(**values)


def _parsed(name: str, parse: Callable[[str], object], text: str) -> object:
    try:
        return parse(text)
    except ValueError as error:
        raise SettingError(f"{name} {error}.") from None


def _text(text: str) -> str:
    return text


def _secret(text: str) -> Secret[str]:
    return Secret(text)


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
            raise ValueError(f"must be a whole number from {low} to {high}, not {text!r}")
        return int(text)

    return parse


def _switch(text: str) -> bool:
    if text.lower() not in {"on", "off"}:
        raise ValueError(f"must be on or off, not {text!r}")
    return text.lower() == "on"


def _one_of(*choices: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}, not {text!r}")
        return text

    return parse


def _url(*schemes: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if urlsplit(text).scheme not in schemes or "://" not in text:
            raise ValueError(f"must be a URL that begins with {' or '.join(f'{scheme}://' for scheme in schemes)}")
        return text.rstrip("/")

    return parse


def _secret_url(*schemes: str) -> Callable[[str], Secret[str]]:
    parse = _url(*schemes)
    return lambda text: Secret(parse(text))


def _key(text: str) -> Secret[bytes]:
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != MASTER_KEY_BYTES:
        raise ValueError(f"must be {MASTER_KEY_BYTES} bytes in base64 (openssl rand -base64 {MASTER_KEY_BYTES})")
    return Secret(key)


def _proxies(text: str) -> tuple[str, ...]:
    if text.lower() == "off":
        return ()
    if text.lower() == "on":
        return ("*",)
    names = tuple(name.strip() for name in text.split(","))
    try:
        for name in names:
            ipaddress.ip_network(name)
    except ValueError:
        raise ValueError(f"must be on, off, or addresses and networks joined by commas, not {text!r}") from None
    return names


_postgres = _secret_url("postgresql", "postgres")

VARIABLES: dict[str, tuple[Any, ...]] = {
    "host": (_text, "SHIPLEDGER_HOST"),
    "port": (_whole(0, 65535), "SHIPLEDGER_PORT"),
    "data_dir": (Path, "SHIPLEDGER_DATA_DIR"),
    "workers": (_whole(1, 64), "SHIPLEDGER_WORKERS"),
    "database_url": (_postgres, "DATABASE_URL"),
    "database_owner_url": (_postgres, "SHIPLEDGER_DATABASE_OWNER_URL"),
    "master_key": (_key, "SHIPLEDGER_MASTER_KEY"),
    "gateway_key": (_secret, "SHIPLEDGER_GATEWAY_KEY", "PUNK_API_KEY"),
    "rate_limits": (_switch, "SHIPLEDGER_RATE_LIMITS"),
    "redis_url": (_secret_url("redis", "rediss"), "SHIPLEDGER_REDIS_URL"),
    "public_url": (_url("http", "https"), "SHIPLEDGER_PUBLIC_URL"),
    "error_base": (_url("http", "https"), "SHIPLEDGER_ERROR_BASE"),
    "trusted_proxies": (_proxies, "SHIPLEDGER_TRUST_PROXY"),
    "log_format": (_one_of(*LOG_FORMATS), "SHIPLEDGER_LOG_FORMAT"),
}
