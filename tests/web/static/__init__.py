"""Tests of web/static."""
