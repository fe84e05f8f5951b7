"""What an access token may be allowed to do."""

from collections.abc import Iterable

from domain.kernel.errors import Invalid

AUDIT_EXPORT = "audit:export"
ABILITIES = (
    "projects:read",
    "projects:write",
    "runs:start",
    "runs:control",
    "git:commit",
    "git:push",
    "settings:read",
    "settings:write",
    "events:read",
    AUDIT_EXPORT,
)
MOBILE = ("projects:*", "runs:start", "runs:control", "git:commit", "settings:read", "events:read")
"""What a token gets when nobody said what: no pushing, no changing of settings."""
ADMINISTRATORS_ONLY = frozenset({AUDIT_EXPORT})


def expanded(asked: Iterable[str]) -> tuple[str, ...]:
    """Concrete abilities for exact names, ``*`` and ``<group>:*``, in the order of ``ABILITIES``, each once.

    A wildcard never stands for what only administrators may grant. Raises Invalid for a name that stands for nothing.
    """
    granted: set[str] = set()
    for name in asked:
        matching = _matching(name)
        if not matching:
            raise Invalid(f"Unknown ability: {name}", field="abilities")
        granted |= matching
    return tuple(ability for ability in ABILITIES if ability in granted)


def _matching(name: str) -> set[str]:
    if name in ABILITIES:
        return {name}
    if name != "*" and not name.endswith(":*"):
        return set()
    prefix = name.removesuffix("*")
    return {ability for ability in ABILITIES if ability.startswith(prefix)} - ADMINISTRATORS_ONLY
