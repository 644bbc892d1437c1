"""What `deploy/` promises agrees with the program it deploys."""

import dataclasses
import re
import subprocess
from pathlib import Path

import pytest

from server.foundation.settings import Settings
from tests.architecture.tree import ROOT

_DEPLOY = ROOT / "deploy"
_KNOWN = {field.name.upper() for field in dataclasses.fields(Settings)} | {"SETTINGS"}


@pytest.mark.parametrize(
    "name", ["cadastre.service", "cadastre.sh", "Containerfile", "compose.yaml", "README.md"]
)
def test_every_setting_a_deployment_names_exists(name: str) -> None:
    named = set(re.findall(r"CADASTRE_([A-Z_]+[A-Z])", (_DEPLOY / name).read_text()))
    assert {setting.removesuffix("_FILE") for setting in named} <= _KNOWN


def test_a_command_by_hand_finds_what_the_service_finds() -> None:
    unit = (_DEPLOY / "cadastre.service").read_text()
    served = dict(re.findall(r"^Environment=(CADASTRE_\w+)=(\S+)$", unit, re.MULTILINE))
    served.pop("CADASTRE_LOG_FORMAT")  # Only a terminal reads what a command says.
    script = (_DEPLOY / "cadastre.sh").read_text()
    assert dict(re.findall(r"^export (CADASTRE_\w+)=(\S+)$", script, re.MULTILINE)) == served
    for pattern, named in (
        (r"^User=(.+)$", "user"),
        (r"^ExecStart=(\S+)", "program"),
        (r"^EnvironmentFile=-(.+)$", "environment"),
    ):
        found = re.search(pattern, unit, re.MULTILINE)
        assert found is not None
        assert f"\n{named}={found.group(1)}\n" in script


@pytest.mark.parametrize("given", ["", "CADASTRE_LISTEN_PORT=90\nCADASTRE_PUBLIC_URL='a b'"])
def test_a_command_by_hand_takes_what_stands_in_the_environments_file(
    tmp_path: Path, given: str
) -> None:
    (tmp_path / "environment").write_text(
        f"# a comment\nPATH=/nowhere\nCADASTRE_A=$(touch {tmp_path}/run)\n{given}"
    )
    me = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
    script = (_DEPLOY / "cadastre.sh").read_text()
    for name, value in (
        ("user", me),
        ("program", "/usr/bin/env"),
        ("environment", tmp_path / "environment"),
    ):
        script = re.sub(rf"^{name}=.*$", f"{name}={value}", script, flags=re.MULTILINE)
    told = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout
    lines = told.splitlines()
    assert "CADASTRE_HOME=/var/lib/cadastre" in lines
    assert f"CADASTRE_A=$(touch {tmp_path}/run)" in lines
    assert not (tmp_path / "run").exists()
    assert (
        ("CADASTRE_PUBLIC_URL=a b" in lines) == ("CADASTRE_LISTEN_PORT=90" in lines) == bool(given)
    )
    assert "PATH=/nowhere" not in lines


def test_the_composition_publishes_on_loopback_alone() -> None:
    published = re.findall(r"ports: (.+)", (_DEPLOY / "compose.yaml").read_text())
    assert published == ['["127.0.0.1:8080:8080"]']


def test_each_listed_debian_package_says_what_it_is_for() -> None:
    lines = (_DEPLOY / "test-packages.txt").read_text().splitlines()
    packages = [line for line in lines if line and not line.startswith("#")]
    assert [line for line in packages if not re.fullmatch(r"[a-z0-9.+-]+ +# \w.+", line)] == []
