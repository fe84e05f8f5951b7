"""Every read model there is."""

from projections.accounts.fold import Accounts
from projections.activity.fold import Activity
from projections.board.fold import Board
from projections.kernel.projection import Projection
from projections.projects.fold import Projects

ALL: tuple[Projection, ...] = (Accounts(), Projects(), Board(), Activity())
