"""From what was seen to what depends on what: rules are data, decisions are pure.

A *sighting* says that two items were seen together (a process here talks to a listener there); a
*rule* says what relation follows between which classes, how sure that is, and which providers
stand in for each other. Reading sightings and writing relations is the server's work.
"""

from cmdb.engine.derivation.deciding import Derived, Sighting, decide
from cmdb.engine.derivation.documents import document_of, read_rule
from cmdb.engine.derivation.rules import EVIDENCE, DerivationRule, InvalidRule, Keep
from cmdb.engine.derivation.shipment import shipped_rules
from cmdb.engine.derivation.texts import read_rules_text, rule_text

__all__ = [
    "EVIDENCE",
    "DerivationRule",
    "Derived",
    "InvalidRule",
    "Keep",
    "Sighting",
    "decide",
    "document_of",
    "read_rule",
    "read_rules_text",
    "rule_text",
    "shipped_rules",
]
