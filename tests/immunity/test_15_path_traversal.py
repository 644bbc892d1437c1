"""No name that somebody sends is ever a path of ours."""

from pathlib import Path

import pytest

from cmdb.errors import NotFound
from server.foundation.storage import Storage
from tests.immunity.conftest import Target, corpus


@pytest.mark.parametrize("name", corpus("paths"))
def test_a_name_that_is_not_ours_is_not_found(tmp_path: Path, name: str) -> None:
    storage = Storage(tmp_path / "home" / "attachments")
    storage.folder.mkdir(parents=True)
    for place in (tmp_path, tmp_path / "home", storage.folder):
        (place / "outside").write_text("secret")
    with pytest.raises(NotFound):
        storage.open(name)
    with pytest.raises(NotFound):
        storage.remove(name)
    assert (tmp_path / "outside").exists()


#: A request line ends where a line ends: no client can send the others in a path.
_SENDABLE = [name for name in corpus("paths") if "\0" not in name and "\n" not in name]


@pytest.mark.parametrize("name", _SENDABLE)
def test_static_files_stay_inside_their_folder(target: Target, name: str) -> None:
    answer = target.site.test_client().get("/static/" + name)
    assert answer.status_code in {301, 302, 308, 404, 400}
    assert b"root:" not in answer.data
