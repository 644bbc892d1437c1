"""From the text of a query to its tree. Linear in the length of the text.

    query  = clause ("or" clause)*
    clause = part (["and"] part)*
    part   = "not" part | "(" query ")" | field operator values | word
    values = value ("," value)* | "(" value ("," value)* ")"

>>> parse_query("not a or b")  # doctest: +NORMALIZE_WHITESPACE
Any(parts=(Not(inner=Term(field='', operator=':', operands=(Operand(text='a', at=4, exact=False),),
  at=4)), Term(field='', operator=':', operands=(Operand(text='b', at=9, exact=False),), at=9)))
"""

import re
from dataclasses import dataclass

from cmdb.query.language.faults import QueryFault
from cmdb.query.language.tree import All, Any, Node, Not, Operand, Term

#: Longer queries are no query that a person wrote.
MAX_LENGTH = 2000
#: How deep parentheses and "not" may nest, and how many comparisons there may be.
MAX_DEPTH = 20
MAX_TERMS = 60

_TOKEN = re.compile(
    r"""\s*(?:(?P<quoted>"(?:[^"\\]|\\.)*")|(?P<open>\()|(?P<close>\))|(?P<comma>,)"""
    r"""|(?P<operator>!=|<=|>=|[:=<>~])|(?P<word>[^\s()",:=<>~!]+|!))"""
)
_WORDS = frozenset({"and", "or", "not"})
_MARKS = re.compile(r'[:=<>~()"]')


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


def is_plain_text(text: str) -> bool:
    """Say whether nothing in ``text`` belongs to the language: it is the beginning of a name.

    >>> is_plain_text("db server 7"), is_plain_text("class:server"), is_plain_text("a and b")
    (True, False, False)
    """
    return not _MARKS.search(text) and _WORDS.isdisjoint(text.casefold().split())


def parse_query(text: str) -> Node | None:
    """Return the tree of a query, None for an empty one. Raises ``QueryFault``."""
    if len(text) > MAX_LENGTH:
        raise QueryFault(f"the query has more than {MAX_LENGTH} characters")
    tokens = _tokens(text)
    if not tokens:
        return None
    reader = _Reader(tokens, len(text))
    found = reader.query(0)
    reader.expect_end()
    return found


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    position = 0
    end = len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            start = position + len(text[position:]) - len(text[position:].lstrip())
            if text[start] == '"':
                raise QueryFault("the closing quote is missing", text[start:], start)
            raise QueryFault("this sign has no meaning here", text[start], start)
        kind = match.lastgroup
        found.append(_Token(kind, match[kind], match.start(kind)))
        position = match.end()
    return found


class _Reader:
    """Reads tokens from the front."""

    def __init__(self, tokens: list[_Token], length: int) -> None:
        self._tokens = tokens
        self._next = 0
        self._terms = 0
        self._end = length

    def _peek(self) -> _Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _take(self) -> _Token:
        token = self._tokens[self._next]
        self._next += 1
        return token

    def _is_word(self, *words: str) -> bool:
        token = self._peek()
        return token is not None and token.kind == "word" and token.text.casefold() in words

    def expect_end(self) -> None:
        token = self._peek()
        if token is not None:
            raise QueryFault("there is no opening parenthesis for it", token.text, token.at)

    def query(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            token = self._peek() or self._tokens[-1]
            raise QueryFault("parentheses and not are nested too deep", token.text, token.at)
        parts = [self._clause(depth)]
        while self._is_word("or"):
            self._take()
            parts.append(self._clause(depth))
        return parts[0] if len(parts) == 1 else Any(tuple(parts))

    def _clause(self, depth: int) -> Node:
        parts = [self._part(depth)]
        while (token := self._peek()) is not None:
            if self._is_word("and"):
                self._take()
            elif token.kind == "close" or self._is_word("or"):
                break
            parts.append(self._part(depth))
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _part(self, depth: int) -> Node:
        token = self._peek()
        if token is None:
            raise QueryFault("the query ends where a condition was expected", "…", self._end)
        if self._is_word("not"):
            self._take()
            if depth >= MAX_DEPTH:
                raise QueryFault("parentheses and not are nested too deep", token.text, token.at)
            return Not(self._part(depth + 1))
        if token.kind == "open":
            self._take()
            inner = self.query(depth + 1)
            closing = self._peek()
            if closing is None or closing.kind != "close":
                raise QueryFault("its closing parenthesis is missing", "(", token.at)
            self._take()
            return inner
        return self._term()

    def _term(self) -> Term:
        token = self._take()
        if token.kind not in {"word", "quoted"} or (
            token.kind == "word" and token.text.casefold() in _WORDS
        ):
            raise QueryFault("a condition was expected here", token.text, token.at)
        self._terms += 1
        if self._terms > MAX_TERMS:
            raise QueryFault(f"there are more than {MAX_TERMS} conditions", token.text, token.at)
        following = self._peek()
        if token.kind == "word" and following is not None and following.kind == "operator":
            operator = self._take()
            return Term(token.text.casefold(), operator.text, self._values(operator), token.at)
        return Term("", ":", (_operand(token),), token.at)

    def _values(self, operator: _Token) -> tuple[Operand, ...]:
        token = self._peek()
        if token is not None and token.kind == "open":
            self._take()
            found = self._list(operator)
            closing = self._peek()
            if closing is None or closing.kind != "close":
                raise QueryFault("its closing parenthesis is missing", "(", token.at)
            self._take()
            return found
        return self._list(operator)

    def _list(self, operator: _Token) -> tuple[Operand, ...]:
        found = [self._value(operator)]
        while (token := self._peek()) is not None and token.kind == "comma":
            found.append(self._value(self._take()))
        return tuple(found)

    def _value(self, before: _Token) -> Operand:
        token = self._peek()
        if token is None or token.kind not in {"word", "quoted"}:
            raise QueryFault("a value was expected after it", before.text, before.at)
        first = self._take()
        if first.kind == "quoted":
            return _operand(first)
        return self._joined(first)

    def _joined(self, first: _Token) -> Operand:
        """Read a value on through colons without space, as in 10:20 or fe80::1."""
        text, end = first.text, first.at + len(first.text)
        while (token := self._peek()) is not None and token.at == end:
            if token.kind != "word" and token.text != ":":
                break
            self._take()
            text += token.text
            end += len(token.text)
        return Operand(text, first.at)


def _operand(token: _Token) -> Operand:
    if token.kind == "quoted":
        return Operand(re.sub(r"\\(.)", r"\1", token.text[1:-1]), token.at, exact=True)
    return Operand(token.text, token.at)
