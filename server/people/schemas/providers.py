"""Bodies of identity providers and of the links of people to them."""

from marshmallow import Schema, fields

from server.foundation.edge.fields import Code, Identifier, Line, Passage
from server.foundation.edge.schemas import Moment, StrictSchema, page_of


class ProviderSchema(Schema):
    """An identity provider as it is shown: whether it has a secret, never which."""

    id = fields.Integer(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    issuer = fields.String(required=True)
    client_id = fields.String(required=True)
    has_secret = fields.Boolean(required=True)
    scopes = fields.String(required=True)
    login_claim = fields.String(required=True)
    organisation_id = fields.Integer(required=True)
    enabled = fields.Boolean(required=True)
    created_at = Moment(required=True)
    updated_at = Moment(required=True)
    version = fields.Integer(required=True)


class ProviderChangeSchema(StrictSchema):
    """What may be changed about an identity provider; what is left out stays."""

    name = Line(shortest=1)
    issuer = Line(
        shortest=1,
        longest=1000,
        metadata={"description": "Exactly as the provider writes it into its tokens."},
    )
    client_id = Line(shortest=1, longest=500)
    client_secret = Passage(longest=2000, load_only=True)
    scopes = Line(shortest=1, longest=500)
    login_claim = Line(
        longest=100,
        metadata={
            "description": "The claim that holds the log-in of somebody known already; empty links "
            "nobody by itself."
        },
    )
    enabled = fields.Boolean()


class ProviderCreateSchema(ProviderChangeSchema):
    """An identity provider to be added."""

    code = Code(required=True)
    name = Line(shortest=1, required=True)
    issuer = Line(shortest=1, longest=1000, required=True)
    client_id = Line(shortest=1, longest=500, required=True)
    organisation_id = Identifier(required=True)


class ProviderTestSchema(Schema):
    """Whether the provider answers as it must."""

    ok = fields.Boolean(required=True)
    detail = fields.String(required=True)
    redirect_uri = fields.String(
        required=True, metadata={"description": "What the provider must know of us."}
    )


class ExternalIdentitySchema(Schema):
    """A provider's subject who may sign in as a person."""

    id = fields.Integer(required=True)
    provider_id = fields.Integer(required=True)
    person_id = fields.Integer(required=True)
    subject = fields.String(required=True)
    created_at = Moment(required=True)
    last_used_at = Moment(required=True, allow_none=True)


class ExternalIdentitiesSchema(Schema):
    """The links of a person."""

    items = fields.List(fields.Nested(ExternalIdentitySchema), required=True)


class ExternalIdentityCreateSchema(StrictSchema):
    """A subject to be linked."""

    provider_id = Identifier(required=True)
    subject = Line(shortest=1, longest=255, required=True)


ProviderPage = page_of(ProviderSchema, "IdentityProviderPage")
