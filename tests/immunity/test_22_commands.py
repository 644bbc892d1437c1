"""Ranges and addresses are read by their type; nothing of ours ever starts a shell."""

import ast

import pytest

from discovery.targets.ranges import BadRange, parse_range
from tests.immunity.conftest import Target, corpus
from tests.immunity.tree import sources

_NEVER = {"eval", "exec", "system", "popen", "spawnl", "getoutput", "getstatusoutput"}
#: What starts programs; "shell" is also the word for what an account begins with.
_STARTERS = {"run", "Popen", "call", "check_call", "check_output"}
_NO_MODULES = {"pickle", "shelve", "yaml", "telnetlib", "commands"}
#: The agent writes down what it has compiled of its own; nothing of ours ever reads such bytes.
_WRITES_ONLY = {"marshal": {"dumps"}}


@pytest.mark.parametrize("words", corpus("ranges"))
def test_what_is_no_range_is_refused(words: str) -> None:
    with pytest.raises(BadRange):
        parse_range(words)


def test_a_device_to_visit_is_an_address_and_no_command(target: Target) -> None:
    program = target.api(target.world.admin)
    for words in corpus("ranges")[:20]:
        body = {"organisation_id": target.world.root.id, "address": words, "credential_id": 1}
        assert program.post("/discovery/probes", body).status_code in {404, 422}


def test_no_shell_no_evaluation_and_no_pickle_in_the_tree() -> None:
    found = [
        f"{path}:{getattr(node, 'lineno', 0)}"
        for path, tree in sources()
        for node in ast.walk(tree)
        if _forbidden(node)
    ]
    assert found == []


def _forbidden(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
            name = node.func.attr if node.func.value.id in {"os", "subprocess", "builtins"} else ""
        starts = getattr(node.func, "attr", getattr(node.func, "id", "")) in _STARTERS
        shell = any(word.arg in {"shell", None} for word in node.keywords)
        return name in _NEVER or (starts and shell)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return node.attr not in _WRITES_ONLY.get(node.value.id, {node.attr})
    if isinstance(node, ast.Import):
        return any(
            alias.name.split(".")[0] in _NO_MODULES or (alias.asname and alias.name in _WRITES_ONLY)
            for alias in node.names
        )
    never = _NO_MODULES | _WRITES_ONLY.keys()
    return isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in never


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("import marshal; marshal.dumps(code)", False),
        ("import marshal; marshal.loads(data)", True),
        ("import marshal as other", True),
        ("from marshal import loads", True),
        ("import pickle", True),
    ],
)
def test_what_reads_foreign_objects_is_found(line: str, wrong: bool) -> None:
    assert any(map(_forbidden, ast.walk(ast.parse(line)))) is wrong
