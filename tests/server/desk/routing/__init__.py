"""Tests of who gets which ticket."""
