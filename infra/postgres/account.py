"""The operating-system account a database runs as: our own, or an unprivileged one if we are root."""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# Nothing of our environment reaches PostgreSQL: PGOPTIONS, PGPORT and the like would change what it does.
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
UNPRIVILEGED = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """A user and group; `borrowed` is set if they are not those of this process."""

    uid: int
    gid: int
    borrowed: bool

    @classmethod
    def for_folders(cls, *folders: Path) -> "Account":
        """Choose the account: ourselves, or, since PostgreSQL refuses root, the first folder's owner who is not root.

        Folders that don't exist don't count; without such an owner it is `postgres` or `nobody`.
        """
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid(), borrowed=False)
        entries = {entry.pw_uid: entry for entry in pwd.getpwall()}
        for folder in folders:
            if folder.exists() and (owner := folder.stat().st_uid) != 0 and owner in entries:
                return cls(owner, entries[owner].pw_gid, borrowed=True)
        by_name = {entry.pw_name: entry for entry in entries.values()}
        entry = next(by_name[name] for name in UNPRIVILEGED if name in by_name)
        return cls(entry.pw_uid, entry.pw_gid, borrowed=True)

    def run(
        self, command: Sequence[str | Path], *, folder: Path = Path("/"), text: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run `command` in `folder` as this account, in a session of its own, which Ctrl-C does not reach."""
        return subprocess.run(  # noqa: S603
            command,
            cwd=folder,
            env=ENVIRONMENT,
            input=text,
            capture_output=True,
            text=True,
            check=False,
            start_new_session=True,
            user=self.uid if self.borrowed else None,
            group=self.gid if self.borrowed else None,
            extra_groups=[] if self.borrowed else None,
        )

    def may_enter(self, path: Path) -> bool:
        """Can this account pass into the folder, or run the program, `path`?"""
        return not self.borrowed or self.run(["test", "-x", path]).returncode == 0

    def own(self, path: Path) -> None:
        """Give `path` to this account."""
        if self.borrowed:
            os.chown(path, self.uid, self.gid)
