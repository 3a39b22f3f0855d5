"""Spatial hints: expressions, relations, regions."""
