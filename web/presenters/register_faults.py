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
        "no item fits": reader.gettext("No item fits."),
        "the past cannot be asked for this": reader.gettext("The past cannot be asked for this."),
        "the past is listed by id alone": reader.gettext("The past is listed by id alone."),
        "the campaign is over": reader.gettext("The campaign is over."),
    }
