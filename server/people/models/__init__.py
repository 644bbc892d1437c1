"""Log-ins, roles and where people come from. The people stand in ``cmdb.records.parties``."""

from server.people.models.accounts import (
    Account,
    ApiToken,
    Preference,
    SignInAttempt,
    WebSession,
)
from server.people.models.computers import DirectoryComputer
from server.people.models.directories import (
    Directory,
    DirectoryEntry,
    DirectoryRule,
    DirectoryRuleGrant,
    DirectoryRun,
)
from server.people.models.proofs import (
    OPENID,
    SAML,
    ExternalIdentity,
    IdentityProvider,
    Passkey,
    PendingSignIn,
    RecoveryCode,
    SecondFactor,
)
from server.people.models.roles import (
    EmergencyUse,
    Role,
    RoleGrant,
)
from server.people.models.rosters import (
    PersonPhoto,
    PersonWord,
    Roster,
    RosterRun,
)
from server.people.models.saml import (
    SamlAnswer,
    SamlProvider,
)

__all__ = [
    "OPENID",
    "SAML",
    "Account",
    "ApiToken",
    "Directory",
    "DirectoryComputer",
    "DirectoryEntry",
    "DirectoryRule",
    "DirectoryRuleGrant",
    "DirectoryRun",
    "EmergencyUse",
    "ExternalIdentity",
    "IdentityProvider",
    "Passkey",
    "PendingSignIn",
    "PersonPhoto",
    "PersonWord",
    "Preference",
    "RecoveryCode",
    "Role",
    "RoleGrant",
    "Roster",
    "RosterRun",
    "SamlAnswer",
    "SamlProvider",
    "SecondFactor",
    "SignInAttempt",
    "WebSession",
]
