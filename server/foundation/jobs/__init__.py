"""Background work: the job row is the durable truth, written in the transaction that wants it done.

At least once: a job whose process was killed is taken over when its lease ends, so a handler must
bear being run again (``JobContext.idempotency_key`` stays the same over all its attempts).
"""
