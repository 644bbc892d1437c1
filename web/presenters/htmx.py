"""How htmx behaves on our pages; the layout writes it into a meta tag."""

import json

# Answers of these kinds are swapped into the page: a refused form comes back with its errors, a
# conflict with both versions. Everything else is announced by static/src/requests.js.
RESPONSE_HANDLING = (
    {"code": "204", "swap": False},
    {"code": "[23]..", "swap": True},
    {"code": "409", "swap": True},
    {"code": "422", "swap": True},
    {"code": "[45]..", "swap": False, "error": True},
)

HTMX_CONFIG = json.dumps(
    {
        # These would break the Content-Security-Policy.
        "allowEval": False,
        "includeIndicatorStyles": False,
        "allowScriptTags": False,
        # So would carrying a style attribute, which scripts may set, over to what is swapped in.
        "attributesToSettle": ["class", "width", "height"],
        "selfRequestsOnly": True,
        # Pages are not kept in the browser's storage, where they would outlive signing out: Back
        # loads the page anew from the address, which holds its whole state.
        "historyCacheSize": 0,
        "refreshOnHistoryMiss": True,
        "scrollBehavior": "auto",
        "timeout": 30_000,
        "responseHandling": RESPONSE_HANDLING,
    }
)
"""The content of ``<meta name="htmx-config">``."""


def announcement(text: str, tone: str = "info") -> str:
    """Return the value of the header ``HX-Trigger`` that shows ``text`` at the edge of the page.

    ``tone`` is info, good or bad; what is bad stays until it is clicked away. Works on refusals
    too, which otherwise show one general sentence for their status.
    """
    return json.dumps({"announce": {"text": text, "tone": tone}})
