"""What a letter answers: tokens of tickets that it brings back."""

from server.desk.mail.rules.letters import Letter
from server.notify.rules.tokens import tokens_in

_MOST = 20


def tokens_of(letter: Letter) -> tuple[tuple[str, str], ...]:
    """Return (reference, signature) of what looks like a token, the surest first, at most 20.

    What the mail program says it answers stands before what people see and may have copied.
    """
    texts = (*letter.references, letter.subject, letter.text)
    found = (one for text in texts for one in tokens_in(text))
    return tuple(dict.fromkeys(found))[:_MOST]
