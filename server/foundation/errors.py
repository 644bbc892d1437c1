"""What can go wrong in the desk, named for what happened. No HTTP here."""

from cmdb.errors import CadastreError, Conflict


class NotSignedIn(CadastreError):
    """Nobody is known to be asking."""


class SignInRefused(CadastreError):
    """The credentials do not fit; the text never says which part."""


class PasskeyRefused(CadastreError):
    """What a browser answered proves nothing; the text is for the log."""


class FreshSessionRequired(CadastreError):
    """This needs somebody who has just signed in: an open screen is not enough."""


class SecondFactorRequired(CadastreError):
    """The password was right; a code must follow. ``pending`` is for the browser's cookie."""

    def __init__(self, pending: str) -> None:
        self.pending = pending
        super().__init__("a code of the second factor must follow")


class PasswordChangeRequired(CadastreError):
    """The one-time password must be changed before anything else."""


class ForgeryRefused(CadastreError):
    """The request may have been sent by another site in the name of a signed-in person."""


class SessionRequired(CadastreError):
    """Only a person who signed in may do this; a token may not."""


class PermissionDenied(CadastreError):
    """The actor is known and may not do this."""

    def __init__(self, permission: str) -> None:
        self.permission = permission
        super().__init__(f"this needs the permission {permission}")


class IllegalMove(Conflict):
    """The life cycle does not allow this step from here."""

    def __init__(self, kind: str, current: str, wanted: str) -> None:
        self.field = "state"
        article = "an" if kind.startswith(("a", "e", "i", "o", "u")) else "a"
        super().__init__(f"{article} {kind} that is {current!r} cannot become {wanted!r}")


class SegregationOfDuties(CadastreError):
    """The same person may not do both: request and approve, or carry out and approve."""


class TooManyAttempts(CadastreError):
    """Slow down; ``retry_after_seconds`` says for how long."""

    def __init__(self, retry_after_seconds: int) -> None:
        self.retry_after_seconds = retry_after_seconds
        super().__init__(f"too many attempts; try again in {retry_after_seconds} seconds")


class SettingsError(CadastreError):
    """A setting is missing or wrong; the text names it."""


class SecretUnreadable(CadastreError):
    """A sealed secret cannot be opened: another key, or it was moved or changed."""


class AddressRefused(CadastreError):
    """This server does not connect to where the address leads; the text names the host only."""

    def __init__(self, host: str) -> None:
        self.host = host
        super().__init__(f"{host} leads to where this server may not connect")


class WebUnreachable(CadastreError):
    """Another web server does not answer as it should; the text says how."""

    def __init__(self, place: str, why: str) -> None:
        super().__init__(f"{place}: {why}")


class ProviderUnavailable(CadastreError):
    """An identity provider does not answer, or not as it must; the text says how."""


class ExtraMissing(CadastreError):
    """A part of Cadastre that is installed on request is not here; the text says which."""


class IdentityRefused(SignInRefused):
    """What an identity provider answered lets nobody in; the text says why."""


class DirectoryUnavailable(CadastreError):
    """The LDAP directory does not answer, or not as it was set up; the text says how."""


class DatabaseNotReady(CadastreError):
    """The database cannot be used as it is: wrong version, unreachable or not writable."""
