"""Bodies of identity providers that speak SAML."""

from marshmallow import Schema, fields

from server.foundation.edge.fields import Code, Identifier, Line, Passage
from server.foundation.edge.schemas import Moment, StrictSchema, page_of

_LONGEST_METADATA = 1_000_000


class CertificateSchema(Schema):
    """A certificate that signs: SHA-256 of it in hex, whose it says it is, and its end."""

    fingerprint = fields.String(required=True)
    subject = fields.String(required=True)
    expires_at = Moment(required=True)


class SamlProviderSchema(Schema):
    """An identity provider that speaks SAML, and what it has to know of us."""

    id = fields.Integer(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    entity_id = fields.String(required=True)
    sign_in_url = fields.String(required=True)
    certificates = fields.List(fields.Nested(CertificateSchema), required=True)
    metadata_url = fields.String(required=True)
    valid_until = Moment(required=True, allow_none=True)
    login_attribute = fields.String(required=True)
    sign_requests = fields.Boolean(required=True)
    allow_unsolicited = fields.Boolean(required=True)
    our_entity_id = fields.String(
        required=True, metadata={"description": "Who we are there, and where our metadata are."}
    )
    our_answers_url = fields.String(
        required=True, metadata={"description": "Where the provider posts its answers."}
    )
    our_certificate = fields.Nested(CertificateSchema, required=True)
    organisation_id = fields.Integer(required=True)
    enabled = fields.Boolean(required=True)
    created_at = Moment(required=True)
    updated_at = Moment(required=True)
    version = fields.Integer(required=True)


class SamlProviderChangeSchema(StrictSchema):
    """What may be changed about a SAML provider; what is left out stays."""

    name = Line(shortest=1)
    metadata = Passage(
        longest=_LONGEST_METADATA,
        load_only=True,
        metadata={
            "description": "What the provider publishes, as XML: entity id, address, certificates."
        },
    )
    metadata_url = Line(
        longest=1000,
        metadata={"description": "Where the metadata are fetched from, when none are sent."},
    )
    login_attribute = Line(
        longest=200,
        metadata={
            "description": "The attribute that holds the log-in of somebody known already; empty "
            "links nobody by itself. Never an e-mail address."
        },
    )
    sign_requests = fields.Boolean()
    allow_unsolicited = fields.Boolean()
    enabled = fields.Boolean()


class SamlProviderCreateSchema(SamlProviderChangeSchema):
    """A SAML provider to be added."""

    code = Code(required=True)
    name = Line(shortest=1, required=True)
    organisation_id = Identifier(required=True)


SamlProviderPage = page_of(SamlProviderSchema, "SamlProviderPage")
