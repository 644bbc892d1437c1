"""``cadastre provider``: identity providers, set up without the pages."""

from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from server.commands.console import done, show_table
from server.commands.environment import CommandLine, pass_command_line
from server.commands.helping import ExampleCommand, ExampleGroup
from server.commands.missing import organisation_id
from server.foundation.clock import utc_now
from server.foundation.errors import ProviderUnavailable
from server.foundation.secrets import SecretBox
from server.foundation.web_client import WebClient
from server.people.actions.provider_sign_in import gateway_of, try_provider
from server.people.actions.providers import create_provider, remove_provider
from server.people.actions.saml_providers import (
    create_saml_provider,
    renew_metadata,
    with_metadata,
)
from server.people.models import SAML, IdentityProvider
from server.people.saml.values import our_addresses


@click.group("provider", cls=ExampleGroup, examples=["cadastre provider test staff"])
def provider_group() -> None:
    """Let an OpenID Connect or SAML provider vouch for people."""


@provider_group.command("list", cls=ExampleCommand, examples=["cadastre provider list"])
@pass_command_line
def list_providers(command_line: CommandLine) -> None:
    """List identity providers: how they are called here and there, and whether they are on."""
    with command_line.database() as database, database.reading() as session:
        rows = [
            (row.code, row.name, row.issuer, _client(row), "on" if row.enabled else "off")
            for row in session.scalars(select(IdentityProvider).order_by(IdentityProvider.code))
        ]
    show_table(("Code", "Name", "Issuer", "Client", "Switched"), rows)


@provider_group.command(
    "add",
    cls=ExampleCommand,
    examples=[
        "cadastre provider add staff --name Staff --issuer https://id.test --client-id cadastre",
    ],
)
@click.argument("code")
@click.option("--name", required=True, help="As the sign-in page shows it.")
@click.option("--issuer", required=True, help="Exactly as the provider writes it.")
@click.option("--client-id", required=True, help="Who we are there.")
@click.option(
    "--secret-file", type=click.File("r", encoding="utf-8"), help="Holds the client secret."
)
@click.option("--login-claim", default="", help="Claim that holds the log-in of people known here.")
@click.option("--organisation", help="Whose people it vouches for; the root without it.")
@pass_command_line
def add(command_line: CommandLine, /, code: str, **given: Any) -> None:
    """Add the OpenID Connect provider CODE, and say which address it must send people back to."""
    settings, stream, place = (
        command_line.settings,
        given.pop("secret_file"),
        given.pop("organisation"),
    )
    values = given | {"code": code, "client_secret": stream.read().strip() if stream else ""}
    with command_line.database() as database:
        with database.writing() as session:
            values["organisation_id"] = organisation_id(session, place)
            box = SecretBox(settings.key_file)
            create_provider(session, command_line.actor, values, box, utc_now())
        done(f"{code} is added; it must send people back to")
        done(gateway_of(settings, database).redirect_uri)


@provider_group.command(
    "add-saml",
    cls=ExampleCommand,
    examples=[
        "cadastre provider add-saml staff --name Staff --metadata-url https://id.test/metadata",
        "cadastre provider add-saml staff --name Staff --metadata-file metadata.xml",
    ],
)
@click.argument("code")
@click.option("--name", required=True, help="As the sign-in page shows it.")
@click.option("--metadata-url", default="", help="Where the provider publishes its metadata.")
@click.option(
    "--metadata-file", type=click.File("r", encoding="utf-8"), help="Holds its metadata, as XML."
)
@click.option("--login-attribute", default="", help="Holds the log-in of people known here.")
@click.option("--organisation", help="Whose people it vouches for; the root without it.")
@pass_command_line
def add_saml(command_line: CommandLine, /, code: str, **given: Any) -> None:
    """Add the SAML provider CODE, and say where our metadata are, which it must know."""
    settings, stream, place = (
        command_line.settings,
        given.pop("metadata_file"),
        given.pop("organisation"),
    )
    wish = given | {"code": code, "metadata": stream.read() if stream else ""}
    with command_line.database() as database:
        values = with_metadata(WebClient(settings.web_gate), wish)
        with database.writing() as session:
            values["organisation_id"] = organisation_id(session, place)
            box = SecretBox(settings.key_file)
            create_saml_provider(session, command_line.actor, values, box, utc_now())
    done(f"{code} is added; our metadata for it are at")
    done(our_addresses(settings.base_url, code)[0])


@provider_group.command("test", cls=ExampleCommand, examples=["cadastre provider test staff"])
@click.argument("code")
@pass_command_line
def test(command_line: CommandLine, code: str) -> None:
    """Ask the provider CODE what it publishes, and say what is wrong with that.

    What a SAML provider publishes is taken over: certificates change.
    """
    settings = command_line.settings
    with command_line.database() as database:
        with database.reading() as session:
            row = _provider(session, code)
            issuer, speaks, number = row.issuer, row.protocol, row.id
        if speaks == SAML:
            web = WebClient(settings.web_gate)
            renew_metadata(database, web, command_line.actor, number, utc_now())
            done(f"{issuer} answers, and its metadata are renewed")
            return
        fault = try_provider(gateway_of(settings, database), issuer)
    if fault:
        raise ProviderUnavailable(fault)
    done(f"{issuer} answers, and its keys can be read")


@provider_group.command("remove", cls=ExampleCommand, examples=["cadastre provider remove staff"])
@click.argument("code")
@pass_command_line
def remove(command_line: CommandLine, code: str) -> None:
    """Remove the provider CODE, and the links of people to it."""
    with command_line.database() as database, database.writing() as session:
        remove_provider(session, command_line.actor, _provider(session, code))
    done(f"{code} is removed")


def _provider(session: Session, code: str) -> IdentityProvider:
    found = session.scalars(select(IdentityProvider).where(IdentityProvider.code == code)).first()
    if found is None:
        raise NotFound("identity provider", code)
    return found


def _client(row: IdentityProvider) -> str:
    return "SAML" if row.protocol == SAML else row.client_id
