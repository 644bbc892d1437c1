"""The interface of a neighbour row: name evidence, then ifIndex, then bridge port."""

import pytest

from discovery.findings import InterfaceFinding, NeighbourFinding
from discovery.topology.local_ports import with_local_ports

_INTERFACES = (
    InterfaceFinding(1, name="Gi0/1", description="GigabitEthernet0/1", alias="uplink"),
    InterfaceFinding(2, name="Gi0/2", description="GigabitEthernet0/2", alias="spare"),
    InterfaceFinding(3, name="Gi0/3", description="GigabitEthernet0/3", alias="spare"),
    InterfaceFinding(7, name="Po1", mac="00:16:46:00:00:07"),
    InterfaceFinding(8, name="Gi0/8", mac="00:16:46:00:00:07"),
    InterfaceFinding(9, name="Gi0/9", mac="00:16:46:00:00:09"),
)


@pytest.mark.parametrize(
    ("row", "index", "rule"),
    [
        # what the protocol says of the port                          ifIndex  rule
        (NeighbourFinding("lldp", 3, local_port_id="Gi0/1"), 1, "name"),
        (NeighbourFinding("lldp", 3, local_port_id="gigabitethernet0/2"), 2, "name"),
        (NeighbourFinding("lldp", 3, local_port_description="GigabitEthernet0/1"), 1, "name"),
        (NeighbourFinding("lldp", 3, local_port_id="uplink"), 1, "name"),
        # an alias that two ports carry names neither of them
        (NeighbourFinding("lldp", 3, local_port_id="spare"), 3, "ifIndex"),
        # a MAC that one port has, and one that two have
        (NeighbourFinding("lldp", 3, "00:16:46:00:00:09", "mac"), 9, "name"),
        (NeighbourFinding("lldp", 3, "00:16:46:00:00:07", "mac"), 3, "ifIndex"),
        # nothing is said: the number is an ifIndex, though a bridge port of that number exists
        (NeighbourFinding("lldp", 2, base_port_index=9), 2, "ifIndex"),
        (NeighbourFinding("lldp", 40, base_port_index=9), 9, "basePort"),
        (NeighbourFinding("lldp", 40, base_port_index=41), None, ""),
        (NeighbourFinding("lldp", 0), None, ""),
    ],
)
def test_the_rule_that_decides_is_recorded(
    row: NeighbourFinding, index: int | None, rule: str
) -> None:
    (found,) = with_local_ports([row], _INTERFACES)
    assert (found.local_index, found.local_rule) == (index, rule)


def test_a_row_that_fits_no_interface_is_kept() -> None:
    row = NeighbourFinding("lldp", 40, name="somebody")
    assert with_local_ports([row], ()) == (row,)
