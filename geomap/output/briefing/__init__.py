"""Regional briefings: what the reports say of a region in a period, every sentence with its source.

The text is composed from the features by templates; nothing is told that no sentence says.
"""
