"""Texts that break simple types: the near misses on and just beyond the borders of `gateway.study.samples.texts`."""

from __future__ import annotations

from random import Random

from xmlschema.validators import XsdSimpleType, XsdUnion

from gateway.study.samples.texts import LONGEST, Facets, facets, fitting

_NUMBERS = ("0", "1", "-1", "7.5", "+3", "007")
_BROKEN = {
    "boolean": ("TRUE", "2", "", " true ", "да", "false", "true", "1", "0"),
    "date": ("2023-02-29", "2024-13-01", "24-01-01", "2024-01-01T00:00:00", "", " 2024-01-01 ", "01.02.2024"),
    "dateTime": ("2024-01-01", "2024-01-01T25:00:00", "2024-01-01 00:00:00", "2024-01-01T00:00:00+15:00", ""),
    "base64Binary": ("A", "=AAA", "AA AA", "Ж", "", "AAA=", "AB=="),
    "anyURI": ("%zz", "http://[", " ", ""),
    "ID": ("1a", "a b", "", "ж", "a:b"),
    "decimal": ("", "NaN", "1e3", "1,5", " 1 ", "+1", "-0", "1.", ".5", "٣", "99999999999999999999999999"),
}


def missing(simple: XsdSimpleType, random: Random) -> list[str]:
    """Texts on and beyond the borders; what they are worth is for the judges to say."""
    if isinstance(simple, XsdUnion):
        return [text for member in simple.member_types for text in missing(member, random)]
    known = facets(simple)
    # A wrong code of a dictionary stays short: the official pattern takes exponential time on a long one.
    valid = random.choice([text for name, text in fitting(simple, random).items() if name != LONGEST])
    texts = ["", valid, f" {valid}", f"{valid}\n", f"\t{valid} ", valid.swapcase(), valid[1:], valid + valid]
    texts += _BROKEN.get(known.primitive, ())
    if known.primitive == "decimal":
        texts += _numbers_beyond(known)
    if known.lengths[1] is not None:
        texts += [letter * count for letter in "Ж7" for count in (known.lengths[1], known.lengths[1] + 1)]
    if known.patterns and len(valid) > 1:
        place = random.randrange(len(valid))
        texts += [valid[:place] + odd + valid[place + 1 :] for odd in ("!", "", "0", "..", "g", "٣")]
    return texts


def _numbers_beyond(known: Facets) -> list[str]:
    low, high = known.range
    fraction = known.fraction_digits
    texts = [*_NUMBERS, f"7.{'0' * fraction}5", f"7.{'0' * (fraction + 1)}", "9" * 25, "9" * 26]
    texts += [str(low - 1), str(low)] if low is not None else []
    texts += [str(high + 1), str(high)] if high is not None else []
    return texts
