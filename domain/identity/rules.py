"""What names, e-mail addresses and passwords must look like."""

import re
import unicodedata

from domain.kernel.errors import Invalid

USERNAME_LENGTH = range(3, 31)
LONGEST_NAME = 100
LONGEST_EMAIL = 254  # RFC 5321, 4.5.3.1.3
LONGEST_PASSWORD = 1024
TRACKER_PASSWORD_LENGTH = 12
DELIVERY_PASSWORD_LENGTH = 8

_USERNAME = re.compile(r"[A-Za-z0-9_-]+")
_EMAIL = re.compile(r"[^\s@]+@[^\s@.]+(\.[^\s@.]+)+")
_COLOR = re.compile(r"#[0-9A-Fa-f]{6}")
_TENANT = re.compile(r"[a-z][a-z0-9-]{1,39}")


def normalized(text: str) -> str:
    """The form in which user names and e-mail addresses are unique: NFC, without regard to case."""
    return unicodedata.normalize("NFC", text).casefold()


def username(text: str) -> str:
    """The user name in NFC. Raises Invalid."""
    text = unicodedata.normalize("NFC", text)
    if len(text) not in USERNAME_LENGTH:
        raise Invalid("Username must be between 3 and 30 characters", field="username")
    if not _USERNAME.fullmatch(text):
        raise Invalid("Username can only contain letters, numbers, underscores, and hyphens", field="username")
    return text


def name(text: str, *, field: str = "name") -> str:
    """A display name without space around it. Raises Invalid."""
    text = unicodedata.normalize("NFC", text).strip()
    if not text:
        raise Invalid("Name is required", field=field)
    if len(text) > LONGEST_NAME:
        raise Invalid(f"Name must be at most {LONGEST_NAME} characters", field=field)
    if _unprintable(text):
        raise Invalid("Name contains control characters", field=field)
    return text


def email(text: str) -> str:
    """The address without space around it; ``""`` is none. Raises Invalid."""
    text = unicodedata.normalize("NFC", text).strip()
    if text and (len(text) > LONGEST_EMAIL or _unprintable(text) or not _EMAIL.fullmatch(text)):
        raise Invalid("Invalid email address", field="email")
    return text


def color(text: str | None) -> str | None:
    """``#RRGGBB``, or None. Raises Invalid."""
    if text is not None and not _COLOR.fullmatch(text):
        raise Invalid("Color must look like #RRGGBB", field="avatarColor")
    return text


def tenant(text: str) -> str:
    """The name of a tenant: it stands in ledger ids. Raises Invalid."""
    if not _TENANT.fullmatch(text):
        raise Invalid("A tenant is named with 2 to 40 lower-case letters, digits and hyphens", field="tenant")
    return text


def tracker_password_faults(password: str) -> tuple[str, ...]:
    """Every rule of the tracker that a password breaks, as texts; none if it will do."""
    rules = (
        (len(password) >= TRACKER_PASSWORD_LENGTH, "Password must be at least 12 characters"),
        (any(map(str.isupper, password)), "Password must contain at least one uppercase letter"),
        (any(map(str.islower, password)), "Password must contain at least one lowercase letter"),
        (any(map(str.isdecimal, password)), "Password must contain at least one number"),
    )
    return (*(text for kept, text in rules if not kept), *_length_fault(password))


def delivery_password_faults(password: str) -> tuple[str, ...]:
    """Every rule of delivery that a password breaks, as texts; none if it will do."""
    if len(password) < DELIVERY_PASSWORD_LENGTH:
        return ("Password must be at least 8 characters",)
    return _length_fault(password)


def _length_fault(password: str) -> tuple[str, ...]:
    return ("Password must be at most 1024 characters",) if len(password) > LONGEST_PASSWORD else ()


def _unprintable(text: str) -> bool:
    """Control characters and lone surrogates: they are no text, and PostgreSQL refuses some of them."""
    return any(unicodedata.category(character) in {"Cc", "Cs"} for character in text)
