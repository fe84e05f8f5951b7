"""Names of ledgers. A tenant has one ledger today, ``main``; the key leaves room for more."""

DEFAULT_TENANT = "default"
SYSTEM_TENANT = "system"


def main_ledger(tenant_id: str) -> str:
    """``default`` -> ``default/main``."""
    return f"{tenant_id}/main"


def tenant_of(ledger_id: str) -> str:
    """``default/main`` -> ``default``."""
    return ledger_id.partition("/")[0]
