"""Whether a tenant has users yet."""

from typing import Self

from eventsourcing.domain import event

from domain.kernel.aggregate import Aggregate, FirstEvent

ACCOUNT_BOOK_ID = "account-book"


class AccountBook(Aggregate):
    """Opened with the first account of a tenant. Whoever registers reads it, so that only one can be the first."""

    class Opened(FirstEvent, frozen=True, kw_only=True):
        first_user_id: str

    @event(Opened)
    def __init__(self, first_user_id: str) -> None:
        self.project_id = None
        self.first_user_id = first_user_id

    @classmethod
    def open(cls, first_user_id: str) -> Self:
        return cls._create(cls.Opened, id=ACCOUNT_BOOK_ID, first_user_id=first_user_id)
