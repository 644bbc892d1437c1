"""``cadastre setup``: writes the settings file, from options and from answers to questions."""

from pathlib import Path
from typing import Any

import click

from server.commands.addresses import Listen
from server.commands.console import done, say
from server.commands.environment import CommandLine, pass_command_line
from server.commands.helping import ExampleCommand
from server.commands.setup_questions import TLS_WAYS, ask_for_the_rest
from server.commands.setup_settings import settings_from
from server.foundation.clock import utc_now
from server.foundation.mailing import send_test_message
from server.foundation.settings import load_settings, settings_path
from server.foundation.settings_file import read_settings_file, write_settings_file

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(
    "setup",
    cls=ExampleCommand,
    examples=[
        "cadastre setup                                       asks for everything",
        "cadastre setup --listen 0.0.0.0:8443 --tls self-signed --name desk.example",
        "cadastre setup --listen 0.0.0.0:443 --tls own --certificate desk.pem --key desk.key",
        "cadastre setup --tls proxy --proxy-hops 1 --public-url https://desk.example",
        "cadastre setup --database postgresql://cadastre@db.example/cadastre --no-input",
        "cadastre setup --smtp mail.example:587 --test-mail me@example.org",
    ],
)
@click.option("--listen", type=Listen(), help="Where to listen, such as 127.0.0.1:8080.")
@click.option("--public-url", help="What people type; links in mails are built from it.")
@click.option("--tls", type=click.Choice(TLS_WAYS), help="How connections are encrypted.")
@click.option("--certificate", type=_FILE, help="With --tls own: PEM file, chain included.")
@click.option("--key", type=_FILE, help="With --tls own: PEM file of the private key.")
@click.option("--name", "names", multiple=True, help="With --tls self-signed: host or address.")
@click.option("--proxy-hops", type=click.IntRange(1, 10), help="With --tls proxy: how many; 1.")
@click.option("--database", help="SQLAlchemy URL of a PostgreSQL database, or 'sqlite'.")
@click.option("--smtp", help="Mail server as HOST:PORT; 'none' sends no mail.")
@click.option("--smtp-from", help="Sender of our mails.")
@click.option("--smtp-user", help="Who we are to the mail server.")
@click.option("--smtp-password-file", type=_FILE, help="File that holds the password.")
@click.option("--smtp-starttls/--no-smtp-starttls", default=None, help="Encrypt; yes.")
@click.option("--test-mail", metavar="ADDRESS", help="Send a test message there at the end.")
@click.option("--no-input", is_flag=True, help="Ask nothing; what is not said stays as it is.")
@pass_command_line
def setup_command(command_line: CommandLine, /, **options: Any) -> None:
    """Write HOME/cadastre.toml: address, encryption, database and mail.

    Asks for what no option says and keeps what was set before. The file is readable by its owner
    alone. Nothing listens beyond this machine without a certificate or a declared proxy.
    """
    command_line.prepare_home()
    path = settings_path()
    stored = read_settings_file(path)
    answers = {name: value for name, value in options.items() if value not in (None, (), "")}
    if not answers.pop("no_input", False):
        ask_for_the_rest(answers, load_settings())
    home = command_line.settings.home
    settings = settings_from(answers, stored, home, utc_now())
    write_settings_file(path, settings)
    done(f"The settings are in {path}.")
    if answers.get("tls") == "self-signed":
        say(f"Browsers and agents must trust {home / 'tls' / 'authority.pem'}; copy it to them.")
    if "test_mail" in answers:
        send_test_message(load_settings(), answers["test_mail"])
        done(f"A test message is on its way to {answers['test_mail']}.")
    say("Start it: cadastre serve")
