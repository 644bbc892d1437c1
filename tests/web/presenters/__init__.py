"""Tests of web/presenters."""
