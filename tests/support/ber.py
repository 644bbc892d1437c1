"""The part of BER (X.690) that SNMP needs, for the responder: written apart from what it tests."""

from collections.abc import Iterable, Sequence

Oid = tuple[int, ...]

INTEGER, OCTETS, NULL, OBJECT_ID, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
IP_ADDRESS, COUNTER, GAUGE, TICKS, OPAQUE, COUNTER64 = 0x40, 0x41, 0x42, 0x43, 0x44, 0x46
NO_SUCH_OBJECT, NO_SUCH_INSTANCE, END_OF_MIB = 0x80, 0x81, 0x82


def tlv(tag: int, content: bytes) -> bytes:
    """Return tag, length and content."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(octets))) + octets + content


def integer(value: int, tag: int = INTEGER) -> bytes:
    """Return an integer of any kind in two's complement."""
    return tlv(tag, value.to_bytes(value.bit_length() // 8 + 1, signed=True))


def object_id(oid: Oid) -> bytes:
    """Return an OBJECT IDENTIFIER."""
    content = bytearray()
    for number in (oid[0] * 40 + oid[1], *oid[2:]):
        groups = [number & 0x7F]
        while number := number >> 7:
            groups.append(0x80 | number & 0x7F)
        content += bytes(reversed(groups))
    return tlv(OBJECT_ID, bytes(content))


def varbind(oid: Oid, value: bytes) -> bytes:
    """Return a name with its encoded value."""
    return tlv(SEQUENCE, object_id(oid) + value)


def exception(oid: Oid, tag: int) -> bytes:
    """Return a name with noSuchObject, noSuchInstance or endOfMibView in the place of a value."""
    return varbind(oid, bytes((tag, 0)))


def message(version: int, community: bytes, pdu: bytes) -> bytes:
    """Return an SNMPv1 or SNMPv2c message."""
    return tlv(SEQUENCE, integer(version) + tlv(OCTETS, community) + pdu)


def response(request_id: int, varbinds: Iterable[bytes], error: tuple[int, int] = (0, 0)) -> bytes:
    """Return a response PDU; ``error`` is status and index."""
    head = integer(request_id) + integer(error[0]) + integer(error[1])
    return tlv(0xA2, head + tlv(SEQUENCE, b"".join(varbinds)))


class Reader:
    """Reads one TLV after the other. Raises ValueError for what is no BER."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    def __bool__(self) -> bool:
        return self._place < len(self._data)

    def take(self) -> tuple[int, bytes]:
        """Return the next tag and its content."""
        try:
            tag, size = self._data[self._place], self._data[self._place + 1]
        except IndexError:
            raise ValueError("the data ends within a header") from None
        start = self._place + 2
        if size & 0x80:
            octets = size & 0x7F
            size = int.from_bytes(self._data[start : start + octets])
            start += octets
        if start + size > len(self._data):
            raise ValueError("the data ends within a value")
        self._place = start + size
        return tag, self._data[start : start + size]

    def number(self) -> int:
        """Return the next value as a signed integer."""
        return int.from_bytes(self.take()[1], signed=True)


def read_object_id(content: bytes) -> Oid:
    """Return the numbers of an OBJECT IDENTIFIER's content."""
    numbers: list[int] = []
    number = 0
    for octet in content:
        number = number << 7 | octet & 0x7F
        if not octet & 0x80:
            numbers.append(number)
            number = 0
    first = min(numbers[0] // 40, 2)
    return (first, numbers[0] - 40 * first, *numbers[1:])


def read_names(content: bytes) -> Sequence[Oid]:
    """Return the names of a variable binding list."""
    names = []
    reader = Reader(content)
    while reader:
        names.append(read_object_id(Reader(reader.take()[1]).take()[1]))
    return names
