"""What a command says when it does nothing."""

from __future__ import annotations


def refused(told: tuple[int, str, str], *words: str) -> None:
    """Nothing was done, and one line says why."""
    code, out, err = told
    assert (code, out) == (2, "")
    assert err.startswith("geomap: error: ")
    assert err.count("\n") == 1, err
    assert "Traceback" not in err
    for word in words:
        assert word in err
