"""The time of the unit of work in progress: the only clock that aggregates know."""

from contextvars import ContextVar
from datetime import datetime

unit_time: ContextVar[datetime] = ContextVar("unit_time")
