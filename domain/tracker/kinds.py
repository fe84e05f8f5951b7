"""What a ticket can be, how urgent, and how it can end."""

from enum import StrEnum


class TicketType(StrEnum):
    EPIC = "epic"
    STORY = "story"
    TASK = "task"
    BUG = "bug"
    SUBTASK = "subtask"


class Priority(StrEnum):
    LOWEST = "lowest"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    HIGHEST = "highest"
    CRITICAL = "critical"


class Resolution(StrEnum):
    DONE = "Done"
    ALREADY_IMPLEMENTED = "Already Implemented"
    CANNOT_REPRODUCE = "Cannot Reproduce"
    DUPLICATE = "Duplicate"
    INCOMPLETE = "Incomplete"
    WONT_DO = "Won't Do"
    WONT_FIX = "Won't Fix"
