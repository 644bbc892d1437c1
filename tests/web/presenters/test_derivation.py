"""Derivation in the reader's words."""

import pytest

from cmdb.engine.derivation import InvalidRule, read_rules_text
from cmdb.model import shipped_model
from tests.web.presenters.readers import reader
from web.presenters.derivation import seen_text
from web.presenters.rule_faults import rule_fault_text


@pytest.mark.parametrize(
    ("evidence", "seen", "text"),
    [
        (
            "connections",
            {"client": "app", "port": 5432, "server": "postgres"},
            "app → port 5432 (postgres)",
        ),
        ("connections", {"client": "", "port": 53, "server": ""}, "a process → port 53"),
        (
            "neighbours",
            {"protocol": "lldp", "local_port": "te1", "remote_port": "ge0"},
            "LLDP: te1 → ge0",
        ),
        (
            "neighbours",
            {"protocol": "lldp", "local_port": "te2", "remote_port": "", "through": 2},
            "LLDP: te2 → ? (a detour by 2 other devices)",
        ),
        (
            "gateways",
            {"address": "10.0.1.2", "interface": "vlan10", "proof": "vrrp", "shared": "10.0.1.254"},
            "vlan10: 10.0.1.2 (VRRP 10.0.1.254)",
        ),
        ("gateways", {"address": "10.0.1.2"}, "?: 10.0.1.2"),
        ("addresses", {"address": "10.0.1.20"}, "10.0.1.20"),
        ("guest_interfaces", {"card": "eth0", "interface": "vnet0"}, "eth0 → vnet0"),
        ("guest_lists", {"name": "shop-1", "kind": "hyper-v"}, "shop-1, hyper-v"),
        ("relations", {"source": "person"}, "told by: by hand"),
        ("same_place", {"place": "rack-7"}, "rack-7"),
        ("same_boot", {}, ""),
    ],
)
def test_a_sighting_is_told_in_one_line(evidence: str, seen: dict[str, str], text: str) -> None:
    assert seen_text(evidence, seen, reader()) == text


@pytest.mark.parametrize(
    "line",
    [
        'evidence = "dreams"',
        'type = "loves"',
        "weight = 7",
        "fades_after_days = 0.5",
        'enabled = "yes"',
        'starts = ["unicorn"]',
        "starts = 7.5",
        'starts = [""]',
        "notes = 7",
        'colour = "red"',
        "label = {}",
        "options = { port = 80 }",
        "options = 7",
        "group = {}",
        "only_groups = true",
    ],
)
def test_every_fault_of_a_rule_has_words_and_keeps_its_line(line: str) -> None:
    usual = {
        "label": 'label = "x"',
        "evidence": 'evidence = "connections"',
        "type": 'type = "calls"',
    }
    name = line.partition(" ")[0]
    text = "[ab]\n" + "\n".join({**usual, name: line}.values())
    with pytest.raises(InvalidRule) as refused:
        read_rules_text(text, shipped_model())
    for fault in refused.value.fields.values():
        told = rule_fault_text(fault, reader())
        assert told.startswith("line ")
        assert told != fault or fault.partition(": ")[2].startswith("there is no")
