"""The words of the register that code refers to by name.

Codes are plain strings behind a ``NewType``: classes, attributes and relationship types appear at
run time, so no enumeration could hold them all. Only what the code itself must know stands here;
the whole shipped model is data in ``cmdb.model``.
"""

from enum import IntEnum, StrEnum
from typing import NewType

ClassCode = NewType("ClassCode", str)
AttributeCode = NewType("AttributeCode", str)
RelationTypeCode = NewType("RelationTypeCode", str)
SourceCode = NewType("SourceCode", str)
IdentifierKind = NewType("IdentifierKind", str)

# Classes that the intake, discovery and the desk name themselves.
ITEM = ClassCode("item")
COMPUTER = ClassCode("computer")
SERVER = ClassCode("server")
HYPERVISOR = ClassCode("hypervisor")
VIRTUAL_MACHINE = ClassCode("virtual_machine")
CONTAINER = ClassCode("container")
DESKTOP = ClassCode("desktop")
LAPTOP = ClassCode("laptop")
NETWORK_DEVICE = ClassCode("network_device")
ROUTER = ClassCode("router")
SWITCH = ClassCode("switch")
FIREWALL = ClassCode("firewall")
ACCESS_POINT = ClassCode("access_point")
PRINTER = ClassCode("printer")
SOFTWARE_COMPONENT = ClassCode("software_component")
DATABASE_INSTANCE = ClassCode("database_instance")
BUSINESS_SERVICE = ClassCode("business_service")
SERVICE = ClassCode("service")
SITE = ClassCode("site")

# Relationship types that derivation rules and *New service* write.
DEPENDS_ON = RelationTypeCode("depends_on")
RUNS_ON = RelationTypeCode("runs_on")
HOSTED_ON = RelationTypeCode("hosted_on")
LOCATED_IN = RelationTypeCode("located_in")
CONNECTS_TO = RelationTypeCode("connects_to")

# Sources of observations. Importers add their own codes at run time.
AGENT = SourceCode("agent")
#: The word of every agent of another maker.
INVENTORY = SourceCode("inventory")
SNMP = SourceCode("snmp")
PERSON = SourceCode("person")
REST = SourceCode("rest")
DIRECTORY = SourceCode("directory")
DERIVED = SourceCode("derived")
DEMO = SourceCode("demo")

# Kinds of identifying evidence, strongest first.
AGENT_ID = IdentifierKind("agent_id")
#: How an agent of another maker calls itself; other agents read it beside them, on the same disk.
DEVICE_ID = IdentifierKind("device_id")
CLOUD_ID = IdentifierKind("cloud_id")
MACHINE_ID = IdentifierKind("machine_id")
HARDWARE_UUID = IdentifierKind("uuid")
SERIAL = IdentifierKind("serial")
BOARD_SERIAL = IdentifierKind("board_serial")
CHASSIS_ID = IdentifierKind("chassis_id")
ENGINE_ID = IdentifierKind("engine_id")
MAC = IdentifierKind("mac")
#: A MAC address that was made up in software: alike on many machines, and gone with the next start.
LOCAL_MAC = IdentifierKind("local_mac")
CODE = IdentifierKind("code")
#: Attributes that a class's rule says identify its items, together.
KEY = IdentifierKind("key")
FQDN = IdentifierKind("fqdn")
NAME = IdentifierKind("name")
#: All of them.
EVIDENCE = (
    *(AGENT_ID, DEVICE_ID, CLOUD_ID, MACHINE_ID, HARDWARE_UUID, SERIAL, BOARD_SERIAL, CHASSIS_ID),
    *(ENGINE_ID, MAC, LOCAL_MAC, CODE, KEY, FQDN, NAME),
)


class LifeStage(StrEnum):
    """Where an item stands in its life; only items in use carry impact."""

    PLANNED = "planned"
    IN_STOCK = "in_stock"
    IN_USE = "in_use"
    MAINTENANCE = "maintenance"
    RETIRED = "retired"


#: Items in these stages take part in impact; a retired or merely planned one suffers nothing.
IMPACT_STAGES = (LifeStage.IN_USE.value, LifeStage.MAINTENANCE.value)


class Environment(StrEnum):
    """What the item is used for."""

    PRODUCTION = "production"
    STAGING = "staging"
    TEST = "test"
    DEVELOPMENT = "development"


class Criticality(IntEnum):
    """How much the business leans on an item: tier 0 stops the company, tier 4 nobody notices."""

    TIER_0 = 0
    TIER_1 = 1
    TIER_2 = 2
    TIER_3 = 3
    TIER_4 = 4


class PartyRole(StrEnum):
    """What a person or group is to an item."""

    OWNER = "owner"
    SUPPORT = "support"
    USER = "user"
    APPROVER = "approver"
