"""What the register refuses beside single values, in the reader's language."""

from web.presenters.reader import Reader


def sentences(reader: Reader) -> dict[str, str]:
    """Return the reader's words for whole sentences."""
    return {
        "no item that fits has an owner": reader.gettext("No item that fits has an owner."),
        "say what is wrong": reader.gettext("Say what is wrong."),
        "a revoked agent reports no more": reader.gettext("A revoked agent reports no more."),
        "is not JSON": reader.gettext("This is not JSON."),
        "holds no advisory of OSV, NVD or endoflife.date": reader.gettext(
            "The file holds no advisory of OSV, of NVD or by endoflife.date."
        ),
        "must not lie before the first day": reader.gettext(
            "The end must not lie before the beginning."
        ),
        "must name at least two letters of each product": reader.gettext(
            "Give at least two letters of each product besides the stars."
        ),
        "is not a day": reader.gettext("This is not a day."),
        "names no model": reader.gettext("This names no model."),
        "there is no such attribute": reader.gettext("There is no such attribute."),
        "must be an amount such as 12.50": reader.gettext("Give an amount such as 12.50."),
        "must have at most 2 digits after the point": reader.gettext(
            "Give at most two digits after the point."
        ),
        "must be a currency such as EUR": reader.gettext("Give a currency such as EUR."),
        "must begin with https:// or http://": reader.gettext(
            "The address must begin with https:// or http://."
        ),
        "is needed for this": reader.gettext("This is needed for the depreciation."),
        "must not be more than the price": reader.gettext("This must not be more than the price."),
        "a retired item is given to nobody": reader.gettext("A retired item is given to nobody."),
        "somebody has this item; let it come back first": reader.gettext(
            "Somebody has this item. Let it come back first."
        ),
        "is not there, was revoked, or belongs to another organisation": reader.gettext(
            "This collector is not there, was revoked, or belongs to another organisation."
        ),
        "no collector that is there now sweeps its address": reader.gettext(
            "No collector that is there now sweeps its address."
        ),
        "choose at least one credential": reader.gettext("Choose at least one credential."),
        "no item fits": reader.gettext("No item fits."),
        "the past cannot be asked for this": reader.gettext("The past cannot be asked for this."),
        "the past is listed by id alone": reader.gettext("The past is listed by id alone."),
        "give a file or an address, and not both": reader.gettext(
            "Choose a file, or give an address; not both."
        ),
        "must be an address without spaces of at most 2000 characters": reader.gettext(
            "Give an address without spaces, of at most 2000 characters."
        ),
        "the campaign is over": reader.gettext("The campaign is over."),
    }
