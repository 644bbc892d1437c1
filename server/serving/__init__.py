"""One process that answers requests and, unless told otherwise, carries out jobs.

gunicorn runs inside this program: its arbiter holds the socket and starts one worker, which has
the request threads, the job threads and the scheduler, and is the only process that writes. The
arbiter never opens the database; when the worker dies it starts another. A threaded server without
an arbiter would be one process less, but a worker that is killed for want of memory would then be
the end of the service. More than one worker is not offered: SQLite wants one writer, and on
PostgreSQL several ``cadastre web`` behind a proxy do the same and can be told apart.
"""
