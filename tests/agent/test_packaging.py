"""What the agent is made of: the standard library, psutil, and nothing newer than Python 3.9."""

import ast
import json
import plistlib
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from defusedxml import ElementTree

from agent import collectors, disk_rights
from tests.agent.desk import ROOT, faults
from tests.agent.programs import BUILDER, packed, pythons
from tests.support.processes import require_program

SOURCES = sorted((ROOT / "agent").rglob("*.py"))
# Each costs a child of 60 ms about 10 ms more.
DEAR = {"pathlib", "dataclasses", "typing", "logging", "subprocess", "urllib.request"}


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_imports_the_standard_library_and_the_agent_alone(source: Path) -> None:
    tops = {name.partition(".")[0] for name, _ in _imports(ast.parse(source.read_text()))}
    assert tops <= set(sys.stdlib_module_names) | {"agent", "psutil"}


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_is_dear_is_imported_where_it_is_needed(source: Path) -> None:
    at_once = {name for name, lazy in _imports(ast.parse(source.read_text())) if not lazy}
    assert at_once & (DEAR | {"psutil", "sqlite3", "ssl"}) == set()


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_is_python_3_9(source: Path) -> None:
    tree = ast.parse(source.read_text(), feature_version=(3, 9))
    late = {"DTZ", "UTC", "pairwise", "TypeAlias", "ParamSpec", "Self"}
    names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Match)]
    assert names & late == set()


@pytest.mark.parametrize("python", pythons())
def test_every_python_of_this_machine_makes_the_same_kind_of_report(python: str) -> None:
    done = subprocess.run(
        [python, "-I", "-S", "-B", str(ROOT / "agent" / "__main__.py"), "print", "--compact"],
        capture_output=True,
        check=True,
    )
    shown = json.loads(done.stdout)
    assert faults(shown) == []
    # A first report does not wait for the package manager.
    assert set(collectors.SECTIONS) - set(shown["sections"]) <= {"updates"}


def test_a_cycle_of_this_machine_imports_nothing_dear() -> None:
    program = (
        "import sys\n"
        "from agent import cycle, report\n"
        "from agent.machine import Machine\n"
        "report.collect(Machine())\n"
        "print(*sorted(sys.modules))\n"
    )
    done = subprocess.run(
        [
            sys.executable,
            "-I",
            "-S",
            "-c",
            f"import sys; sys.path.append({str(ROOT)!r})\n{program}",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stdout.split())
    assert (
        loaded & {"psutil", "subprocess", "logging", "pathlib", "dataclasses", "argparse"} == set()
    )


def test_the_supervisor_loads_three_modules_and_what_starts_its_children() -> None:
    expected = {
        "supervisor": {"__future__", "agent.precompiled", "os", "sys", "time"},
        "precompiled": {"__future__", "os", "sys"},
    }
    for module, modules in expected.items():
        tree = ast.parse((ROOT / "agent" / f"{module}.py").read_text())
        assert {name for name, lazy in _imports(tree) if not lazy} == modules


def test_the_one_file_program_holds_sources_alone_and_runs(tmp_path: Path) -> None:
    archive = packed(tmp_path)
    with zipfile.ZipFile(archive) as inside:
        names = inside.namelist()
    assert {name.partition("/")[0] for name in names} == {"__main__.py", "agent"}
    assert all(name.endswith(".py") for name in names)
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(archive), "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "cadastre-agent 0.1.0\n"


def test_the_one_file_program_is_the_same_for_the_same_tree(tmp_path: Path) -> None:
    built = []
    for name in ("one.pyz", "other.pyz"):
        subprocess.run([sys.executable, str(BUILDER), str(tmp_path / name)], check=True)
        built.append((tmp_path / name).read_bytes())
    assert built[0] == built[1]


def test_the_debian_package_runs_where_it_is_unpacked_and_is_sandboxed(tmp_path: Path) -> None:
    pack = require_program("dpkg-deb", "dpkg")
    judge = require_program("systemd-analyze", "systemd")
    builder = str(ROOT / "deploy" / "agent" / "build_deb.py")
    for place in ("one", "other"):
        made = [sys.executable, builder, str(tmp_path / place)]
        subprocess.run(made, check=True, capture_output=True)
    package, again = (next((tmp_path / place).glob("*.deb")) for place in ("one", "other"))
    assert package.read_bytes() == again.read_bytes()
    root = tmp_path / "root"
    subprocess.run([pack, "-R", str(package), str(root)], check=True)
    assert "Depends: python3 (>= 3.9)\n" in (root / "DEBIAN/control").read_text()
    # Purged, it leaves no right behind that it was given.
    assert disk_rights.DROP_IN.rpartition("/")[0] in (root / "DEBIAN/postrm").read_text()
    for script in ("postinst", "prerm", "postrm"):
        subprocess.run(["/bin/sh", "-n", str(root / "DEBIAN" / script)], check=True)
    starter = (root / "usr/bin/cadastre-agent").read_text()
    program = re.search(r" (/usr/lib\S+) ", starter)
    assert program is not None
    archive = str(root / program.group(1).lstrip("/"))
    told = subprocess.run(
        [sys.executable, "-I", "-S", archive, "print", "os"], check=True, capture_output=True
    )
    assert set(json.loads(told.stdout)["sections"]) == {"os"}
    unit = str(root / "lib/systemd/system/cadastre-agent.service")
    judged = subprocess.run(
        [judge, "security", "--offline=yes", "--threshold=40", "--no-pager", unit],
        check=False,
        capture_output=True,
        text=True,
    )
    # The exposure from 0 to 100 that systemd reckons; it counts root itself most.
    assert judged.returncode == 0, judged.stdout[-200:]


def test_definitions_for_other_systems_start_the_same_program() -> None:
    daemon = plistlib.loads((ROOT / "deploy/agent/com.cadastre.agent.plist").read_bytes())
    assert daemon["ProgramArguments"][-1] == "run"
    task = ElementTree.parse(ROOT / "deploy/agent/cadastre-agent-task.xml")
    space = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
    (arguments,) = (one.text for one in task.iter(f"{space}Arguments"))
    assert str(arguments).split()[2] == "supervise"
    assert [one.text for one in task.iter(f"{space}UserId")] == ["S-1-5-18"]


def _imports(tree: ast.Module) -> list[tuple[str, bool]]:
    """Return (module, imported only where needed) of every import that really runs."""
    found = []
    for node in _running(tree, lazy=False):
        statement, lazy = node
        if isinstance(statement, ast.Import):
            found += [(name.name, lazy) for name in statement.names]
        elif isinstance(statement, ast.ImportFrom):
            found.append((statement.module or "", lazy))
    return found


def _running(parent: ast.AST, *, lazy: bool) -> list[tuple[ast.AST, bool]]:
    found = []
    for child in ast.iter_child_nodes(parent):
        if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            continue
        inner = lazy or isinstance(child, ast.FunctionDef)
        found.append((child, inner))
        found += _running(child, lazy=inner)
    return found
