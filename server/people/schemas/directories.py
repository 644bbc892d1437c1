"""Bodies of directories and of their synchronisations."""

from marshmallow import Schema, fields, validate

from server.foundation.edge.fields import Code, Identifier, Line, Passage
from server.foundation.edge.schemas import Moment, StrictSchema, page_of
from server.people.rules.mapping import DETAILS, FLAVOURS


class DirectorySchema(Schema):
    """A directory as it is shown: whether it has a password, never which."""

    id = fields.Integer(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    url = fields.String(required=True)
    start_tls = fields.Boolean(required=True)
    authority = fields.String(required=True)
    base_dn = fields.String(required=True)
    bind_dn = fields.String(required=True)
    has_password = fields.Boolean(required=True)
    person_filter = fields.String(required=True)
    group_filter = fields.String(required=True)
    computer_base = fields.String(required=True)
    computer_filter = fields.String(required=True)
    computer_items = fields.Boolean(required=True)
    flavour = fields.String(required=True)
    mapping = fields.Dict(required=True)
    organisation_id = fields.Integer(required=True)
    enabled = fields.Boolean(required=True)
    changes_by = fields.String(
        required=True,
        metadata={
            "description": "How changes are learnt: `dirsync` (a cookie of Active Directory), "
            "`numbers` (uSNChanged of one controller), `stamps` (modifyTimestamp); empty before "
            "everything was read once."
        },
    )
    changes_by_why = fields.String(
        required=True,
        metadata={
            "description": "Why by numbers and not by DirSync: `right_missing`, `not_offered`, "
            "`refused` or `other_identity`; else empty."
        },
    )
    created_at = Moment(required=True)
    updated_at = Moment(required=True)
    version = fields.Integer(required=True)


class DirectoryChangeSchema(StrictSchema):
    """What may be changed about a directory; what is left out stays."""

    name = Line(shortest=1)
    url = Line(
        longest=1000,
        metadata={
            "description": "ldap://host:port or ldaps://host:port; several, parted by blanks, are "
            "replicas: the first that answers is asked."
        },
    )
    start_tls = fields.Boolean()
    authority = Passage(
        longest=100_000,
        metadata={"description": "PEM text of the authority; empty trusts what the system does."},
    )
    base_dn = Line(shortest=1, longest=1000)
    bind_dn = Line(longest=1000)
    password = Passage(longest=1000, load_only=True)
    person_filter = Line(shortest=1, longest=2000)
    group_filter = Line(shortest=1, longest=2000)
    computer_base = Line(
        longest=1000,
        metadata={"description": "Below what computers are read; empty: where people are read."},
    )
    computer_filter = Line(
        longest=2000,
        metadata={
            "description": "Which entries are accounts of computers, as (objectCategory=computer) "
            "or (objectClass=device); empty reads none."
        },
    )
    computer_items = fields.Boolean(
        metadata={
            "description": "Whether an account that stands for no item becomes one; else it is "
            "only listed."
        }
    )
    mapping = fields.Dict(
        keys=fields.String(),
        values=fields.Raw(),
        metadata={"description": "Field to attribute, or to several in order of preference."},
    )
    enabled = fields.Boolean()


class DirectoryCreateSchema(DirectoryChangeSchema):
    """A directory to be added."""

    code = Code(required=True)
    name = Line(shortest=1, required=True)
    url = Line(shortest=1, longest=1000, required=True)
    base_dn = Line(shortest=1, longest=1000, required=True)
    organisation_id = Identifier(required=True)
    flavour = fields.String(load_default="openldap", validate=validate.OneOf(sorted(FLAVOURS)))


class DirectoryRuleSchema(Schema):
    """What membership in some groups of a directory gives."""

    id = fields.Integer(required=True)
    position = fields.Integer(required=True)
    group_pattern = fields.String(required=True)
    role = fields.String(required=True, allow_none=True)
    organisation_id = fields.Integer(required=True)
    created_at = Moment(required=True)


class DirectoryRulesSchema(Schema):
    """The rules of a directory, in the order in which they count."""

    items = fields.List(fields.Nested(DirectoryRuleSchema), required=True)


class DirectoryRuleCreateSchema(StrictSchema):
    """A rule to be added after those there are."""

    group_pattern = Line(
        shortest=1,
        longest=500,
        required=True,
        metadata={"description": "A group's name or DN; * stands for anything."},
    )
    role = Code(
        load_default=None,
        allow_none=True,
        metadata={"description": "The role the groups get; null says where members belong."},
    )
    organisation_id = Identifier(required=True)


class PreviewPersonSchema(Schema):
    """Somebody as the mapping reads them."""

    login = fields.String(required=True)
    display_name = fields.Function(lambda seen: seen.details[0], metadata={"type": "string"})
    details = fields.Function(
        lambda seen: dict(zip(DETAILS, seen.details, strict=True)),
        metadata={
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "What each field would hold.",
        },
    )
    manager_dn = fields.String(required=True)
    dn = fields.String(required=True)
    disabled = fields.Boolean(required=True)


class PreviewGroupSchema(Schema):
    """A group as the mapping reads it."""

    name = fields.String(required=True)


class PreviewComputerSchema(Schema):
    """An account of a computer as the mapping reads it."""

    name = fields.String(required=True)
    fqdn = fields.String(required=True)
    os = fields.String(required=True)
    os_version = fields.String(required=True)
    class_code = fields.String(required=True)
    last_logon = fields.Date(required=True, allow_none=True)
    created_on = fields.Date(required=True, allow_none=True)
    disabled = fields.Boolean(required=True)


class DirectoryTestSchema(Schema):
    """Whether the directory answers, and what the first entries would become."""

    ok = fields.Boolean(required=True)
    detail = fields.String(required=True)
    people = fields.List(fields.Nested(PreviewPersonSchema), required=True)
    groups = fields.List(fields.Pluck(PreviewGroupSchema, "name"), required=True)
    computers = fields.List(fields.Nested(PreviewComputerSchema), required=True)


class DirectoryTrialSchema(StrictSchema):
    """Another mapping to try out instead of the stored one."""

    mapping = fields.Dict(keys=fields.String(), values=fields.Raw(), load_default=None)


class SyncRequestSchema(StrictSchema):
    """Ask for a synchronisation."""

    confirm = fields.Boolean(
        load_default=False,
        metadata={"description": "Carry out what was held because it would disable many."},
    )
    delta = fields.Boolean(
        load_default=False,
        metadata={"description": "Read only what changed, where the directory can tell."},
    )


class SyncQueuedSchema(Schema):
    """The synchronisation was asked for; its report appears among the runs."""

    job_id = fields.Integer(required=True)


class DirectoryRunSchema(Schema):
    """One synchronisation."""

    id = fields.Integer(required=True)
    state = fields.String(required=True)
    started_at = Moment(required=True)
    finished_at = Moment(required=True, allow_none=True)
    report = fields.Dict(required=True)


DirectoryPage = page_of(DirectorySchema, "DirectoryPage")
DirectoryRunPage = page_of(DirectoryRunSchema, "DirectoryRunPage")
