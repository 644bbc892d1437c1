"""A report or a SAML answer in XML brings no document type, no entity, and no file of ours."""

import time
import tracemalloc

import pytest

from cmdb.errors import InvalidValue
from server.foundation.errors import IdentityRefused
from server.items.foreign.xml_reading import read_xml_message
from server.people.saml.documents import read_message, read_metadata

_BODY = "<REQUEST><QUERY>INVENTORY</QUERY><DEVICEID>{}</DEVICEID></REQUEST>"
_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
HOSTILE = {
    "file": '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + _BODY.format("&x;"),
    "network": '<!DOCTYPE r [<!ENTITY x SYSTEM "http://127.0.0.1:1/">]>' + _BODY.format("&x;"),
    "public": '<!DOCTYPE r [<!ENTITY x PUBLIC "a" "file:///etc/passwd">]>' + _BODY.format("&x;"),
    "parameter": '<!DOCTYPE r [<!ENTITY % x SYSTEM "http://127.0.0.1:1/e.dtd"> %x;]>'
    + _BODY.format("a"),
    "outside": '<!DOCTYPE r SYSTEM "http://127.0.0.1:1/e.dtd">' + _BODY.format("a"),
    "laughs": f'<!DOCTYPE r [<!ENTITY l0 "lol">{_LAUGHS}]>' + _BODY.format("&l9;"),
    "quadratic": f'<!DOCTYPE r [<!ENTITY x "{"a" * 50_000}">]>' + _BODY.format("&x;" * 50_000),
    "empty type": "<!DOCTYPE r>" + _BODY.format("a"),
    "internal": '<!DOCTYPE r [<!ENTITY x "a">]>' + _BODY.format("&x;"),
    "notation": '<!DOCTYPE r [<!NOTATION n SYSTEM "id">]>' + _BODY.format("a"),
    "attributes": '<!DOCTYPE r [<!ATTLIST REQUEST a CDATA "x">]>' + _BODY.format("a"),
    "unknown entity": _BODY.format("&unknown;"),
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_it_is_refused_at_once_and_in_little_memory(name: str, encoding: str) -> None:
    body = f'<?xml version="1.0" encoding="{encoding}"?>{HOSTILE[name]}'.encode(encoding)
    tracemalloc.start()
    began = time.process_time()
    try:
        with pytest.raises(InvalidValue):
            read_xml_message(body)
        assert time.process_time() - began < 2
        assert tracemalloc.get_traced_memory()[1] < 64 * 1024 * 1024
    finally:
        tracemalloc.stop()


_ANSWER = '<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol">{}</p:Response>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_saml_answer_and_metadata_are_refused_in_the_same_way(name: str, encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>{HOSTILE[name]}'
    tracemalloc.start()
    began = time.process_time()
    try:
        with pytest.raises(IdentityRefused):
            read_message(text.encode(encoding))
        with pytest.raises(ValueError, match=r"document type|is not valid XML"):
            read_metadata(text)
        assert time.process_time() - began < 2
        assert tracemalloc.get_traced_memory()[1] < 64 * 1024 * 1024
    finally:
        tracemalloc.stop()


def test_an_inclusion_in_a_saml_answer_brings_no_file() -> None:
    include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd"/>'
    root = read_message(_ANSWER.format(include).encode())
    assert "root:" not in "".join(root.itertext())


def test_an_inclusion_is_an_element_without_meaning() -> None:
    include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd"/>'
    told = read_xml_message(_BODY.replace("</REQUEST>", f"{include}</REQUEST>").encode())
    assert "root:" not in str(told)
