"""Reading rules of alarms, alarms, and what is wrong in the register."""
