"""Meters that nobody reads."""


class Silent:
    def appended(self, seconds: float, commands: int) -> None: ...

    def queued(self, depth: int) -> None: ...
