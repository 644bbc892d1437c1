"""The catalogues are complete, and the check that says so sees each kind of fault."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import write_po
from babel.support import Translations

from server.foundation.catalogues import (
    LANGUAGES,
    SAME,
    compile_all,
    extract,
    faults,
    main,
    path_of,
    read,
)

SENTENCE = "Nobody owns or supports this item yet."
COUNTED = "%(num)d item outside your view"
NAMED = "At most %(length)s characters fit."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the catalogues that a test may spoil."""
    for language in LANGUAGES:
        target = path_of(language, tmp_path)
        target.parent.mkdir(parents=True)
        shutil.copy(path_of(language), target)
    return tmp_path


@pytest.fixture(scope="module")
def template() -> Catalog:
    """Return every visible string; collecting them reads all of the code."""
    return extract()


@pytest.fixture(scope="module")
def known(template: Catalog) -> set[str]:
    """Return what is wrong before a test plants anything: one test alone speaks of it."""
    return set(faults(template=template))


def rewrite(folder: Path, language: str, catalogue: Catalog) -> None:
    with path_of(language, folder).open("wb") as stream:
        write_po(stream, catalogue)


def forms(message: Message) -> tuple[str, ...]:
    return tuple(message.string or ()) if message.pluralizable else (str(message.string),)


def entry(catalogue: Catalog, text: str) -> Message:
    found = catalogue.get(text)
    assert found is not None
    return found


def missing(catalogue: Catalog) -> None:
    catalogue.delete(SENTENCE)


def empty(catalogue: Catalog) -> None:
    entry(catalogue, SENTENCE).string = ""


def still_english(catalogue: Catalog) -> None:
    entry(catalogue, SENTENCE).string = SENTENCE


def guessed(catalogue: Catalog) -> None:
    entry(catalogue, SENTENCE).flags.add("fuzzy")


def two_forms_of_three(catalogue: Catalog) -> None:
    message = entry(catalogue, COUNTED)
    message.string = (*forms(message)[:2], "")


def placeholder_renamed(catalogue: Catalog) -> None:
    entry(catalogue, NAMED).string = "Максимум: %(size)s"


def placeholder_lost(catalogue: Catalog) -> None:
    entry(catalogue, NAMED).string = "Слишком много"


def placeholder_invented(catalogue: Catalog) -> None:
    entry(catalogue, SENTENCE).string = "%(num)d раз"


def test_every_visible_string_is_there_in_every_language() -> None:
    assert faults() == []


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (missing, f"ru: {SENTENCE!r} is missing"),
        (empty, f"ru: {SENTENCE!r} is not translated"),
        (still_english, f"ru: {SENTENCE!r} reads like its English source"),
        (guessed, f"ru: {SENTENCE!r} is marked as a guess"),
        (two_forms_of_three, "is not translated"),
        (placeholder_renamed, f"ru: {NAMED!r} does not fit its placeholders"),
        (placeholder_lost, f"ru: {NAMED!r} leaves out %(length)"),
        (placeholder_invented, f"ru: {SENTENCE!r} asks for %(num), which nobody gives"),
    ],
)
def test_the_check_sees_a_planted_fault_and_nothing_else(
    folder: Path,
    template: Catalog,
    known: set[str],
    spoil: Callable[[Catalog], None],
    said: str,
) -> None:
    catalogue = read("ru", folder)
    spoil(catalogue)
    rewrite(folder, "ru", catalogue)
    found = set(faults(folder, template)) - known
    assert len(found) == 1
    assert said in found.pop()


def test_a_language_without_a_catalogue_lacks_everything(
    folder: Path, template: Catalog, known: set[str]
) -> None:
    path_of("es", folder).unlink()
    found = set(faults(folder, template)) - known
    assert f"es: {SENTENCE!r} is missing" in found
    assert all(line.startswith("es: ") for line in found)


@pytest.mark.parametrize("language", sorted(SAME))
def test_a_text_allowed_to_be_the_same_really_is(language: str) -> None:
    catalogue = read(language)
    for text in SAME[language]:
        found = catalogue.get(text)
        if found is not None:
            assert text in forms(found)


def test_english_speaks_for_itself() -> None:
    for message in read("en"):
        if message.id:
            assert message.string == message.id


def test_russian_has_three_plural_forms_and_spanish_two() -> None:
    assert len(forms(entry(read("ru"), COUNTED))) == 3
    assert len(forms(entry(read("es"), COUNTED))) == 2


def test_compiling_writes_what_programs_load(folder: Path) -> None:
    assert compile_all(folder) == len(LANGUAGES)
    loaded = Translations.load(str(folder), ["es"])
    assert loaded.gettext(SENTENCE) == entry(read("es"), SENTENCE).string
    assert sorted(path.name for path in path_of("es", folder).parent.iterdir()) == [
        "messages.mo",
        "messages.po",
    ]


def test_only_what_is_stale_is_compiled_again(folder: Path) -> None:
    compile_all(folder)
    assert compile_all(folder) == 0
    source = path_of("ru", folder)
    later = source.stat().st_mtime + 60
    os.utime(source, (later, later))
    assert compile_all(folder) == 1


def test_an_unknown_command_names_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["translate"]) == 2
    assert "extract, update, compile, check" in capsys.readouterr().err
