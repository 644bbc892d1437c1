"""Tests of web/templates."""
