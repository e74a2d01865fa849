"""ГОСТ Р 34.11-2012, called Streebog, in plain Python (RFC 6986): the floor that is always there.

Octets are taken in the order in which they come, so that numbers of 512 bits are little-endian here where the RFC
writes them from the other end.
"""

from __future__ import annotations

import struct

from signing.digests import Hash

_BLOCK = 64
_MASK = (1 << 512) - 1
_WORDS = struct.Struct("<8Q")

_SUBSTITUTION = bytes.fromhex(
    "fceedd11cf6e3116fbc4fada23c5044de977f0db932e99ba1736f1bb14cd5fc1f918655ae25cef21811c3c428b018e4f"
    "058402aee36a8fa0060bed987fd4d31feb342c51eac848abf22a68a2fd3aceccb5700e56080c7612bf7213479cb75d87"
    "15a19629107b9ac7f391786f9d9eb2b13275193dff358a7e6d54c680c3bd0d57dff524a93ea843c9d779d6f67c22b903"
    "e00fecde7a94b0bcdce828504e330a4aa79760731e0062441ab83882649f2641ad454692275e552f8ca3a57d69d5953b"
    "0758b34086ac1df730376be488d9e789e11b83494c3ff8fe8d53aa90cad88561207167a42d2b095bcb9b25d0bee56c52"
    "59a674d2e6f4b4c0d166afc2394b63b6"
)
_MATRIX = (
    0x8E20FAA72BA0B470,
    0x47107DDD9B505A38,
    0xAD08B0E0C3282D1C,
    0xD8045870EF14980E,
    0x6C022C38F90A4C07,
    0x3601161CF205268D,
    0x1B8E0B0E798C13C8,
    0x83478B07B2468764,
    0xA011D380818E8F40,
    0x5086E740CE47C920,
    0x2843FD2067ADEA10,
    0x14AFF010BDD87508,
    0x0AD97808D06CB404,
    0x05E23C0468365A02,
    0x8C711E02341B2D01,
    0x46B60F011A83988E,
    0x90DAB52A387AE76F,
    0x486DD4151C3DFDB9,
    0x24B86A840E90F0D2,
    0x125C354207487869,
    0x092E94218D243CBA,
    0x8A174A9EC8121E5D,
    0x4585254F64090FA0,
    0xACCC9CA9328A8950,
    0x9D4DF05D5F661451,
    0xC0A878A0A1330AA6,
    0x60543C50DE970553,
    0x302A1E286FC58CA7,
    0x18150F14B9EC46DD,
    0x0C84890AD27623E0,
    0x0642CA05693B9F70,
    0x0321658CBA93C138,
    0x86275DF09CE8AAA8,
    0x439DA0784E745554,
    0xAFC0503C273AA42A,
    0xD960281E9D1D5215,
    0xE230140FC0802984,
    0x71180A8960409A42,
    0xB60C05CA30204D21,
    0x5B068C651810A89E,
    0x456C34887A3805B9,
    0xAC361A443D1C8CD2,
    0x561B0D22900E4669,
    0x2B838811480723BA,
    0x9BCF4486248D9F5D,
    0xC3E9224312C8C1A0,
    0xEFFA11AF0964EE50,
    0xF97D86D98A327728,
    0xE4FA2054A80B329C,
    0x727D102A548B194E,
    0x39B008152ACB8227,
    0x9258048415EB419D,
    0x492C024284FBAEC0,
    0xAA16012142F35760,
    0x550B8E9E21F7A530,
    0xA48B474F9EF5DC18,
    0x70A6A56E2440598E,
    0x3853DC371220A247,
    0x1CA76E95091051AD,
    0x0EDD37C48A08A6D8,
    0x07E095624504536C,
    0x8D70C431AC02A736,
    0xC83862965601DD1B,
    0x641C314B2B8EE083,
)
_CONSTANTS = (
    0xB1085BDA1ECADAE9EBCB2F81C0657C1F2F6A76432E45D016714EB88D7585C4FC4B7CE09192676901A2422A08A460D31505767436CC744D23DD806559F2A64507,
    0x6FA3B58AA99D2F1A4FE39D460F70B5D7F3FEEA720A232B9861D55E0F16B501319AB5176B12D699585CB561C2DB0AA7CA55DDA21BD7CBCD56E679047021B19BB7,
    0xF574DCAC2BCE2FC70A39FC286A3D843506F15E5F529C1F8BF2EA7514B1297B7BD3E20FE490359EB1C1C93A376062DB09C2B6F443867ADB31991E96F50ABA0AB2,
    0xEF1FDFB3E81566D2F948E1A05D71E4DD488E857E335C3C7D9D721CAD685E353FA9D72C82ED03D675D8B71333935203BE3453EAA193E837F1220CBEBC84E3D12E,
    0x4BEA6BACAD4747999A3F410C6CA923637F151C1F1686104A359E35D7800FFFBDBFCD1747253AF5A3DFFF00B723271A167A56A27EA9EA63F5601758FD7C6CFE57,
    0xAE4FAEAE1D3AD3D96FA4C33B7A3039C02D66C4F95142A46C187F9AB49AF08EC6CFFAA6B71C9AB7B40AF21F66C2BEC6B6BF71C57236904F35FA68407A46647D6E,
    0xF4C70E16EEAAC5EC51AC86FEBF240954399EC6C7E6BF87C9D3473E33197A93C90992ABC52D822C3706476983284A05043517454CA23C4AF38886564D3A14D493,
    0x9B1F5B424D93C9A703E7AA020C6E41414EB7F8719C36DE1E89B4443B4DDBC49AF4892BCB929B069069D18D2BD1A5C42F36ACC2355951A8D9A47F0DD4BF02E71E,
    0x378F5A541631229B944C9AD8EC165FDE3A7D3A1B258942243CD955B7E00D0984800A440BDBB2CEB17B2B8A9AA6079C540E38DC92CB1F2A607261445183235ADB,
    0xABBEDEA680056F52382AE548B2E4F3F38941E71CFF8A78DB1FFFE18A1B3361039FE76702AF69334B7A1E6C303B7652F43698FAD1153BB6C374B4C7FB98459CED,
    0x7BCD9ED0EFC889FB3002C6CD635AFE94D8FA6BBBEBAB076120018021148466798A1D71EFEA48B9CAEFBACD1D7D476E98DEA2594AC06FD85D6BCAA4CD81F32D1B,
    0x378EE767F11631BAD21380B00449B17ACDA43C32BCDF1D77F82012D430219F9B5D80EF9D1891CC86E71DA4AA88E12852FAF417D5D9B21B9948BC924AF11BD720,
)
"""The iteration constants (RFC 6986, section 6.5)."""


def new(size: int) -> Hash:
    """Start a running digest of `size` bytes, 32 or 64."""
    return _Streebog(size)


class _Streebog:
    """A running digest, as `hashlib` has them."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._state = int.from_bytes(b"\1" * _BLOCK if size < _BLOCK else bytes(_BLOCK), "little")
        self._bits = 0
        self._sum = 0
        self._rest = b""

    def update(self, data: bytes, /) -> None:
        """Take the next piece."""
        data = self._rest + data
        whole = len(data) - len(data) % _BLOCK
        for start in range(0, whole, _BLOCK):
            block = int.from_bytes(data[start : start + _BLOCK], "little")
            self._state = _compress(self._state, self._bits, block)
            self._bits = self._bits + 8 * _BLOCK & _MASK
            self._sum = self._sum + block & _MASK
        self._rest = data[whole:]

    def digest(self) -> bytes:
        """Return the raw value over all the pieces so far."""
        block = int.from_bytes(self._rest + b"\1", "little")
        state = _compress(self._state, self._bits, block)
        state = _compress(state, 0, self._bits + 8 * len(self._rest) & _MASK)
        state = _compress(state, 0, self._sum + block & _MASK)
        return state.to_bytes(_BLOCK, "little")[-self._size :]


def _compress(state: int, bits: int, block: int) -> int:
    """Compute the function g of the standard; `bits` is the length of what came before."""
    key, encrypted = _transform(state ^ bits), block
    for constant in _CONSTANTS:
        encrypted = _transform(encrypted ^ key)
        key = _transform(key ^ constant)
    return encrypted ^ key ^ state ^ block


def _transform(number: int) -> int:
    """Substitute, transpose and multiply: the tables know it all for one octet at one place of its word."""
    t0, t1, t2, t3, t4, t5, t6, t7 = _TABLES
    o = number.to_bytes(_BLOCK, "little")
    # Read down the columns of the eight words: that is the transposition. `strict` would cost a tenth of all the time.
    columns = zip(o[:8], o[8:16], o[16:24], o[24:32], o[32:40], o[40:48], o[48:56], o[56:])  # noqa: B905
    words = [t0[a] ^ t1[b] ^ t2[c] ^ t3[d] ^ t4[e] ^ t5[f] ^ t6[g] ^ t7[h] for a, b, c, d, e, f, g, h in columns]
    return int.from_bytes(_WORDS.pack(*words), "little")


def _table(place: int) -> tuple[int, ...]:
    """Return the product with the matrix of each octet, substituted, at the place in a word."""
    rows = _MATRIX[56 - 8 * place : 64 - 8 * place][::-1]
    products = []
    for octet in _SUBSTITUTION:
        product = 0
        for bit, row in enumerate(rows):
            product ^= row * (octet >> bit & 1)
        products.append(product)
    return tuple(products)


_TABLES = tuple(_table(place) for place in range(8))
