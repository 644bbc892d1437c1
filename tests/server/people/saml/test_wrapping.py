"""Answers that were signed and then rebuilt: what is read is what the signature covers."""

import copy

import pytest
from lxml import etree

from tests.server.people.saml.conftest import Refused
from tests.support.saml_provider import NAMES, Asked, Bend, Element, SamlForger, found, packed

_A = f"{{{NAMES['a']}}}"
_P = f"{{{NAMES['p']}}}"
_DS = f"{{{NAMES['ds']}}}"


def _evil(signed: Element) -> Element:
    """Return a copy of the assertion that names somebody else, without its signature."""
    evil = copy.deepcopy(found(signed, "a:Assertion"))
    evil.remove(found(evil, "ds:Signature"))
    evil.set("ID", "_evil")
    found(evil, ".//a:NameID").text = "subject-of-the-admin"
    return evil


def _wrapped_1(r: Element) -> None:
    """XSW 1: a new Response around, the signed one inside its signature."""
    inner = copy.deepcopy(r)
    signature = found(r, "ds:Signature")
    inner.remove(found(inner, "ds:Signature"))
    signature.append(inner)
    r.set("ID", "_evil")
    found(r, ".//a:NameID").text = "subject-of-the-admin"


def _wrapped_2(r: Element) -> None:
    """XSW 2: the signed Response stands before its detached signature."""
    inner = copy.deepcopy(r)
    inner.remove(found(inner, "ds:Signature"))
    found(r, "ds:Signature").addprevious(inner)
    r.set("ID", "_evil")
    found(r, ".//a:NameID").text = "subject-of-the-admin"


def _wrapped_3(r: Element) -> None:
    """XSW 3: the evil assertion before the signed one."""
    found(r, "a:Assertion").addprevious(_evil(r))


def _wrapped_4(r: Element) -> None:
    """XSW 4: the signed assertion inside the evil one."""
    good, evil = found(r, "a:Assertion"), _evil(r)
    r.replace(good, evil)
    evil.append(good)


def _wrapped_5(r: Element) -> None:
    """XSW 5: the signature in the evil assertion, the signed one behind it."""
    good, evil = found(r, "a:Assertion"), _evil(r)
    signature = found(good, "ds:Signature")
    good.remove(signature)
    evil.insert(1, signature)
    r.replace(good, evil)
    r.append(good)


def _wrapped_6(r: Element) -> None:
    """XSW 6: the same, with the signed one inside the signature."""
    good, evil = found(r, "a:Assertion"), _evil(r)
    signature = found(good, "ds:Signature")
    good.remove(signature)
    evil.insert(1, signature)
    r.replace(good, evil)
    signature.append(good)


def _wrapped_7(r: Element) -> None:
    """XSW 7: the evil assertion in an Extensions element before the signed one."""
    extensions = etree.Element(f"{_P}Extensions")
    extensions.append(_evil(r))
    found(r, "a:Assertion").addprevious(extensions)


def _wrapped_8(r: Element) -> None:
    """XSW 8: the signed assertion in an Object of the signature in the evil one."""
    good, evil = found(r, "a:Assertion"), _evil(r)
    signature = found(good, "ds:Signature")
    good.remove(signature)
    evil.insert(1, signature)
    holder = etree.SubElement(signature, f"{_DS}Object")
    r.replace(good, evil)
    holder.append(good)


_WRAPPED = [
    _wrapped_1, _wrapped_2, _wrapped_3, _wrapped_4, _wrapped_5, _wrapped_6, _wrapped_7, _wrapped_8,
]  # fmt: skip


@pytest.mark.parametrize("wrap", _WRAPPED)
@pytest.mark.parametrize(
    ("both", "same_id"), [(a, b) for a in (True, False) for b in (True, False)]
)
def test_a_signature_covers_what_is_read_and_nothing_is_wrapped_around_it(
    forger: SamlForger,
    asked: Asked,
    wrap: Bend,
    both: bool,
    same_id: bool,
    refused: Refused,
) -> None:
    """The eight of "On Breaking SAML"; a careless reader must see somebody else in each."""
    whole = both or wrap in {_wrapped_1, _wrapped_2}
    response = forger.signed(forger.response(asked), assertion=both or not whole, whole=whole)
    ids = {one.get("ID") for one in response.iter() if one.get("ID")}
    wrap(response)
    assert any(one.text == "subject-of-the-admin" for one in response.iter(f"{_A}NameID"))
    if same_id:
        for one in response.iter():
            if one.get("ID") == "_evil":
                one.set("ID", next(iter(ids)))
    refused(packed(response))


def _changed(response: Element) -> None:
    found(response, ".//a:NameID").text = "subject-of-the-admin"


def _commented(response: Element) -> None:
    name = found(response, ".//a:NameID")
    name.text = "subject"
    name.append(etree.Comment("x"))
    name[0].tail = "-1"


def _instructed(response: Element) -> None:
    found(response, ".//a:NameID").append(etree.ProcessingInstruction("x"))


def _unsigned_twin(response: Element) -> None:
    found(response, "a:Assertion").addnext(_evil(response))


def _other_reference(response: Element) -> None:
    found(response, ".//ds:Reference").set("URI", "")


def _borrowed(response: Element) -> None:
    """Sign another element and let its signature stand in the assertion."""
    signature = found(response, ".//ds:Signature")
    found(response, "a:Assertion").set("ID", "_evil")
    found(signature, ".//ds:Reference").set("URI", "#_evil")


def _second_reference(response: Element) -> None:
    reference = found(response, ".//ds:Reference")
    reference.addnext(copy.deepcopy(reference))


def _no_signature_value(response: Element) -> None:
    found(response, ".//ds:SignatureValue").text = None


def _by_xpath(response: Element) -> None:
    transform = found(response, ".//ds:Transform")
    transform.set("Algorithm", "http://www.w3.org/TR/1999/REC-xpath-19991116")


_AFTER: dict[str, Bend] = {
    "changed": _changed,
    "a comment in the name": _commented,
    "an instruction in the name": _instructed,
    "a twin without signature": _unsigned_twin,
    "a reference to all": _other_reference,
    "a borrowed signature": _borrowed,
    "two references": _second_reference,
    "an empty signature": _no_signature_value,
    "a transform that chooses": _by_xpath,
    "an id twice": lambda r: found(r, ".//a:AuthnStatement").set("ID", r.get("ID")),
    "an id twice, in other letters": lambda r: found(r, ".//a:Subject").set(
        "Id", found(r, "a:Assertion").get("ID")
    ),
    "the destination": lambda r: r.set("Destination", "https://cadastre.test/elsewhere"),
    "the status": lambda r: found(r, ".//p:StatusCode").set("Value", "urn:x"),
    "the request": lambda r: r.set("InResponseTo", "_another"),
}


@pytest.mark.parametrize("after", _AFTER.values(), ids=_AFTER.keys())
def test_what_was_changed_after_signing_proves_nothing(
    forger: SamlForger, asked: Asked, after: Bend, refused: Refused
) -> None:
    refused(forger.answer(asked, after=after))


def test_a_name_that_was_signed_with_a_comment_is_refused_and_not_cut(
    forger: SamlForger, asked: Asked, refused: Refused
) -> None:
    """As in CVE-2017-11427 and others: ``admin<!-- -->.evil`` must not become ``admin``."""
    refused(forger.answer(asked, _commented), "comments")
    refused(forger.answer(asked, _instructed), "comments")
