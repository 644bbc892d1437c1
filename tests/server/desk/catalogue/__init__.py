"""Tests of the catalogue of requests."""
