"""What becomes of a letter, and why one is held."""

WAITING, TAKEN, HELD, IGNORED, DROPPED = "waiting", "taken", "held", "ignored", "dropped"

#: "waiting" to be read, "taken" (a ticket, or an entry of one), "held" for a person to decide,
#: "ignored" because a machine wrote it, "dropped" by a person.
STATES = (WAITING, TAKEN, HELD, IGNORED, DROPPED)

#: Why a letter is held or ignored; of "automatic" the note says which of ``letters.AUTOMATIC``.
REASONS = (
    "stranger",  # nobody here has the sender's address
    "ambiguous",  # several people have it
    "may_not",  # who has it is disabled, or may not write to this desk
    "unverified",  # the trusted server did not find that the sender is who they say
    "not_yours",  # it answers on a ticket that is not the sender's
    "unproven",  # it names a ticket without the proof that stands in our mail about it
    "too_many",  # the sender has opened as many tickets as one may in an hour
    "too_large",  # it is larger than attachments may be; it lies on the server still
    "unreadable",  # nobody can say who sent it
    "refused",  # the desk refused what it says, or a file; ``note`` says how
    "failed",  # it could not be taken in three times; ``note`` says why
    "removed",  # its mailbox was removed before it was read
    "automatic",  # a machine wrote it, or may have
)
