"""The parts of a letter (RFC 2046) as places in its bytes: nothing is copied, nothing recurses."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from server.desk.mail.rules.headers import Header, parameters, read_header

#: Parts within parts; real letters that were forwarded as a whole have four or five.
DEEPEST = 30
MOST_PARTS = 500
#: RFC 2046 allows 70.
_LONGEST_BOUNDARY = 200
#: What may follow a boundary on its line.
_AFTER = rb"(--)?[ \t]{0,100}\r?(?:\n|\Z)"


@dataclass(slots=True)
class Part:
    """One part: its header, where its content lies, and the parts within it."""

    header: Header
    start: int
    end: int
    depth: int
    media_type: str
    parameters: dict[str, str]
    disposition: str
    file_name: str
    #: The type of the part that it lies in; empty for the letter itself.
    within: str
    children: list["Part"] = field(default_factory=list)

    @property
    def content_id(self) -> str:
        """Return by what the text names it; empty without one."""
        return self.header.first("content-id").strip(" <>")[:250]

    def leaves(self) -> Iterator["Part"]:
        """Yield the parts without parts, in their order."""
        waiting = [self]
        while waiting:
            part = waiting.pop()
            if part.children:
                waiting.extend(reversed(part.children))
            else:
                yield part


def read_parts(raw: bytes, faults: set[str]) -> Part:
    """Return the letter as a part; says in ``faults`` what was not looked into."""
    top = _part(raw, 0, len(raw), None)
    if not top.header.whole:
        faults.add("too_many_headers")
    waiting, count = [top], 1
    while waiting:
        part = waiting.pop()
        if not part.media_type.startswith("multipart/"):
            continue
        if part.depth >= DEEPEST:
            faults.add("too_deep")
            continue
        for start, end in _within(raw, part):
            if count >= MOST_PARTS:
                faults.add("too_many_parts")
                break
            part.children.append(_part(raw, start, end, part))
            count += 1
        waiting.extend(reversed(part.children))
    return top


def _part(raw: bytes, start: int, end: int, around: Part | None) -> Part:
    header = read_header(raw, start, end)
    within, depth = (around.media_type, around.depth + 1) if around else ("", 0)
    media_type, given = parameters(header.first("content-type"))
    major, _, minor = media_type.partition("/")
    if not (major and minor and media_type.isascii() and len(media_type) <= 100):
        # RFC 2045, 5.2: what says nothing of itself is plain text.
        media_type = "message/rfc822" if within == "multipart/digest" else "text/plain"
    disposition, more = parameters(header.first("content-disposition"))
    return Part(
        header,
        header.ends_at,
        end,
        depth,
        media_type,
        given,
        disposition,
        more.get("filename") or given.get("name") or "",
        within,
    )


def _within(raw: bytes, part: Part) -> Iterator[tuple[int, int]]:
    """Yield where the parts within a part begin and end."""
    boundary = part.parameters.get("boundary", "").rstrip()
    if not boundary or len(boundary) > _LONGEST_BOUNDARY:
        return
    mark = re.escape(b"--" + boundary.encode("utf-8", "replace"))
    begins = -1
    for found in re.compile(mark + _AFTER).finditer(raw, part.start, part.end):
        if found.start() > part.start and raw[found.start() - 1] != 0x0A:
            continue
        if begins >= 0:
            yield begins, _before(raw, begins, found.start())
        if found[1]:
            return
        begins = found.end()
    if begins >= 0:
        # It was cut off on its way.
        yield begins, part.end


def _before(raw: bytes, start: int, found: int) -> int:
    """Return where a part ends: the line break before the boundary is the boundary's."""
    end = found - 1
    if end > start and raw[end - 1] == 0x0D:
        end -= 1
    return max(start, end)
