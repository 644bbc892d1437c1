"""What the desk does again and again: macros on tickets, and tickets that open by the calendar."""
