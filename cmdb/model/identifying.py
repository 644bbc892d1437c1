"""What people and the shipped model say identifies items of a class, checked against the model."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from cmdb.model.unknown import InvalidModel
from cmdb.model.values import Attribute, IdentityRule, ItemClass
from cmdb.vocabulary import EVIDENCE, KEY


def check_identity(
    rules: Sequence[IdentityRule],
    classes: Sequence[ItemClass],
    attributes: Sequence[Attribute],
) -> None:
    """Raise ``InvalidModel`` naming each rule that does not fit."""
    by_code: dict[str, ItemClass] = {one.code: one for one in classes}
    owned: dict[str, set[str]] = {}
    for attribute in attributes:
        owned.setdefault(attribute.class_code, set()).add(attribute.code)
    problems: dict[str, str] = {}
    for rule in rules:
        name = f"identity.{rule.class_code}.{rule.evidence}"
        if rule.class_code not in by_code:
            problems[name] = f"there is no class {rule.class_code!r}"
        elif rule.evidence not in EVIDENCE:
            problems[name] = f"there is no evidence {rule.evidence!r}; known: {', '.join(EVIDENCE)}"
        else:
            problems |= dict(_key_problems(rule, name, by_code, owned))
    if problems:
        raise InvalidModel(problems)


def _key_problems(
    rule: IdentityRule,
    name: str,
    classes: Mapping[str, ItemClass],
    owned: Mapping[str, set[str]],
) -> Iterator[tuple[str, str]]:
    if rule.keys is None:
        return
    if rule.evidence != KEY:
        yield f"{name}.keys", "only the evidence key is made of attributes"
        return
    known: set[str] = set()
    for code in line_of(rule.class_code, classes):
        known |= owned.get(code, set())
    for code in (code for key in rule.keys for code in key):
        if code not in known:
            yield f"{name}.keys", f"the class {rule.class_code} has no attribute {code!r}"


def line_of(class_code: str, classes: Mapping[str, ItemClass]) -> Iterable[str]:
    """Return the class and those above it, the nearest first."""
    step = classes.get(class_code)
    while step is not None:
        yield step.code
        step = classes.get(step.parent or "")
