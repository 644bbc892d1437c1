"""The list's query language: ``class:server and os.version<12 and not seen:7d``.

``parsing`` turns text into a tree (pure), ``meaning`` says what each word of it stands for,
``compiling`` turns the tree into conditions over items, ``recalling`` into one over items as they
were at a past moment. Every fault names the word, says where it
stands, and what was expected instead.

    name~web vendor:dell,hpe memory_bytes>=16GiB owner:"Ana Ruiz" not (tier<2 or stage:retired)
"""

from cmdb.query.language.compiling import compile_query, explain_fields
from cmdb.query.language.faults import QueryFault
from cmdb.query.language.parsing import is_plain_text, parse_query
from cmdb.query.language.recalling import compile_as_of
from cmdb.query.language.terms import QueryTerms

__all__ = [
    "QueryFault",
    "QueryTerms",
    "compile_as_of",
    "compile_query",
    "explain_fields",
    "is_plain_text",
    "parse_query",
]
