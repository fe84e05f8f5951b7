"""Named SQL: each ``.sql`` file holds statements under ``-- name: purpose`` lines, loaded once, by name.

-- ticket_by_id: one ticket with its column and people
select ...;
"""

import re
from importlib import resources

_HEADING = re.compile(r"^-- (?P<name>[a-z_]+): (?P<purpose>.+)$", re.MULTILINE)


class Statements:
    """The statements of one file. An unknown name is an AttributeError at first use, so bind them at import."""

    def __init__(self, package: str, file: str = "queries.sql") -> None:
        text = resources.files(package).joinpath(file).read_text()
        headings = list(_HEADING.finditer(text))
        ends = [heading.start() for heading in headings[1:]] + [len(text)]
        self._texts = {
            heading["name"]: text[heading.end() : end].strip().rstrip(";")
            for heading, end in zip(headings, ends, strict=True)
        }
        self._origin = f"{package}/{file}"

    def __getattr__(self, name: str) -> str:
        try:
            return self._texts[name]
        except KeyError:
            raise AttributeError(f"no statement named {name} in {self._origin}") from None
