"""The hash to verify a password against: on the ledger, sealed, and in no table."""

from domain.identity.user import User
from domain.kernel.log import EventLog
from domain.kernel.recorded import Decoder


async def password_hash(log: EventLog, decoder: Decoder, ledger_id: str, user_id: str) -> str | None:
    """The user's present hash; None for an unknown or forgotten user. Raises LogUnavailable.

    Reads the user's stream, which is short: hashing takes far longer.
    """
    present = None
    for recorded in await decoder.decode(await log.stream(ledger_id, user_id)):
        match recorded.event:
            case User.Registered(password_hash=sealed) | User.PasswordChanged(password_hash=sealed):
                present = sealed.value
    return present
