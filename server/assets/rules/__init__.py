"""What follows from dates and places alone: alarms before an end, and places in a rack."""
