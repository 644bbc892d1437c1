"""Bodies of people, groups and organisations."""

from marshmallow import Schema, fields

from server.foundation.edge.fields import Code, Identifier, Line, QueryIdentifier
from server.foundation.edge.schemas import Moment, PageQuerySchema, StrictSchema, page_of


class PersonSchema(Schema):
    """A person as it is shown."""

    id = fields.Integer(required=True)
    organisation_id = fields.Integer(required=True)
    display_name = fields.String(required=True)
    given_name = fields.String(required=True)
    family_name = fields.String(required=True)
    email = fields.String(required=True)
    phone = fields.String(required=True)
    title = fields.String(required=True)
    department = fields.String(required=True)
    site = fields.String(required=True)
    employee_number = fields.String(required=True)
    manager_id = fields.Integer(required=True, allow_none=True)
    language = fields.String(required=True)
    time_zone = fields.String(required=True)
    active = fields.Boolean(required=True)
    source = fields.String(
        required=True,
        metadata={"description": '"local", or the code of a directory or personnel list.'},
    )
    created_at = Moment(required=True)
    updated_at = Moment(required=True)
    version = fields.Integer(required=True)


class NamedSchema(Schema):
    """Something with a name, in passing."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)


class PersonDetailSchema(PersonSchema):
    """A person with the groups they belong to."""

    groups = fields.List(fields.Nested(NamedSchema), required=True)


class PersonChangeSchema(StrictSchema):
    """What may be changed about a person; what is left out stays."""

    organisation_id = Identifier()
    display_name = Line(shortest=1)
    given_name = Line()
    family_name = Line()
    email = Line(longest=254)
    phone = Line(longest=60)
    title = Line()
    department = Line()
    site = Line()
    employee_number = Line(longest=60)
    manager_id = Identifier(allow_none=True)
    language = Line(longest=10)
    time_zone = Line(longest=60)
    active = fields.Boolean()


class PersonCreateSchema(PersonChangeSchema):
    """A person to be written down."""

    organisation_id = Identifier(required=True)
    display_name = Line(shortest=1, required=True)

    class Meta(PersonChangeSchema.Meta):
        """Somebody new is active."""

        exclude = ("active",)


class PersonQuerySchema(PageQuerySchema):
    """Which people."""

    q = Line(load_default="", metadata={"description": "Part of a name or e-mail address."})
    group = QueryIdentifier(load_default=None, metadata={"description": "Members of this group."})
    active = fields.Boolean(load_default=None)
    organisation = QueryIdentifier(
        load_default=None, metadata={"description": "This organisation and all below it."}
    )


class PartyGroupSchema(Schema):
    """A group as it is shown."""

    id = fields.Integer(required=True)
    organisation_id = fields.Integer(required=True)
    name = fields.String(required=True)
    description = fields.String(required=True)
    email = fields.String(required=True)
    active = fields.Boolean(required=True)
    source = fields.String(
        required=True, metadata={"description": '"local", or the code of a directory.'}
    )
    created_at = Moment(required=True)
    updated_at = Moment(required=True)
    version = fields.Integer(required=True)


class GroupChangeSchema(StrictSchema):
    """What may be changed about a group; what is left out stays."""

    name = Line(shortest=1)
    description = Line(longest=2000)
    email = Line(longest=254)
    active = fields.Boolean()


class GroupCreateSchema(GroupChangeSchema):
    """A group to be made."""

    organisation_id = Identifier(required=True)
    name = Line(shortest=1, required=True)

    class Meta(GroupChangeSchema.Meta):
        """A new group is active."""

        exclude = ("active",)


class GroupQuerySchema(PageQuerySchema):
    """Which groups."""

    q = Line(load_default="", metadata={"description": "Part of a name."})
    active = fields.Boolean(load_default=None)
    organisation = QueryIdentifier(
        load_default=None, metadata={"description": "This organisation and all below it."}
    )
    member = QueryIdentifier(load_default=None, metadata={"description": "Groups of this person."})


class MemberQuerySchema(PageQuerySchema):
    """A page of a group's members."""

    active = fields.Boolean(load_default=None)


class MemberSchema(StrictSchema):
    """Who is to be in a group."""

    person_id = Identifier(required=True)


class OrganisationSchema(Schema):
    """An organisation as it is shown."""

    id = fields.Integer(required=True)
    parent_id = fields.Integer(required=True, allow_none=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    created_at = Moment(required=True)


class OrganisationCreateSchema(StrictSchema):
    """An organisation to be added below another."""

    parent_id = Identifier(required=True)
    code = Code(required=True)
    name = Line(shortest=1, required=True)


class OrganisationQuerySchema(PageQuerySchema):
    """Which organisations."""

    q = Line(load_default="", metadata={"description": "Part of a name or code."})


PersonPage = page_of(PersonSchema, "PersonPage")
GroupPage = page_of(PartyGroupSchema, "GroupPage")
OrganisationPage = page_of(OrganisationSchema, "OrganisationPage")
