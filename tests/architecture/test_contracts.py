"""Every import contract bites: a violation planted in a copy of the tree turns that one red."""

from pathlib import Path

import pytest

from tests.architecture.planting import (
    CONTRACTS,
    LAYERED,
    Contract,
    PlantedTree,
    container_of,
    steps_up,
)
from tests.architecture.tree import PACKAGES

# What layers do not say: one forbidden import per way in which a contract can be broken.
_FORBIDDEN = [
    ("agent-imports-nobody", "agent.report", "cmdb.vocabulary"),
    ("agent-imports-nobody", "agent.report", "server.foundation.clock"),
    ("nobody-imports-agent", "server.items.api", "agent.report"),
    ("nobody-imports-agent", "discovery.findings", "agent.report"),
    ("discovery-speaks-observations", "discovery.assembly", "cmdb.inventory"),
    ("discovery-speaks-observations", "discovery.assembly", "cmdb.model"),
    ("discovery-is-headless", "discovery.cli", "flask"),
    ("discovery-is-headless", "discovery.collector", "sqlalchemy.orm"),
    ("cmdb-libraries", "cmdb.inventory", "flask"),
    ("cmdb-libraries", "cmdb.query", "marshmallow"),
    ("engine-is-pure", "cmdb.engine.planted", "sqlalchemy"),
    ("engine-is-pure", "cmdb.model.planted", "sqlalchemy"),
    ("engine-is-pure", "cmdb.observation", "sqlalchemy"),
    ("engine-is-pure", "cmdb.vocabulary", "sqlalchemy"),
    ("agent-libraries", "agent.collectors.planted", "requests"),
    ("foundation-is-headless", "server.foundation.audit", "flask"),
    ("foundation-is-headless", "server.foundation.database", "werkzeug.exceptions"),
    ("rules-are-pure", "server.desk.tickets.rules", "sqlalchemy"),
    ("rules-are-pure", "server.people.rules", "flask"),
    ("rules-are-pure", "web.presenters.planted", "marshmallow"),
    *(
        ("rooms-without-request", f"server.desk.tickets.{room}", "flask")
        for room in ("actions", "events", "jobs", "models", "queries", "reactions", "rules")
    ),
    ("rooms-without-request", "server.people.actions", "server.foundation.edge.requests"),
    ("rooms-without-request", "server.people.queries", "server.items.api"),
    ("ldap3-has-one-user", "server.people.sync", "ldap3"),
    ("ldap3-has-one-user", "web.pages.people", "ldap3.core.exceptions"),
    ("pysnmp-has-one-user", "discovery.probes.system", "pysnmp.hlapi.v3arch.asyncio"),
    ("flask-babel-has-one-user", "web.presenters.times", "flask_babel"),
    ("probes-apart", "discovery.probes.one", "discovery.probes.two"),
    ("collectors-apart", "agent.collectors.one", "agent.collectors.two"),
]


@pytest.fixture
def tree(tmp_path: Path) -> PlantedTree:
    return PlantedTree(tmp_path)


def test_the_tree_as_it_stands_keeps_every_contract(tree: PlantedTree) -> None:
    printed = tree.lint()
    assert f"Contracts: {len(CONTRACTS)} kept, 0 broken." in printed, printed


@pytest.mark.parametrize(("contract", "importer", "imported"), _FORBIDDEN)
def test_a_forbidden_import_breaks_its_contract(
    tree: PlantedTree, contract: str, importer: str, imported: str
) -> None:
    tree.plant(importer, imported)
    root = imported.partition(".")[0]
    _expect_broken(tree.lint(contract), importer, imported if root in PACKAGES else root)


@pytest.mark.parametrize("package", PACKAGES)
def test_a_circle_between_siblings_is_found(tree: PlantedTree, package: str) -> None:
    tree.plant(f"{package}.here.planted", f"{package}.there.planted")
    tree.plant(f"{package}.there.planted", f"{package}.here.planted")
    _expect_broken(tree.lint("no-circles"), f"No cycles are allowed in {package}.", ".here")


def test_every_contract_is_planted_against() -> None:
    planted = {contract for contract, _, _ in _FORBIDDEN}
    layered = {contract["id"] for contract in LAYERED}
    assert planted | layered | {"no-circles"} == {contract["id"] for contract in CONTRACTS}


@pytest.mark.parametrize(("contract", "importer", "imported"), list(steps_up()))
def test_a_step_up_or_sideways_breaks_the_layers(
    tree: PlantedTree, contract: str, importer: str, imported: str
) -> None:
    tree.plant(importer, imported)
    _expect_broken(tree.lint(contract), importer, imported)


@pytest.mark.parametrize(
    "contract", [c for c in LAYERED if c.get("exhaustive")], ids=lambda c: str(c["id"])
)
def test_a_word_that_fits_no_layer_breaks_the_contract(
    tree: PlantedTree, contract: Contract
) -> None:
    newcomer = f"{container_of(contract)}.newcomer"
    tree.plant(newcomer)
    _expect_broken(tree.lint(contract["id"]), newcomer)


def test_the_standard_library_and_a_listed_library_are_allowed(tree: PlantedTree) -> None:
    tree.plant("agent.collectors.planted", "psutil")
    tree.plant("agent.collectors.planted", "json")
    assert "1 kept, 0 broken" in tree.lint("agent-libraries")


def _expect_broken(printed: str, *modules: str) -> None:
    assert "0 kept, 1 broken" in printed, printed
    for module in modules:
        assert module in printed, printed
