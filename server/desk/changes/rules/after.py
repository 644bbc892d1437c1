"""Titles of the tasks that the desk itself leaves behind, in the language of the record."""

DOCUMENTS = "Update the documents"
REGISTER = "Write what was planned into the register"
