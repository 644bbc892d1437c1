"""Incidents, requests, questions, complaints and suggestions that know what they touch."""
