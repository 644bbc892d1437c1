import hashlib
import io
from pathlib import Path

import pytest

from cmdb.errors import NotFound
from server.foundation.storage import Storage


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return Storage(tmp_path / "attachments")


def test_what_is_kept_comes_back_byte_for_byte(storage: Storage) -> None:
    content = bytes(range(256)) * 9000
    kept = storage.keep(io.BytesIO(content))
    assert (kept.size, kept.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    with storage.open(kept.name) as stream:
        assert stream.read() == content
    assert list(storage.names()) == [kept.name]


def test_names_are_random_and_say_nothing(storage: Storage) -> None:
    names = {storage.keep(io.BytesIO(b"same")).name for _ in range(20)}
    assert len(names) == 20
    assert all(len(name) == 32 for name in names)


@pytest.mark.parametrize(
    "name",
    ["", "..", "../../etc/passwd", "/etc/passwd", "A" * 32, "a" * 31, "a" * 33, "a" * 31 + "\x00"],
)
def test_nothing_but_a_name_leads_to_a_file(storage: Storage, name: str) -> None:
    with pytest.raises(NotFound):
        storage.open(name)
    with pytest.raises(NotFound):
        storage.remove(name)


def test_a_removed_file_is_gone_and_removing_it_again_is_no_failure(storage: Storage) -> None:
    kept = storage.keep(io.BytesIO(b"x"))
    storage.remove(kept.name)
    storage.remove(kept.name)
    with pytest.raises(NotFound):
        storage.open(kept.name)


class _Breaking(io.BytesIO):
    """A source that fails after its first part."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell():
            raise ConnectionResetError
        return super().read(5)


def test_an_upload_that_breaks_off_leaves_nothing(storage: Storage) -> None:
    with pytest.raises(ConnectionResetError):
        storage.keep(_Breaking(b"half of it"))
    assert list(storage.names()) == []
    assert [path for path in storage.folder.rglob("*") if path.is_file()] == []
