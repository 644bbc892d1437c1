"""One kind of import contract that import-linter lacks: a list of the libraries a place may know.

A list of forbidden libraries ages with every new dependency; a list of allowed ones does not.
"""

import sys
from dataclasses import dataclass
from typing import cast

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


@dataclass(frozen=True, order=True)
class ForeignImport:
    """One import of a library the importer has no business with."""

    importer: str
    library: str
    line_number: int


class AllowedLibrariesContract(Contract):
    """Modules may import the standard library, each other, and the libraries listed; no more.

    `modules` are packages, taken with all they contain, wildcards allowed; those that do not exist
    yet are passed over. Imports are judged one by one: what an allowed module imports in its turn
    is that module's business.
    """

    type_name = "allowed_libraries"

    modules = fields.SetField(subfield=fields.StringField())
    libraries = fields.SetField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Find every import of a library that is not listed."""
        modules, libraries = cast("set[str]", self.modules), cast("set[str]", self.libraries)
        allowed = libraries | set(self.session_options["root_packages"]) | sys.stdlib_module_names
        found = [
            ForeignImport(importer, library, line)
            for importer in _descendants(graph, modules)
            for library in graph.find_modules_directly_imported_by(importer)
            if library.partition(".")[0] not in allowed
            for line in _lines(graph, importer, library)
        ]
        return ContractCheck(kept=not found, metadata={"found": sorted(found)})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print one line per import, with its place."""
        for foreign in cast("list[ForeignImport]", check.metadata["found"]):
            output.print_error(
                f"- {foreign.importer} -> {foreign.library} (l.{foreign.line_number})", bold=False
            )
        output.new_line()


def _descendants(graph: ImportGraph, expressions: set[str]) -> set[str]:
    found: set[str] = set()
    for expression in expressions:
        matches = graph.find_matching_modules(expression) if "*" in expression else {expression}
        for module in matches & graph.modules:
            found |= {module, *graph.find_descendants(module)}
    return found


def _lines(graph: ImportGraph, importer: str, library: str) -> list[int]:
    details = graph.get_import_details(importer=importer, imported=library)
    return [detail["line_number"] for detail in details]
