"""Asking servers for pages and feeds: politely, within limits, and never inside this network."""

from geomap.fetching.fetch import Fetched, Fetcher, Limits, fetch
from geomap.fetching.guard import Guard, Target

__all__ = ["Fetched", "Fetcher", "Guard", "Limits", "Target", "fetch"]
