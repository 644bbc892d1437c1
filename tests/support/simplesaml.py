"""A real SAML provider: SimpleSAMLphp from Debian, served by PHP's own web server on loopback.

It listens as ``localhost`` while the site under test is ``127.0.0.1``: for a browser these are two
sites, as they are outside. ``sam`` signs in there with the password ``samuel``.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import pytest

from tests.support.processes import (
    ServerProcess,
    answers_on,
    free_port,
    private_directory,
    require_program,
    start_on_free_ports,
)
from tests.support.saml_provider import SamlForger

_ROOT = Path("/usr/share/simplesamlphp/www")
_CONFIG = """<?php $config = [
'baseurlpath' => '{address}/', 'certdir' => '{folder}/', 'loggingdir' => '{folder}/',
'datadir' => '{folder}/', 'tempdir' => '{folder}/temp', 'metadatadir' => '{folder}/metadata/',
'attributenamemapdir' => '/etc/simplesamlphp/attributemap/', 'timezone' => 'UTC',
'secretsalt' => 'of a test', 'auth.adminpassword' => 'of a test', 'technicalcontact_name' => 'x',
'technicalcontact_email' => 'x@example.test', 'showerrors' => true, 'errorreporting' => false,
'debug' => ['saml' => false, 'backtraces' => true, 'validatexml' => false],
'logging.level' => 5, 'logging.handler' => 'errorlog', 'logging.processname' => 'saml',
'admin.protectmetadata' => false, 'admin.protectindexpage' => true, 'proxy' => null,
'trusted.url.domains' => ['localhost', '127.0.0.1'], 'enable.saml20-idp' => true,
'module.enable' => ['exampleauth' => true, 'core' => true, 'saml' => true],
'session.cookie.secure' => false, 'session.cookie.samesite' => null,
'session.phpsession.savepath' => '{folder}/sessions', 'session.cookie.name' => 'SamlSession',
'language.cookie.secure' => false, 'language.cookie.samesite' => null,
'language.available' => ['en'], 'language.default' => 'en', 'theme.use' => 'default',
'authproc.idp' => [], 'authproc.sp' => [], 'store.type' => 'phpsession',
'statistics.out' => [], 'metadata.sources' => [['type' => 'flatfile'],
['type' => 'xml', 'file' => '{folder}/us.xml']]];
"""
_PEOPLE = """<?php $config = ['people' => ['exampleauth:UserPass',
'sam:samuel' => ['uid' => ['sam'], 'mail' => ['sam@example.test']]]];
"""
_HOSTED = """<?php $metadata['{address}/idp'] = ['host' => '__DEFAULT__', 'auth' => 'people',
'privatekey' => 'idp.key', 'certificate' => 'idp.crt', 'userid.attribute' => 'uid',
'NameIDFormat' => 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
'signature.algorithm' => 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
'assertion.encryption' => {encrypts}, 'sharedkey_algorithm' => '{algorithm}',
'attributes.NameFormat' => 'urn:oasis:names:tc:SAML:2.0:attrname-format:basic',
'authproc' => [3 => ['class' => 'saml:PersistentNameID', 'attribute' => 'uid']]];
"""
_AES_GCM = "http://www.w3.org/2009/xmlenc11#aes256-gcm"


class SimpleSaml:
    """The provider. It knows a service once ``knows`` was given its metadata."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server: ServerProcess | None = None
        self.address = ""
        for name in ("metadata", "sessions", "temp"):
            (folder / name).mkdir()
        pair = SamlForger()
        (folder / "idp.key").write_text(pair.key)
        (folder / "idp.crt").write_text(pair.certificate)
        (folder / "authsources.php").write_text(_PEOPLE)

    @property
    def metadata_url(self) -> str:
        """Where it publishes its metadata."""
        return f"{self.address}/saml2/idp/metadata.php"

    def start(self) -> None:
        """Start it on a free port; raises ServerDidNotStartError."""
        php = require_program("php", "php-cli")
        if not _ROOT.is_dir():
            pytest.fail(
                "SimpleSAMLphp is missing: `make system` as root installs simplesamlphp.",
                pytrace=False,
            )
        port = free_port()
        self.address = f"http://localhost:{port}"
        config = _CONFIG.format(address=self.address, folder=self._folder)
        (self._folder / "config.php").write_text(config)
        self.encrypts(None)
        self.knows(
            b"<?xml version='1.0'?><EntitiesDescriptor "
            b"xmlns='urn:oasis:names:tc:SAML:2.0:metadata'/>"
        )
        server = ServerProcess(
            [
                *("env", f"SIMPLESAMLPHP_CONFIG_DIR={self._folder}"),
                *(php, "-d", "session.gc_probability=0"),
                # A file that was written anew within two seconds would be the old one to it.
                *("-d", "opcache.enable=0", "-S", f"127.0.0.1:{port}"),
                *("-t", str(_ROOT)),
            ],
            log=self._folder / "php.log",
        )
        server.start(lambda: answers_on(port))
        self._server = server

    def stop(self) -> None:
        """Stop it."""
        if self._server is not None:
            self._server.stop()

    def knows(self, metadata: bytes) -> None:
        """Let it know a service by the metadata that this publishes."""
        (self._folder / "us.xml").write_bytes(metadata)

    def encrypts(self, algorithm: str | None = _AES_GCM) -> None:
        """Let it encrypt assertions from now on; None: send them in the clear."""
        text = _HOSTED.format(
            address=self.address,
            encrypts="true" if algorithm else "false",
            algorithm=algorithm or _AES_GCM,
        )
        (self._folder / "metadata" / "saml20-idp-hosted.php").write_text(text)


class NoAnswerError(Exception):
    """The provider shows a page of its own and sends nobody back; the text is that page."""


class Visitor:
    """A browser without scripts, as far as the provider's own pages need one."""

    def __init__(self) -> None:
        self._opener: OpenerDirector = build_opener(HTTPCookieProcessor(CookieJar()))

    def answer(self, address: str) -> dict[str, str]:
        """Sign in as sam, and return the form that its last page would post to the service.

        Raises NoAnswerError when the provider refuses what the service asked.
        """
        page, at = self._get(address)
        state = _inputs(page)
        if "AuthState" in state:
            form = {"AuthState": state["AuthState"], "username": "sam", "password": "samuel"}
            page, at = self._get(urljoin(at, "?"), form)
        if "SAMLResponse" not in _inputs(page):
            raise NoAnswerError(page)
        return _inputs(page)

    def _get(self, address: str, form: dict[str, str] | None = None) -> tuple[str, str]:
        body = urlencode(form).encode() if form else None
        with self._opener.open(address, body, timeout=30) as answer:
            return answer.read().decode(), answer.geturl()


def _inputs(page: str) -> dict[str, str]:
    found = {}
    for tag in re.findall(r"<input [^>]*>", page):
        names = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if "name" in names:
            found[names["name"]] = unescape(names.get("value", ""))
    return found


@contextmanager
def running_simplesaml() -> Iterator[SimpleSaml]:
    """Run the provider for as long as the block lasts."""
    with private_directory("simplesaml") as folder:
        provider = SimpleSaml(folder)
        start_on_free_ports(provider.start)
        try:
            yield provider
        finally:
            provider.stop()
