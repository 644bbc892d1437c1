"""What ``cadastre doctor`` says of signing in over SAML: the extra, and which certificates end."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.server.command_line import Cadastre
from tests.support.saml_provider import SamlForger

#: Runs a command of ours as if the extra had not been installed: its libraries cannot be imported.
_WITHOUT = """
import sys
sys.modules["lxml"] = sys.modules["signxml"] = None
from server.__main__ import main
sys.exit(main())
"""


@pytest.fixture
def installed(migrated: Cadastre) -> Cadastre:
    migrated.begin()
    return migrated


def _add(installed: Cadastre, tmp_path: Path, code: str, days: int) -> None:
    file = tmp_path / f"{code}.xml"
    file.write_text(SamlForger(days=days).metadata())
    installed.succeed("provider", "add-saml", code, "--name", code, "--metadata-file", str(file))


def _said(installed: Cadastre) -> list[tuple[str, str]]:
    found = json.loads(installed.run("doctor", "--json").out)
    return [(one["level"], one["seen"]) for one in found if one["subject"] == "sign-in"]


def test_it_says_nothing_where_nobody_asked_for_saml(installed: Cadastre) -> None:
    assert _said(installed) == []


def test_it_says_when_certificates_end(installed: Cadastre, tmp_path: Path) -> None:
    for code, days in (("good", 365), ("late", 10), ("over", -1)):
        _add(installed, tmp_path, code, days)
    levels = [level for level, _ in _said(installed)]
    assert sorted(levels) == ["look", "ok", "wrong"]
    assert any(seen.startswith("the certificate of over ended on") for _, seen in _said(installed))


def test_without_the_extra_it_says_what_to_install(installed: Cadastre, tmp_path: Path) -> None:
    _add(installed, tmp_path, "staff", 365)
    file = tmp_path / "staff.xml"
    words = ("provider", "add-saml", "b", "--name", "B", "--metadata-file", str(file))
    refused = _without(installed, *words)
    assert refused.returncode == 1
    assert "SAML needs cadastre[saml]" in refused.stderr
    found = json.loads(_without(installed, "doctor", "--json").stdout)
    (said,) = [one for one in found if one["subject"] == "sign-in"]
    assert said["level"] == "wrong"
    assert "cadastre[saml] is not installed" in said["seen"]


def _without(installed: Cadastre, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", _WITHOUT, *words],
        env=installed.environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
