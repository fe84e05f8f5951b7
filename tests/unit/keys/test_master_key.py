import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from infra.config import Secret, Settings
from infra.keys.errors import MasterKeyUnusable
from infra.keys.master import master_key, master_key_file


def test_the_first_start_makes_a_key_that_only_we_may_read(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    key = master_key(settings)
    assert len(key) == 32
    assert stat.S_IMODE(master_key_file(tmp_path).stat().st_mode) == 0o600
    assert list(master_key_file(tmp_path).parent.iterdir()) == [master_key_file(tmp_path)]


def test_later_starts_use_the_same_key(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    assert master_key(settings) == master_key(settings)


def test_processes_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(lambda _: master_key(settings), range(32)))) == 1


def test_a_configured_key_needs_no_file(tmp_path: Path) -> None:
    assert master_key(Settings(data_dir=tmp_path, master_key=Secret(bytes(32)))) == bytes(32)
    assert not master_key_file(tmp_path).exists()


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    master_key(settings)
    master_key_file(tmp_path).chmod(0o640)
    with pytest.raises(MasterKeyUnusable, match="can be read by others"):
        master_key(settings)


@pytest.mark.parametrize("text", ["", "c2hvcnQ=", "no base64 at all!", "é"])
def test_a_damaged_key_is_refused(tmp_path: Path, text: str) -> None:
    settings = Settings(data_dir=tmp_path)
    master_key(settings)
    master_key_file(tmp_path).write_text(text)
    with pytest.raises(MasterKeyUnusable, match="restore it"):
        master_key(settings)
