"""Pure functions from values to what a page shows: no database, no Flask, no clock."""
