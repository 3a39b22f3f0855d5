"""Parties, claims, and the line of contact."""
