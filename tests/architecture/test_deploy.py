"""What `deploy/` promises agrees with the program it deploys."""

import dataclasses
import re

import pytest

from server.foundation.settings import Settings
from tests.architecture.tree import ROOT

_DEPLOY = ROOT / "deploy"
_KNOWN = {field.name.upper() for field in dataclasses.fields(Settings)} | {"SETTINGS"}


@pytest.mark.parametrize("name", ["cadastre.service", "Containerfile", "compose.yaml", "README.md"])
def test_every_setting_a_deployment_names_exists(name: str) -> None:
    named = set(re.findall(r"CADASTRE_([A-Z_]+[A-Z])", (_DEPLOY / name).read_text()))
    assert {setting.removesuffix("_FILE") for setting in named} <= _KNOWN


def test_the_composition_publishes_on_loopback_alone() -> None:
    published = re.findall(r"ports: (.+)", (_DEPLOY / "compose.yaml").read_text())
    assert published == ['["127.0.0.1:8080:8080"]']


def test_each_listed_debian_package_says_what_it_is_for() -> None:
    lines = (_DEPLOY / "test-packages.txt").read_text().splitlines()
    packages = [line for line in lines if line and not line.startswith("#")]
    assert [line for line in packages if not re.fullmatch(r"[a-z0-9.+-]+ +# \w.+", line)] == []
