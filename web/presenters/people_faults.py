"""What people's accounts, directories and identity providers refuse, in the reader's language."""

from web.presenters.reader import Reader


def sentences(reader: Reader) -> dict[str, str]:
    """Return sentence → what a reader is told instead."""
    return {
        "there is no such identity provider for this person": reader.gettext(
            "This identity provider does not vouch for this person."
        ),
        "this person is linked with this identity provider already": reader.gettext(
            "This person is linked with this identity provider already."
        ),
        "nothing else lets you in; ask for a password first": reader.gettext(
            "Nothing else lets you in. Ask an administrator for a password first."
        ),
        "must be an https:// address without query or fragment": reader.gettext(
            "This must be an https:// address without anything after the path."
        ),
        "must be an https:// address": reader.gettext("This must be an https:// address."),
        "is not valid XML": reader.gettext("This is not valid XML."),
        "must describe exactly one identity provider": reader.gettext(
            "The metadata must describe exactly one identity provider."
        ),
        "is no longer valid": reader.gettext("These metadata are no longer valid."),
        "has no SingleSignOnService for HTTP-Redirect": reader.gettext(
            "These metadata name no address for signing in over HTTP-Redirect."
        ),
        "is needed, as XML or by its address": reader.gettext(
            "Give the metadata, or their address."
        ),
        "must not be an e-mail address, which SAML does not verify": reader.gettext(
            "This must not be an e-mail address, which SAML does not verify."
        ),
        "the metadata were pasted; paste them anew, or give their address": reader.gettext(
            "The metadata were pasted: paste them anew, or give their address."
        ),
        "the metadata there are of another entity id": reader.gettext(
            "The metadata there are of another entity id."
        ),
        "must say in at least 10 letters what has happened": reader.gettext(
            "Say what has happened, in a sentence."
        ),
        "must be 1 to 8": reader.gettext("Choose 1 to 8 hours."),
        "this emergency is declared already": reader.gettext("This emergency is declared already."),
        "this emergency is over already": reader.gettext("This emergency is over already."),
        "this emergency is not over yet": reader.gettext(
            "This emergency is not over yet; review it afterwards."
        ),
        "this emergency was reviewed already": reader.gettext(
            "This emergency was reviewed already."
        ),
        "nobody reviews their own emergency": reader.gettext("Nobody reviews their own emergency."),
        "another source of people has this code": reader.gettext(
            "Another source of people has this short name."
        ),
        "this personnel list is switched off": reader.gettext(
            "This personnel list is switched off."
        ),
        "must be the header of a column": reader.gettext("This must be the header of a column."),
        "must be a JPEG or PNG picture": reader.gettext("This must be a JPEG or PNG picture."),
        "must be a PNG without interlacing": reader.gettext(
            "This must be a PNG without interlacing."
        ),
        "is damaged": reader.gettext("This picture is damaged."),
        "must be at most 1024 by 1024 pixels": reader.gettext(
            "The picture may have 1024 by 1024 pixels at most."
        ),
        "must be at most 2000 kB": reader.gettext("The file may have 2000 kB at most."),
        "must be at most 200 kB without what surrounds the picture": reader.gettext(
            "The picture may have 200 kB at most."
        ),
        "must hold openid": reader.gettext("One of the scopes must be openid."),
        "there is no such organisation": reader.gettext("There is no such organisation."),
        "there is a second factor already; remove it first": reader.gettext(
            "There is a second factor already. Remove it first."
        ),
        "sign in anew first: it was more than 15 minutes ago": reader.gettext(
            "Sign in anew first: it was more than 15 minutes ago."
        ),
        "passkeys need a server that people reach by a name and over HTTPS": reader.gettext(
            "Passkeys need a server that people reach by a name and over HTTPS."
        ),
        "is not what was asked for; try again": reader.gettext(
            "The browser's answer is not what was asked for. Try again."
        ),
        "at most 20; remove one first": reader.gettext(
            "There may be 20 at most. Remove one first."
        ),
        "must have 1 to 80 letters": reader.gettext("This must have 1 to 80 letters."),
        "only somebody who is signed in may do this": reader.gettext(
            "Only somebody who is signed in may do this; a token may not."
        ),
    }
