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

_ROOMS_WITHOUT_REQUEST = (
    "actions", "events", "jobs", "models", "queries", "reactions", "rules",
)  # fmt: skip
# What layers do not say: one forbidden import per way in which a contract can be broken.
_FORBIDDEN = {
    "agent-imports-nobody": [
        ("agent.report", "cmdb.vocabulary"),
        ("agent.report", "server.foundation.clock"),
    ],
    "nobody-imports-agent": [
        ("server.items.api", "agent.report"),
        ("discovery.findings", "agent.report"),
    ],
    "discovery-speaks-observations": [
        ("discovery.assembly", "cmdb.inventory"),
        ("discovery.targets", "cmdb.model"),
    ],
    "discovery-is-headless": [
        ("discovery.cli", "flask"),
        ("discovery.collector", "sqlalchemy.orm"),
    ],
    "cmdb-libraries": [("cmdb.inventory", "flask"), ("cmdb.query", "marshmallow")],
    "engine-is-pure": [
        ("cmdb.engine.planted", "sqlalchemy"),
        ("cmdb.model.planted", "sqlalchemy"),
        ("cmdb.observation", "sqlalchemy"),
        ("cmdb.vocabulary", "sqlalchemy"),
    ],
    "agent-libraries": [("agent.collectors.planted", "requests")],
    "foundation-is-headless": [
        ("server.foundation.audit", "flask"),
        ("server.foundation.database", "werkzeug.exceptions"),
    ],
    "rules-are-pure": [
        ("server.desk.tickets.rules", "sqlalchemy"),
        ("server.people.rules", "flask"),
        ("web.presenters.planted", "marshmallow"),
    ],
    "rooms-without-request": [
        *((f"server.desk.tickets.{room}", "flask") for room in _ROOMS_WITHOUT_REQUEST),
        ("server.people.actions", "server.foundation.edge.requests"),
        ("server.people.queries", "server.items.api"),
    ],
    "authlib-has-one-user": [
        ("server.people.actions.providers", "authlib"),
        ("web.pages.account", "joserfc.jwt"),
    ],
    "fido2-has-one-user": [
        ("server.people.actions.passkeys", "fido2.server"),
        ("web.pages.passkeys", "fido2"),
    ],
    "imap-tools-has-one-user": [
        ("server.desk.mail.actions.fetching", "imap_tools"),
        ("server.foundation.mailing", "imap_tools.errors"),
    ],
    "ldap3-has-one-user": [
        ("server.people.sync", "ldap3"),
        ("web.pages.people", "ldap3.core.exceptions"),
    ],
    "lxml-has-one-room": [
        ("server.people.actions.saml_sign_in", "lxml.etree"),
        ("server.people.saml.answers", "signxml"),
    ],
    "pysnmp-has-one-user": [("discovery.probes.system", "pysnmp.hlapi.v3arch.asyncio")],
    "flask-babel-has-one-user": [("web.presenters.times", "flask_babel")],
    "probes-apart": [("discovery.probes.one", "discovery.probes.two")],
    "collectors-apart": [("agent.collectors.one", "agent.collectors.two")],
}


@pytest.fixture
def tree(tmp_path: Path) -> PlantedTree:
    return PlantedTree(tmp_path)


def test_the_tree_as_it_stands_keeps_every_contract(tree: PlantedTree) -> None:
    printed = tree.lint()
    assert f"Contracts: {len(CONTRACTS)} kept, 0 broken." in printed, printed


@pytest.mark.parametrize("contract", _FORBIDDEN)
def test_every_forbidden_import_breaks_its_contract(tree: PlantedTree, contract: str) -> None:
    _expect_each_named(tree, contract, _FORBIDDEN[contract])


@pytest.mark.parametrize("contract", LAYERED, ids=lambda contract: str(contract["id"]))
def test_every_step_up_or_sideways_breaks_the_layers(tree: PlantedTree, contract: Contract) -> None:
    _expect_each_named(tree, contract["id"], steps_up(contract))


@pytest.mark.parametrize("package", PACKAGES)
def test_a_circle_between_siblings_is_found(tree: PlantedTree, package: str) -> None:
    tree.plant(f"{package}.here.planted", f"{package}.there.planted")
    tree.plant(f"{package}.there.planted", f"{package}.here.planted")
    _expect_broken(tree.lint("no-circles"), f"No cycles are allowed in {package}.", ".here")


def test_every_contract_is_planted_against() -> None:
    layered = {contract["id"] for contract in LAYERED}
    assert layered | {*_FORBIDDEN, "no-circles"} == {contract["id"] for contract in CONTRACTS}


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


def _expect_each_named(tree: PlantedTree, contract: str, violations: list[tuple[str, str]]) -> None:
    """Plant all violations of one contract and find each of them in what the linter says."""
    for importer, imported in violations:
        tree.plant(importer, imported)
    roots = {imported: imported.partition(".")[0] for _, imported in violations}
    _expect_broken(
        tree.lint(contract),
        *(
            f"{importer} -> {imported if roots[imported] in PACKAGES else roots[imported]} (l."
            for importer, imported in violations
        ),
    )


def _expect_broken(printed: str, *modules: str) -> None:
    assert "0 kept, 1 broken" in printed, printed
    for module in modules:
        assert module in printed, printed
