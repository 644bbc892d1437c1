"""The routes that anybody may use, signed in or not, each with its reason."""

from tests.contract.endpoints.entry import Public

_FOREIGN = "agents of other makers have no key; who is not known waits to be admitted"

PUBLIC: tuple[Public, ...] = (
    Public("GET", "/healthz", "a supervisor asks whether the process lives"),
    Public("GET", "/readyz", "a load balancer asks whether it may send requests"),
    Public("GET", "/metrics", "a collector on this host; from elsewhere it needs a token"),
    Public("GET", "/sign-in", "one cannot be signed in before signing in"),
    Public("POST", "/sign-in", "one cannot be signed in before signing in", status=401),
    Public("GET", "/sign-in/code", "the password was right and a code must follow", status=303),
    Public("POST", "/sign-in/code", "the password was right and a code must follow", status=303),
    Public("POST", "/sign-in/passkey/begin", "a bare address has no passkeys", status=409),
    Public("POST", "/sign-in/passkey", "a bare address has no passkeys", status=409),
    Public("GET", "/sign-in/with/<code>", "one cannot be signed in before signing in", status=404),
    Public("GET", "/sign-in/back", "the round trip's own secret and state decide", status=401),
    Public("POST", "/sign-out", "an old page of somebody signed out already", status=303),
    Public("POST", "/account/language", "the sign-in page is read in every language", status=303),
    Public("GET", "/agent/cadastre-agent.pyz", "it holds no secret; a token makes it an agent"),
    Public("GET", "/agent/install.sh", "it holds no secret; a token makes it an agent"),
    Public("GET", "/agent/install.ps1", "it holds no secret; a token makes it an agent"),
    Public("GET", "/api/v1/openapi.json", "what the interface offers is no secret"),
    Public("GET", "/api/v1/calendar/<string:secret>", "a feed's own secret decides", status=404),
    Public("GET", "/approvals/<secret>", "the link's own secret decides", status=404),
    Public("POST", "/approvals/<secret>", "the link's own secret decides", status=404),
    Public("POST", "/api/v1/agents/enrol", "the enrolment token in the body decides", status=422),
    Public("POST", "/api/v1/reports", "the agent's own key decides", status=401),
    Public("POST", "/api/v1/collectors/enrol", "the token in the body decides", status=422),
    Public("POST", "/api/v1/collectors/errands", "the collector's own key decides", status=401),
    Public("POST", "/api/v1/collectors/deliveries", "the collector's key decides", status=401),
    Public("POST", "/front/inventory.php", _FOREIGN, status=400),
    Public("GET", "/front/inventory.php", _FOREIGN),
    Public("POST", "/ocsinventory", _FOREIGN, status=400),
    Public("GET", "/ocsinventory", _FOREIGN),
    Public("POST", "/plugins/fusioninventory/", _FOREIGN, status=400),
    Public("GET", "/plugins/fusioninventory/", _FOREIGN),
    Public("POST", "/inventory", _FOREIGN, status=400),
    Public("GET", "/inventory", _FOREIGN),
    Public("POST", "/inventory/<slug>", _FOREIGN, status=400),
    Public("GET", "/inventory/<slug>", _FOREIGN),
    Public("POST", "/inventory/<slug>/api.php/token", "the client's secret decides", status=400),
)
