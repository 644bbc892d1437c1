"""The register: classes, identity, reconciliation, history, relations and impact."""
