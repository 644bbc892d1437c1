"""A directory's row, ready to be asked: everything it holds, or whether a password is right."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from server.foundation.errors import DirectoryUnavailable
from server.foundation.outbound import INSIDE, Gate
from server.foundation.secrets import Place, SecretBox
from server.foundation.settings import Settings
from server.people.directory import (
    Endpoint,
    OpenDirectory,
    open_directory,
    unique_id_filter,
)
from server.people.models import Directory
from server.people.rules.computers import ComputerSeen, computer_seen
from server.people.rules.deltas import TIMESTAMP, latest_stamp
from server.people.rules.entries import RawEntry
from server.people.rules.mapping import (
    ACTIVE_DIRECTORY,
    AttributeMap,
    GroupSeen,
    PersonSeen,
    attribute_map,
    group_seen,
    person_seen,
)
from server.people.rules.passwords import presentable
from server.people.rules.primary_groups import (
    GROUP_ATTRIBUTE,
    PERSON_ATTRIBUTES,
    primary_group_of,
)
from server.people.rules.sync_plan import Snapshot

#: Somebody waits in front of the sign-in page.
_SIGN_IN_SECONDS = 8
_PREVIEW = 5


@dataclass(frozen=True, slots=True)
class Source:
    """A directory without its row, so that no transaction stays open while it is asked."""

    directory_id: int
    code: str
    organisation_id: int
    endpoint: Endpoint
    base_dn: str
    person_filter: str
    group_filter: str
    chosen: AttributeMap
    flavour: str = "openldap"
    #: As in ``models.Directory``.
    computer_base: str = ""
    computer_filter: str = ""
    computer_items: bool = False


def password_place(directory_id: int) -> Place:
    """Return where a directory's password is sealed."""
    return Place("directory", "sealed_password", directory_id)


@dataclass(frozen=True, slots=True)
class Access:
    """What opens passwords of directories, and where directories may stand."""

    secrets: SecretBox
    gate: Gate = INSIDE


def access_of(settings: Settings) -> Access:
    """Return the access of an installation."""
    return Access(SecretBox(settings.key_file), settings.directory_gate)


def source_of(directory: Directory, access: Access) -> Source:
    """Return what is needed to ask ``directory``.

    Raises ``SecretUnreadable`` when its password cannot be opened.
    """
    return Source(
        directory_id=directory.id,
        code=directory.code,
        organisation_id=directory.organisation_id,
        endpoint=Endpoint(
            url=directory.url,
            start_tls=directory.start_tls,
            authority=directory.authority,
            bind_dn=directory.bind_dn,
            bind_password=access.secrets.open(
                directory.sealed_password, password_place(directory.id)
            ),
            gate=access.gate,
        ),
        base_dn=directory.base_dn,
        person_filter=directory.person_filter,
        group_filter=directory.group_filter,
        chosen=attribute_map(directory.flavour, directory.mapping),
        flavour=directory.flavour,
        computer_base=directory.computer_base,
        computer_filter=directory.computer_filter,
        computer_items=directory.computer_items,
    )


def read_snapshot(source: Source, directory: OpenDirectory) -> tuple[Snapshot, str]:
    """Read all people and groups, page by page; return them and the latest change's stamp.

    Raises ``DirectoryUnavailable`` unless all of it arrived.
    """
    stamps = Stamps()
    persons = {person.external_id: person for person in _persons(source, directory, stamps)}
    # Members are called as people are: a name is kept once, however many groups hold it.
    names = {person.dn: person.dn for person in persons.values()}
    return Snapshot(persons, read_groups(source, directory, stamps, names)), stamps.latest


def read_groups(
    source: Source,
    directory: OpenDirectory,
    stamps: "Stamps | None" = None,
    names: Mapping[str, str] | None = None,
) -> dict[str, GroupSeen]:
    """Read all groups, as ``read_snapshot`` does; members that are in ``names`` are taken there."""
    primary = _primary_members(source, directory)
    known = names or {}
    return {
        group.external_id: replace(group, members=tuple(known.get(n, n) for n in group.members))
        for group in _groups(source, directory, stamps or Stamps(), primary)
    }


@dataclass(slots=True)
class Stamps:
    """The latest of the stamps that pass by; "" when entries have none."""

    latest: str = ""

    def noting(self, entries: Iterable[RawEntry]) -> Iterator[RawEntry]:
        """Yield what comes, and remember when it was changed."""
        for raw in entries:
            for value in raw.attributes.get(TIMESTAMP, ()):
                self.latest = latest_stamp(self.latest, value.decode("ascii", "replace"))
            yield raw


def read_computers(source: Source, directory: OpenDirectory) -> Iterator[ComputerSeen]:
    """Yield the accounts of computers, page by page; what has no id and no name is left out.

    Raises ``DirectoryUnavailable`` unless all of it arrived.
    """
    base = source.computer_base or source.base_dn
    wanted = source.chosen.computer_attributes()
    for raw in directory.entries(base, source.computer_filter, wanted):
        if (found := computer_seen(raw.dn, raw.attributes, source.chosen)) is not None:
            yield found


def remapped(source: Source, mapping: Mapping[str, object]) -> Source:
    """Return the source with another mapping. Raises ``InvalidValue`` for one that cannot be."""
    return replace(source, chosen=attribute_map(source.flavour, mapping))


@dataclass(frozen=True, slots=True)
class Trial:
    """Whether a directory answers, and what its first entries would become."""

    ok: bool
    detail: str
    people: Sequence[PersonSeen] = ()
    groups: Sequence[GroupSeen] = ()
    computers: Sequence[ComputerSeen] = ()


def try_out(source: Source) -> Trial:
    """Connect, bind and read a few entries. What does not work is told, not raised."""
    try:
        with open_directory(source.endpoint) as directory:
            people = list(islice(_persons(source, directory, Stamps()), _PREVIEW))
            groups = list(islice(_groups(source, directory, Stamps(), {}), _PREVIEW))
            reads = bool(source.computer_filter)
            computers = list(islice(read_computers(source, directory), _PREVIEW)) if reads else []
    except DirectoryUnavailable as error:
        return Trial(ok=False, detail=str(error))
    if not people:
        why = "it answers, but the filter finds nobody"
        return Trial(ok=False, detail=why, groups=groups, computers=computers)
    return Trial(ok=True, detail="it answers", people=people, groups=groups, computers=computers)


def accepts_password(source: Source, external_id: str, password: str) -> bool:
    """Say whether the directory takes this password for the entry with this unique id.

    The name to bind with is looked up, never built; an entry that the filter of people no longer
    finds has no way in. Raises ``DirectoryUnavailable`` when nobody can tell.
    """
    if not presentable(password):
        return False
    by_id = unique_id_filter(source.chosen.unique_id, external_id)
    endpoint = replace(source.endpoint, answer_seconds=_SIGN_IN_SECONDS)
    with open_directory(endpoint) as directory:
        wanted = f"(&{source.person_filter}{by_id})"
        attributes = source.chosen.person_attributes()
        for raw in directory.entries(source.base_dn, wanted, attributes, page_size=2):
            person = person_seen(raw.dn, raw.attributes, source.chosen)
            if person is not None and person.external_id == external_id and not person.disabled:
                return directory.accepts(raw.dn, password)
    return False


def _persons(source: Source, directory: OpenDirectory, stamps: Stamps) -> Iterator[PersonSeen]:
    wanted = [*source.chosen.person_attributes(), TIMESTAMP]
    entries = directory.entries(source.base_dn, source.person_filter, wanted)
    seen = (person_seen(raw.dn, raw.attributes, source.chosen) for raw in stamps.noting(entries))
    names: dict[str, str] = {}
    for person in seen:
        if person is not None:
            # The name of a manager is kept once, however many people have that one.
            yield replace(person, manager_dn=names.setdefault(person.manager_dn, person.manager_dn))


def _groups(
    source: Source,
    directory: OpenDirectory,
    stamps: Stamps,
    primary: Mapping[bytes, Sequence[str]],
) -> Iterator[GroupSeen]:
    wanted = [*source.chosen.group_attributes(), TIMESTAMP, GROUP_ATTRIBUTE]
    entries = directory.entries(source.base_dn, source.group_filter, wanted)
    for raw in stamps.noting(entries):
        group = group_seen(raw.dn, raw.attributes, source.chosen)
        if group is None:
            continue
        own = bytes(next(iter(raw.attributes.get(GROUP_ATTRIBUTE.lower(), ())), b""))
        more = primary.get(own, ()) if own else ()
        yield replace(group, members=(*group.members, *more)) if more else group


def _primary_members(source: Source, directory: OpenDirectory) -> dict[bytes, list[str]]:
    """Return the names of people by the group that is their primary one."""
    found: dict[bytes, list[str]] = {}
    if source.flavour == ACTIVE_DIRECTORY:
        for raw in directory.entries(source.base_dn, source.person_filter, PERSON_ATTRIBUTES):
            found.setdefault(primary_group_of(raw.attributes), []).append(raw.dn)
    return found
