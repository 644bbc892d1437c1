"""The nightly backup, and what becomes of older ones."""

from collections.abc import Mapping
from typing import Any

from server.foundation.backup.archive import UnusableArchive, unpack
from server.foundation.backup.making import backups_in, default_path, make_backup
from server.foundation.clock import utc_now
from server.foundation.jobs.handler import JobContext
from server.foundation.secrets import SecretBox

#: The kind, as in ``server.wiring.JOBS``.
MAKE_BACKUP = "backup.make"
#: What nightly backups are called, so that those made by hand are never cleared away.
_NIGHTLY = "nightly"


def run_backup(context: JobContext) -> Mapping[str, Any]:
    """Make a backup below the data folder and keep as many as ``backups_kept`` says; 0: none.

    It is read back whole before an older one goes. Whatever goes wrong makes the job fail, and a
    job that is given up is an alarm.
    """
    settings = context.settings
    if settings.backups_kept == 0:
        return {"made": ""}
    path = default_path(settings, utc_now(), _NIGHTLY)
    manifest = make_backup(settings, path, utc_now(), context.progress)
    context.progress.begin("Reading the backup back")
    try:
        unpack(path, None, SecretBox(settings.key_file), settings.backup_passphrase)
    except UnusableArchive:
        # What cannot be restored must not look like the last good one.
        path.unlink(missing_ok=True)
        raise
    older = backups_in(path.parent, f"{_NIGHTLY}-")[: -settings.backups_kept]
    for old in older:
        old.unlink(missing_ok=True)
    return {"made": path.name, "rows": sum(manifest.tables.values()), "deleted": len(older)}
