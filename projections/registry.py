"""Every read model there is."""

from projections.accounts.fold import Accounts
from projections.kernel.projection import Projection

ALL: tuple[Projection, ...] = (Accounts(),)
