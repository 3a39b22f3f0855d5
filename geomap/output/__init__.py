"""Layers, maps, GeoJSON, briefings."""
