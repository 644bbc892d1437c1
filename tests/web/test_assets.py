import re
from pathlib import Path

import pytest

from web.assets import IMMUTABLE_NAME, Assets, FrontEndNotBuilt


def test_a_plain_name_leads_to_the_newest_file(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"site.js": "site-0A1B2C3D.js"}')
    assert Assets(tmp_path, "/static/").url("site.js") == "/static/site-0A1B2C3D.js"


def test_a_name_the_build_does_not_know_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(FrontEndNotBuilt, match=r"no file 'site\.js'.*assets_build"):
        Assets(tmp_path).url("site.js")


@pytest.mark.parametrize("content", [None, "{", ""])
def test_without_a_manifest_one_is_told_to_build(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(FrontEndNotBuilt, match=r"python -m web\.assets_build"):
        Assets(tmp_path)


@pytest.mark.parametrize(
    ("name", "immutable"),
    [
        ("/static/site-XU4FFDWI.js", True),
        ("/static/site-XU4FFDWI.js.br", True),
        ("/static/manifest.json", False),
        ("/static/source.sha256", False),
    ],
)
def test_only_names_with_a_hash_may_be_kept_for_ever(name: str, *, immutable: bool) -> None:
    assert bool(re.match(IMMUTABLE_NAME, name)) is immutable
