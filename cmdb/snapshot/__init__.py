"""The dependency graph as processes hold it: built from packed SQL, stamped with its sequence."""
