"""Toponym recognition and resolution."""
