"""The classes of fault: which module shows that we are immune, or which feature we do not have.

A class without a module names what would be its feature: a library that somebody imports, or a
file that appears. ``test_the_table`` fails as soon as that is there and the module is not.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FaultClass:
    """One class. ``missing``: the feature in words; ``imports`` and ``files`` betray it."""

    number: int
    name: str
    missing: str = ""
    imports: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


CLASSES = (
    FaultClass(1, "SQL injection by what agents report"),
    FaultClass(2, "stored XSS by what agents and devices report"),
    FaultClass(3, "inventory from strangers, or in another's name"),
    FaultClass(4, "injection through search, sort and log-in"),
    FaultClass(5, "other people's things by their numbers"),
    FaultClass(6, "rights lost in counts and totals"),
    FaultClass(7, "mass assignment"),
    FaultClass(8, "bulk paths without the same checks"),
    FaultClass(9, "disabled people still in"),
    FaultClass(10, "LDAP injection"),
    FaultClass(11, "LDAP bind with an empty password"),
    FaultClass(12, "trust in single sign-on and its headers"),
    FaultClass(13, "secrets in answers"),
    FaultClass(14, "a kept password sent to another host"),
    FaultClass(15, "path traversal"),
    FaultClass(
        16,
        "renderers that read files",
        missing="documents rendered from HTML or Markdown",
        imports=("weasyprint", "markdown_it", "xhtml2pdf"),
    ),
    FaultClass(17, "requests to where an attacker points"),
    FaultClass(18, "stored XSS by what people write"),
    FaultClass(19, "hijacked mail threads"),
    FaultClass(20, "formulas in exports"),
    FaultClass(
        21,
        "code run by templates",
        missing="templates that people write",
        imports=("chevron", "pystache", "liquid"),
        files=("server/**/placeholders.py", "server/notify/**/templates*.py"),
    ),
    FaultClass(22, "commands injected through discovery"),
    FaultClass(23, "secrets in plain text"),
    FaultClass(24, "an agent that lends out its rights"),
    FaultClass(
        25,
        "a poisoned update",
        missing="agents that update themselves",
        files=("agent/update.py", "agent/updat*r.py", "agent/updating*"),
    ),
    FaultClass(26, "XML entities"),
    FaultClass(27, "decompression bombs"),
    FaultClass(28, "forged requests and framed pages"),
    FaultClass(29, "fixed and surviving sessions"),
    FaultClass(30, "log-ins that can be guessed at"),
    FaultClass(31, "open redirects"),
    FaultClass(32, "spoofed proxy headers"),
    FaultClass(33, "a forged audit"),
    FaultClass(34, "restore as a way in"),
    FaultClass(35, "expressions that take for ever"),
    FaultClass(36, "doors left open after installation"),
)
