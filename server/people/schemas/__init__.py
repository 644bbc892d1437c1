"""The wire format of people's REST interface."""
