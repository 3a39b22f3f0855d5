"""The recipe of the shipped model: `python -m geomap.toponyms.training --help`.

Needs the extra `geomap[train]` (scikit-learn, CatBoost, names); nothing of it is needed to run
geomap.
"""
