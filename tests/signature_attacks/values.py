"""SignatureValue: numbers out of range, encodings of another kind, forgeries of padding."""

from __future__ import annotations

import hashlib

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from signing.verdict import Reason
from tests.signature_attacks import keys, message
from tests.signature_attacks.corpus import HOLDER, Family
from tests.signature_attacks.message import Draft, Holder
from tests.signature_attacks.public_keys import HALF, N, RawRsa

FAMILY = Family(
    "values", "SignatureValue is not the one that the key makes: other numbers, another encoding, a forgery."
)


def _value(draft: Draft) -> bytes:
    return message.octets_of(draft.inside("ds:SignatureValue"))


def _numbers(draft: Draft) -> tuple[int, int]:
    value = _value(draft)
    return int.from_bytes(value[:HALF], "big"), int.from_bytes(value[HALF:], "big")


def pair(r: int, s: int) -> bytes:
    return r.to_bytes(HALF, "big") + s.to_bytes(HALF, "big")


def written(make):
    def change(draft: Draft) -> None:
        draft.write_value(make(draft))

    return change


_ECDSA = {
    "all-zero": (lambda _: bytes(64), "r and s are zero (CVE-2022-21449): good for every message where nobody looks"),
    "r-zero": (lambda draft: pair(0, _numbers(draft)[1]), "r is zero"),
    "s-zero": (lambda draft: pair(_numbers(draft)[0], 0), "s is zero"),
    "r-is-the-order": (lambda draft: pair(N, _numbers(draft)[1]), "r is the order of the curve, zero by another name"),
    "s-is-the-order": (lambda draft: pair(_numbers(draft)[0], N), "s is the order of the curve"),
    "both-the-order": (lambda _: pair(N, N), "r and s are the order of the curve"),
    "both-one": (lambda _: pair(1, 1), "r and s are 1"),
    "all-ones": (lambda _: b"\xff" * 64, "all bits are set"),
    "r-negated": (lambda draft: pair(N - _numbers(draft)[0], _numbers(draft)[1]), "r is subtracted from the order"),
    "swapped": (lambda draft: pair(*reversed(_numbers(draft))), "r and s are swapped"),
    "reversed": (lambda draft: _value(draft)[::-1], "the octets are in the reverse order"),
    "halves-reversed": (
        lambda draft: _value(draft)[:HALF][::-1] + _value(draft)[HALF:][::-1],
        "r and s are little-endian",
    ),
    "der": (lambda draft: encode_dss_signature(*_numbers(draft)), "r and s are in DER, as certificates have them"),
    "der-negative": (
        lambda draft: bytes.fromhex("3006020180020180"),
        "r and s are in DER and negative",
    ),
    "trailing-octet": (lambda draft: _value(draft) + b"\x00", "an octet follows"),
    "trailing-copy": (lambda draft: _value(draft) * 2, "the value is there twice"),
    "leading-zeros": (
        lambda draft: b"\x00" + _value(draft)[:HALF] + b"\x00" + _value(draft)[HALF:],
        "r and s are padded with a zero octet each",
    ),
    "leading-zeros-to-p-384": (
        lambda draft: bytes(16) + _value(draft)[:HALF] + bytes(16) + _value(draft)[HALF:],
        "r and s are padded to the length of P-384",
    ),
    "truncated": (lambda draft: _value(draft)[:-1], "the last octet is missing"),
    "half": (lambda draft: _value(draft)[:HALF], "s is missing"),
    "one-octet": (lambda _: b"\x01", "there is one octet"),
    "of-another-message": (
        lambda _: message.signer().key and Draft(message.signer()).value(b"another"),
        "it is the signer's over something else",
    ),
    "of-another-hash": (
        lambda draft: message.raw_signature(draft.key, draft.signed_info(), "sha512"),
        "it is the signer's over the SHA-512 of SignedInfo",
    ),
    "of-another-key": (
        lambda draft: message.raw_signature(keys.curve("stranger"), draft.signed_info(), "sha256"),
        "it is a stranger's",
    ),
    "over-the-bytes-on-the-wire": (
        lambda draft: draft.value(_as_written(draft)),
        "it is over SignedInfo as written, not in canonical form",
    ),
}


def _as_written(draft: Draft) -> bytes:
    text = draft.octets()
    return text[text.index(b"<ds:SignedInfo>") : text.index(b"</ds:SignedInfo>") + len(b"</ds:SignedInfo>")]


for _name, (_make, _what) in _ECDSA.items():
    FAMILY.add(f"ecdsa-{_name}", written(_make), Reason.SIGNATURE_VALUE, f"ECDSA: {_what}.")

_TEXTS = {
    "empty": ("", "SignatureValue is empty"),
    "white-space": (" \n\t ", "SignatureValue is white space"),
    "no-base64": ("AAAA*AAA", "SignatureValue is no base64"),
    "url-safe": ("-_" * 43 + "AA", "SignatureValue is in the base64 of addresses"),
    "stray-bits": ("AB==", "SignatureValue has bits that base64 throws away"),
    "padding-missing": ("AAA", "SignatureValue has lost its padding"),
    "padding-inside": ("AA==AAAA", "SignatureValue goes on after its padding"),
    "beyond-ascii": ("АААА", "SignatureValue is in Cyrillic letters"),
    "full-width": ("ＡＡＡＡ", "SignatureValue is in letters of full width"),
    "no-break-space": ("AAAA\u00a0AAAA", "SignatureValue has a no-break space, which is no white space of XML"),
}


def _text(text: str):
    def change(draft: Draft) -> None:
        draft.inside("ds:SignatureValue").text = text

    return change


for _name, (_literal, _what) in _TEXTS.items():
    FAMILY.add(f"value-{_name}", _text(_literal), Reason.SHAPE, f"{_what}.")

# --- RSA --------------------------------------------------------------------------------------------------------------


def _raw(draft: Draft) -> RawRsa:
    numbers = draft.key.private_numbers()
    return RawRsa(numbers.public_numbers.n, numbers.d)


def _number(draft: Draft) -> int:
    return int.from_bytes(_value(draft), "big")


def _in_block(draft: Draft, edit) -> bytes:
    """A signature over a padded block that was changed before it was raised to the private power."""
    raw = _raw(draft)
    return raw.power(edit(raw.padded(draft.signed_info())))


def _digest_info(draft: Draft, prefix: str) -> bytes:
    raw = _raw(draft)
    block = bytes.fromhex(prefix) + hashlib.sha256(draft.signed_info()).digest()
    return raw.power(b"\x00\x01" + b"\xff" * (raw.size - len(block) - 3) + b"\x00" + block)


def _short(draft: Draft) -> bytes:
    """Try signing times until the value begins with a zero octet; then leave that out."""
    time = draft.inside(".//xades:SigningTime")
    for number in range(10_000):
        time.text = f"2027-03-01T15:00:00.{number:04}+03:00"
        value = _value(draft.seal())
        if value[0] == 0:
            return value[1:]
    raise AssertionError("no value begins with a zero octet")


_RSA = {
    "all-zero": (lambda _: bytes(256), "the value is zero"),
    "one": (lambda _: bytes(255) + b"\x01", "the value is 1"),
    "modulus": (lambda draft: _raw(draft).modulus.to_bytes(256, "big"), "the value is the modulus"),
    "plus-modulus": (
        lambda draft: (_number(draft) + _raw(draft).modulus).to_bytes(257, "big"),
        "the modulus is added to the value: the same number by another name",
    ),
    "leading-zero": (lambda draft: b"\x00" + _value(draft), "a zero octet stands before the value"),
    "trailing-zero": (lambda draft: _value(draft) + b"\x00", "a zero octet follows the value"),
    "truncated": (lambda draft: _value(draft)[:-1], "the last octet is missing"),
    "short-by-a-zero": (_short, "the value begins with a zero octet, which is left out"),
    "pss": (
        lambda draft: draft.key.sign(
            draft.signed_info(), padding.PSS(padding.MGF1(hashes.SHA256()), 0), hashes.SHA256()
        ),
        "it is RSASSA-PSS under the address of PKCS #1 v1.5",
    ),
    "sha1-inside": (
        lambda draft: draft.key.sign(draft.signed_info(), padding.PKCS1v15(), hashes.SHA1()),  # noqa: S303
        "DigestInfo holds SHA-1",
    ),
    "sha512-inside": (
        lambda draft: draft.key.sign(draft.signed_info(), padding.PKCS1v15(), hashes.SHA512()),
        "DigestInfo holds SHA-512",
    ),
    "digest-info-without-null": (
        lambda draft: _digest_info(draft, "302f300b06096086480165030402010420"),
        "the parameters in DigestInfo are missing",
    ),
    "digest-info-in-ber": (
        lambda draft: _digest_info(draft, "308131300d060960864801650304020105000420"),
        "a length in DigestInfo is written in BER",
    ),
    "without-digest-info": (lambda draft: _digest_info(draft, ""), "the digest stands alone, without DigestInfo"),
    "padding-not-ones": (
        lambda draft: _in_block(draft, lambda block: block[:50] + b"\xfe" + block[51:]),
        "an octet of the padding is not FF",
    ),
    "padding-of-encryption": (
        lambda draft: _in_block(draft, lambda block: b"\x00\x02" + block[2:]),
        "the block is of type 2, that of encryption",
    ),
    "padding-short": (
        lambda draft: _in_block(draft, lambda block: block[:10] + block[-52:] + bytes(194)),
        "the padding is short and garbage follows the digest",
    ),
}


for _name, (_make, _what) in _RSA.items():
    FAMILY.add(
        f"rsa-{_name}",
        written(_make),
        Reason.SIGNATURE_VALUE,
        f"RSA: {_what}.",
        by=HOLDER,
        seal=False,
        base=message.good_rsa,
    )


def cube_root(number: int) -> int:
    """The largest number whose cube is not above."""
    root = 1 << ((number.bit_length() + 2) // 3)
    while root**3 > number:
        root = (2 * root + number // root**2) // 3
    return root


def _forged_for_exponent_3(draft: Draft) -> bytes:
    """Bleichenbacher's forgery (2006): a cube whose first octets are a padded digest; nobody's key is needed."""
    block = b"\x00\x01\xff\xff\xff\xff\xff\xff\xff\xff\x00" + RawRsa.PREFIX
    block += hashlib.sha256(draft.signed_info()).digest()
    free = 256 - len(block)
    root = cube_root(int.from_bytes(block + b"\xff" * free, "big"))
    assert (root**3).to_bytes(256, "big").startswith(block)
    return root.to_bytes(256, "big")


def _exponent_3() -> Draft:
    return Draft(Holder.of(keys.stored("rsa-2048-exponent-3"))).seal()


FAMILY.add(
    "rsa-forged-for-exponent-3",
    written(_forged_for_exponent_3),
    Reason.SIGNATURE_VALUE,
    "RSA: a cube that begins with a padded digest (CVE-2006-4339): anybody can make it for a key with exponent 3.",
    base=_exponent_3,
)
