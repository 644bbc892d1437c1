"""Orders: an offering that was asked for is a ticket with answers, approvals and tasks."""
