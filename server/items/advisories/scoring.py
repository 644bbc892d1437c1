"""The base score of a CVSS 3 vector (FIRST, CVSS v3.1 specification, section 7.1)."""

from math import ceil

_WEIGHTS = {
    "AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2},
    "AC": {"L": 0.77, "H": 0.44},
    "UI": {"N": 0.85, "R": 0.62},
    "C": {"H": 0.56, "L": 0.22, "N": 0.0},
    "I": {"H": 0.56, "L": 0.22, "N": 0.0},
    "A": {"H": 0.56, "L": 0.22, "N": 0.0},
}
_RIGHTS = {"U": {"N": 0.85, "L": 0.62, "H": 0.27}, "C": {"N": 0.85, "L": 0.68, "H": 0.5}}


def base_score(vector: str) -> float | None:
    """Return the score of a vector; None for one of another version, or cut short.

    >>> base_score("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"), base_score("AV:N/AC:L")
    (9.8, None)
    """
    if not vector.startswith("CVSS:3"):
        return None
    told = dict(part.split(":", 1) for part in vector.split("/")[1:] if ":" in part)
    try:
        weight = {name: values[told[name]] for name, values in _WEIGHTS.items()}
        scope = told["S"]
        rights = _RIGHTS[scope][told["PR"]]
    except KeyError:
        return None
    loss = 1 - (1 - weight["C"]) * (1 - weight["I"]) * (1 - weight["A"])
    if loss <= 0:
        return 0.0
    ease = 8.22 * weight["AV"] * weight["AC"] * rights * weight["UI"]
    if scope == "U":
        return _up(min(6.42 * loss + ease, 10))
    impact = 7.52 * (loss - 0.029) - 3.25 * (loss - 0.02) ** 15
    return _up(min(1.08 * (impact + ease), 10))


def _up(score: float) -> float:
    """Round up to one place, without the surprises of binary fractions (section 7.4)."""
    whole = round(score * 100_000)
    return ceil(whole / 10_000) / 10


def severity_of(score: float | None) -> str:
    """Return the word for a score (section 5), "" for none.

    >>> severity_of(9.8), severity_of(4.0), severity_of(None)
    ('critical', 'medium', '')
    """
    if score is None:
        return ""
    bounds = (("critical", 9.0), ("high", 7.0), ("medium", 4.0), ("low", 0.1))
    return next((word for word, least in bounds if score >= least), "none")
