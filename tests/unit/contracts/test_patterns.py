import pytest

from gateway.contracts import facets, patterns


@pytest.mark.parametrize("pattern", facets.EQUIVALENTS)
def test_known_bomb__is_found(pattern):
    assert patterns.danger(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+", r"(a*)*", r"(a|a)*", r"(a|ab)*", r"(a?b?)+", r"((ab)*c?)+", r"a*a*", r".*,.*", r"\d*[a-z]*\d*",
        r"x*y?x*", r"[\w.]+@\w+", r"\p{L}*\p{L}*", r"(a*)(b|c)?(a*)", r"a{0,100}a{0,100}", r"(\d+;?)+", r"(a|b|a)+",
        r"(.{1,70})(.{1,70})", r"[^a]*[^b]*", r"(a{1,90}){1,90}", r"(x{1000}){1000}",
    ],
)  # fmt: skip
def test_nested_or_rival_repetition__is_found(pattern):
    assert patterns.danger(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        r"\d{11}|\d{8}", r"\d+(\.\d{1,3})?", r"\d+(\.\d+)?", r"[+,-]?\d+(\.\d{2})?", r"[а-яА-ЯёЁ\-\s,.]{1,200}",
        r"([0-9a-fA-F]){8}-([0-9a-fA-F]){4}", r"[^,]*,.*", r"[a-z]*[0-9]*", r"(\s|\S)*", r"(\d+,)*", r"(-\d+)*",
        r"(-1)|[1-9]|([1][0-9])", r"Л\d{3}-\d{5}-\d{2}/\d{8}", r"(ab){1,100}", r"[(0-9)]{11}[(А-Я)]{3}", r"",
        r"[a-z]+@[0-9]+", r"\i\c*", r"[\d\-]*", r"[+\-]*x",
    ],
)  # fmt: skip
def test_linear_pattern__is_let_through(pattern):
    assert patterns.danger(pattern) is None


@pytest.mark.parametrize(
    "pattern",
    ["(", "a)", "[a", "a{", "a{x}", "a{1,x}", "*a", "a**", "\\", "[a-z-[b]]", "(" * 30 + ")" * 30, "a" * 1001],
)
def test_pattern_that_cannot_be_read__is_suspected(pattern):
    assert patterns.danger(pattern)
