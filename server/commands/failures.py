"""What went wrong, as one sentence for whoever ran the command."""

import errno

from sqlalchemy.exc import SQLAlchemyError

from cmdb.errors import CadastreError
from server.foundation.journal import clean_text


def sentence(error: Exception) -> str:
    """Return one line without secrets, control characters or a traceback."""
    if isinstance(error, CadastreError):
        return clean_text(str(error))
    if isinstance(error, SQLAlchemyError):
        cause = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        return clean_text(f"the database failed: {cause}; `cadastre doctor` looks closer")
    if isinstance(error, OSError) and error.strerror:
        if error.errno == errno.ENOSPC and not error.filename:
            return "a disk is full; `cadastre doctor` says how much is free in the data folder"
        return f"{error.filename or 'a file'}: {error.strerror}"
    kind = type(error).__name__
    return clean_text(f"something failed that should not ({kind}: {error}); --debug shows where")
