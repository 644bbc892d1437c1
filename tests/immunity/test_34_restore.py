"""A restore takes data that this installation sealed, and nothing else."""

import io
import json
import tarfile
from pathlib import Path

import pytest

from server.foundation.backup import archive
from server.foundation.backup.archive import Manifest, UnusableArchive, unpack, writing
from server.foundation.secrets import SecretBox


def _archive(path: Path, box: SecretBox) -> Path:
    source = path.parent / "database.sqlite3"
    source.write_bytes(b"rows")
    manifest = Manifest("2026-01-02T12:00:00Z", "1.0", "0001", "sqlite", {})
    with writing(path) as tar:
        tar.add(archive.DATABASE, source)
        tar.close_with(manifest, box)
    return path


@pytest.fixture
def box(tmp_path: Path) -> SecretBox:
    return SecretBox(tmp_path / "key")


def test_our_own_archive_is_taken(tmp_path: Path, box: SecretBox) -> None:
    target = tmp_path / "out"
    target.mkdir()
    unpack(_archive(tmp_path / "a.tar.gz", box), target, box)


def _rewritten(path: Path, change: dict[str, bytes | None]) -> Path:
    """Return a copy in which members are replaced; None takes one away."""
    other = path.with_name("changed.tar.gz")
    with tarfile.open(path) as old, tarfile.open(other, "w:gz") as new:
        for entry in old:
            stream = old.extractfile(entry)
            assert stream is not None
            content: bytes | None = change.get(entry.name, stream.read())
            if content is not None:
                entry.size = len(content)
                new.addfile(entry, io.BytesIO(content))
        for name in change.keys() - set(old.getnames()):
            content = change[name]
            assert content is not None
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            new.addfile(entry, io.BytesIO(content))
    return other


@pytest.mark.parametrize(
    "name",
    [
        "../outside", "/etc/passwd", "evil.sql", "database.sqlite3.bak", "tables/../../x.ndjson",
        "attachments/../x", "secret.key", "tables/x.sql", "plugins/x.py",
    ],
)  # fmt: skip
def test_a_foreign_member_is_refused(tmp_path: Path, box: SecretBox, name: str) -> None:
    path = _rewritten(_archive(tmp_path / "a.tar.gz", box), {name: b"\\! id\n"})
    target = tmp_path / "out"
    target.mkdir()
    with pytest.raises(UnusableArchive):
        unpack(path, target, box)
    assert not (tmp_path / "outside").exists()


def test_a_changed_manifest_is_refused(tmp_path: Path, box: SecretBox) -> None:
    path = _archive(tmp_path / "a.tar.gz", box)
    with tarfile.open(path) as tar:
        member = next(n for n in tar.getnames() if n.startswith("manifest") and "seal" not in n)
        stream = tar.extractfile(member)
        assert stream is not None
        document = json.loads(stream.read())
    document["revision"] = "9999"
    content = json.dumps(document, indent=1, sort_keys=True).encode()
    target = tmp_path / "out"
    target.mkdir()
    with pytest.raises(UnusableArchive):
        unpack(_rewritten(path, {member: content}), target, box)


def test_an_archive_of_another_key_is_refused(tmp_path: Path, box: SecretBox) -> None:
    path = _archive(tmp_path / "a.tar.gz", box)
    other = SecretBox(tmp_path / "another")
    target = tmp_path / "out"
    target.mkdir()
    with pytest.raises(UnusableArchive):
        unpack(path, target, other)


def test_links_and_devices_are_refused(tmp_path: Path, box: SecretBox) -> None:
    path = tmp_path / "links.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        entry = tarfile.TarInfo(archive.DATABASE)
        entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(entry)
    target = tmp_path / "out"
    target.mkdir()
    with pytest.raises(UnusableArchive):
        unpack(path, target, box)
