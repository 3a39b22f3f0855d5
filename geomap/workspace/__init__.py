"""The workspace: what has been read so far, on disk, and what was found in it."""
