"""Tests of macros and schedules."""
