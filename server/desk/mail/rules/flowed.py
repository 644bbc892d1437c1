"""Text of ``format=flowed`` (RFC 3676): lines that end in a space go on in the next."""

from collections.abc import Iterator


def unflowed(text: str, *, delete_space: bool = False) -> str:
    r"""Return the text with its paragraphs on one line each; quotation keeps its depth.

    >>> unflowed("The printer on the \nsecond floor\n> is it \n> on?\n-- \nAna")
    'The printer on the second floor\n> is it on?\n-- \nAna'
    """
    return "\n".join(_paragraphs(text.split("\n"), delete_space=delete_space))


def _paragraphs(lines: list[str], *, delete_space: bool) -> Iterator[str]:
    pieces: list[str] = []
    depth = 0
    for line in lines:
        content = line.lstrip(">")
        here = len(line) - len(content)
        content = content.removeprefix(" ")
        fixed = content == "-- "
        if pieces and (here != depth or fixed):
            yield _quoted("".join(pieces), depth)
            pieces = []
        depth = here
        flows = content.endswith(" ") and not fixed
        pieces.append(content[:-1] if flows and delete_space else content)
        if not flows:
            yield _quoted("".join(pieces), depth)
            pieces = []
    if pieces:
        yield _quoted("".join(pieces), depth)


def _quoted(content: str, depth: int) -> str:
    return f"{'>' * depth} {content}" if depth else content
