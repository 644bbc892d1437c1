"""The message catalogues: ``python -m server.foundation.catalogues extract|update|compile|check``.

Visible strings are collected from the code and the templates; every language must have every one
of them, with all its plural forms. ``check`` is part of the tests.
"""

import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "server" / "translations"
LANGUAGES = ("en", "es", "ru")
SOURCES = ("server", "web")
_KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "mark": None,
}
_METHODS = [
    ("**/node_modules/**", "ignore"),
    ("**/static/**", "ignore"),
    ("**/migrations/**", "ignore"),
    ("**.py", "python"),
    ("**/templates/**.html", "jinja2"),
    ("**/templates/**.txt", "jinja2"),
    ("**/templates/**.svg", "jinja2"),
]
_PLACEHOLDER = re.compile(r"%\(\w+\)")
#: Names and units, the same in every language.
_NAMES = frozenset(
    {"%(share)s %%", "CSV", "CVSS", "OLA", "REST", "SLA", "SNMP", "StartTLS", "VLAN"}
)
#: Texts that are the same in another language: names, units, and true cognates.
SAME = {
    "es": _NAMES
    | {
        "%(num)d ticket",
        "%(hours)s h",
        "%(hours)s h %(minutes)s min",
        "%(minutes)s min",
        "Bus",
        "Error",
        "Firmware",
        "Macro",
        "Macros",
        "Manual",
        "No",
        "Roles",
        "Software",
        "Ticket",
        "Tickets",
        "cable",
        "cables",
        "final",
        "min",
        "no",
    },
    "ru": _NAMES,
}


def extract() -> Catalog:
    """Collect every visible string of the code and the templates, and where it stands."""
    template = Catalog(project="Cadastre", charset="utf-8", fuzzy=False)
    for source in SOURCES:
        found = extract_from_dir(
            ROOT / source,
            method_map=_METHODS,
            keywords=_KEYWORDS,
            comment_tags=("Translators:",),
            options_map={"**/templates/**": {"trimmed": "true", "silent": "false"}},
            strip_comment_tags=True,
        )
        for filename, line, message, comments, _context in found:
            place = (f"{source}/{filename}", line)
            template.add(message, None, [place], auto_comments=comments)
    return template


def path_of(language: str, folder: Path = FOLDER) -> Path:
    """Return where a language's catalogue lies."""
    return folder / language / "LC_MESSAGES" / "messages.po"


def read(language: str, folder: Path = FOLDER) -> Catalog:
    """Return a language's catalogue; an empty one when there is none yet."""
    path = path_of(language, folder)
    if not path.is_file():
        return Catalog(locale=language, project="Cadastre", charset="utf-8", fuzzy=False)
    with path.open("rb") as stream:
        return read_po(stream, locale=language)


def update() -> None:
    """Bring every catalogue in line with the sources; nothing is guessed, nothing stays behind."""
    template = extract()
    for language in LANGUAGES:
        catalogue = read(language)
        # A copy each: Babel puts the template's own message objects into the catalogue.
        catalogue.update(deepcopy(template), no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        if language == "en":
            _speak_for_itself(catalogue)
        path = path_of(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as stream:
            write_po(stream, catalogue, width=100, sort_output=True, include_lineno=False)


def _speak_for_itself(catalogue: Catalog) -> None:
    for message in catalogue:
        if message.id:
            message.string = message.id


def compile_all(folder: Path = FOLDER) -> int:
    """Compile what is newer than its compiled form; return how many were."""
    compiled = 0
    for language in LANGUAGES:
        source = path_of(language, folder)
        target = source.with_suffix(".mo")
        if not source.is_file():
            continue
        if target.is_file() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        # Named for this process: a server and the tests may compile at the same time.
        temporary = target.with_suffix(f".{os.getpid()}.new")
        with temporary.open("wb") as stream:
            write_mo(stream, read(language, folder))
        temporary.replace(target)
        compiled += 1
    return compiled


def faults(folder: Path = FOLDER, template: Catalog | None = None) -> list[str]:
    """Return what is missing or untranslated, one line each; empty when all is well.

    ``template`` is what ``extract`` collected, for whoever has done so already.
    """
    template = extract() if template is None else template
    return [
        f"{language}: {problem}"
        for language in LANGUAGES
        for problem in _faults(language, read(language, folder), template)
    ]


def _faults(language: str, catalogue: Catalog, template: Catalog) -> Iterator[str]:
    for wanted in template:
        if not wanted.id:
            continue
        found = catalogue.get(wanted.id)
        if found is None:
            yield f"{wanted.id!r} is missing"
        elif problem := _problem(language, found, catalogue.num_plurals):
            yield f"{wanted.id!r} {problem}"


def _problem(language: str, message: Message, plurals: int) -> str:
    ids = message.id if isinstance(message.id, list | tuple) else (message.id,)
    texts = message.string if isinstance(message.string, list | tuple) else (message.string,)
    if not all(texts):
        return "is not translated"
    if message.fuzzy:
        return "is marked as a guess, and guesses are not compiled"
    if len(ids) > 1 and len(texts) < plurals:
        return f"has {len(texts)} of {plurals} plural forms"
    if language != "en" and set(texts) & set(ids) and not _may_be_same(language, str(ids[0])):
        return "reads like its English source"
    return _misfit(message, ids, str(texts[0]))


def _misfit(message: Message, ids: Sequence[str], text: str) -> str:
    """Compare placeholders; only a plural form may leave one out ("one machine")."""
    errors = list(message.check())
    if errors:
        return f"does not fit its placeholders: {errors[0]}"
    given = {name for one in ids for name in _PLACEHOLDER.findall(one)}
    found = set(_PLACEHOLDER.findall(text))
    if len(ids) == 1 and given - found:
        return f"leaves out {', '.join(sorted(given - found))}"
    # Where the source has none, babel compares nothing; filling in fails when the page is shown.
    if found - given:
        return f"asks for {', '.join(sorted(found - given))}, which nobody gives"
    return ""


def _may_be_same(language: str, text: str) -> bool:
    return text in SAME[language] or not any(letter.isalpha() for letter in text)


def _check() -> int:
    found = faults()
    for line in found:
        sys.stderr.write(line + "\n")
    return 1 if found else 0


def _extract_to_file() -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "messages.pot").open("wb") as stream:
        write_po(stream, extract(), width=100, sort_output=True, include_lineno=False)
    return 0


def _update() -> int:
    update()
    return 0


def _compile() -> int:
    compile_all()
    return 0


_COMMANDS: dict[str, Callable[[], int]] = {
    "extract": _extract_to_file,
    "update": _update,
    "compile": _compile,
    "check": _check,
}


def main(arguments: list[str]) -> int:
    """Run one command; return the exit code."""
    if len(arguments) != 1 or arguments[0] not in _COMMANDS:
        sys.stderr.write(f"name one of: {', '.join(_COMMANDS)}\n")
        return 2
    return _COMMANDS[arguments[0]]()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
