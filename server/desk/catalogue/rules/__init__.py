"""Pure decisions about offerings: reading a document, which fields are shown, reading answers."""
