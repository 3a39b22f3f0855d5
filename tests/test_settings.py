"""Settings: checked when made, an unknown key is told with the nearest."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from geomap import Settings
from geomap.errors import SettingsError


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("min_confidense", "did you mean 'min_confidence'?"),
        ("sinse", "did you mean 'since'?"),
        ("zzz", "known: since, until, region"),
    ],
)
def test_an_unknown_key_is_told_with_the_nearest(key: str, said: str) -> None:
    with pytest.raises(SettingsError, match=f"unknown setting '{key}'") as told:
        Settings.from_mapping({key: 1})
    assert said in str(told.value)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"min_confidence": -0.1}, "between 0 and 1"),
        ({"min_confidence": float("nan")}, "between 0 and 1"),
        ({"min_confidence": "0.5"}, "not a number"),
        ({"min_confidence": True}, "not a number"),
        ({"since": dt.date(2024, 2, 1), "until": dt.date(2024, 1, 1)}, "swap them"),
        ({"since": "2024-02-01"}, "not a day"),
        ({"until": dt.datetime(2024, 2, 1)}, "not a day"),
        ({"region": 5}, "not a name"),
        ({"kinds": ["literals"]}, "unknown kind 'literals'"),
        ({"kinds": "literals"}, "unknown kind 'literals'"),
        ({"kinds": []}, "kinds is empty"),
        ({"hint_passes": 7}, "not 0 or 1"),
        ({"max_article_mb": 0}, "positive"),
        ({"max_article_mb": float("inf")}, "positive"),
    ],
    ids=repr,
)
def test_a_wrong_value_is_told(values: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        Settings.from_mapping(values)


def test_the_digest_tells_settings_apart_and_nothing_else() -> None:
    assert Settings().digest() == Settings.from_mapping({}).digest()
    assert Settings(min_confidence=0).digest() == Settings().digest()
    assert Settings(kinds=("associative", "literal")).digest() == Settings().digest()
    assert Settings.from_mapping({"kinds": "literal"}).kinds == ("literal",)
    others = {
        Settings(min_confidence=0.5).digest(),
        Settings(region="Ukraine").digest(),
        Settings(since=dt.date(2024, 1, 1)).digest(),
        Settings(until=dt.date(2024, 1, 1)).digest(),
        Settings(hint_passes=0).digest(),
    }
    assert len(others - {Settings().digest()}) == 5
