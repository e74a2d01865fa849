"""ГОСТ Р 34.11-2012, called Streebog, in plain Python (RFC 6986): the floor that is always there.

Octets are taken in the order in which they come, so that numbers of 512 bits are little-endian here where the RFC writes
them from the other end.
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
    0x8e20faa72ba0b470, 0x47107ddd9b505a38, 0xad08b0e0c3282d1c, 0xd8045870ef14980e,
    0x6c022c38f90a4c07, 0x3601161cf205268d, 0x1b8e0b0e798c13c8, 0x83478b07b2468764,
    0xa011d380818e8f40, 0x5086e740ce47c920, 0x2843fd2067adea10, 0x14aff010bdd87508,
    0x0ad97808d06cb404, 0x05e23c0468365a02, 0x8c711e02341b2d01, 0x46b60f011a83988e,
    0x90dab52a387ae76f, 0x486dd4151c3dfdb9, 0x24b86a840e90f0d2, 0x125c354207487869,
    0x092e94218d243cba, 0x8a174a9ec8121e5d, 0x4585254f64090fa0, 0xaccc9ca9328a8950,
    0x9d4df05d5f661451, 0xc0a878a0a1330aa6, 0x60543c50de970553, 0x302a1e286fc58ca7,
    0x18150f14b9ec46dd, 0x0c84890ad27623e0, 0x0642ca05693b9f70, 0x0321658cba93c138,
    0x86275df09ce8aaa8, 0x439da0784e745554, 0xafc0503c273aa42a, 0xd960281e9d1d5215,
    0xe230140fc0802984, 0x71180a8960409a42, 0xb60c05ca30204d21, 0x5b068c651810a89e,
    0x456c34887a3805b9, 0xac361a443d1c8cd2, 0x561b0d22900e4669, 0x2b838811480723ba,
    0x9bcf4486248d9f5d, 0xc3e9224312c8c1a0, 0xeffa11af0964ee50, 0xf97d86d98a327728,
    0xe4fa2054a80b329c, 0x727d102a548b194e, 0x39b008152acb8227, 0x9258048415eb419d,
    0x492c024284fbaec0, 0xaa16012142f35760, 0x550b8e9e21f7a530, 0xa48b474f9ef5dc18,
    0x70a6a56e2440598e, 0x3853dc371220a247, 0x1ca76e95091051ad, 0x0edd37c48a08a6d8,
    0x07e095624504536c, 0x8d70c431ac02a736, 0xc83862965601dd1b, 0x641c314b2b8ee083,
)
_CONSTANTS = (
    0xb1085bda1ecadae9ebcb2f81c0657c1f2f6a76432e45d016714eb88d7585c4fc4b7ce09192676901a2422a08a460d31505767436cc744d23dd806559f2a64507,  # noqa: E501
    0x6fa3b58aa99d2f1a4fe39d460f70b5d7f3feea720a232b9861d55e0f16b501319ab5176b12d699585cb561c2db0aa7ca55dda21bd7cbcd56e679047021b19bb7,  # noqa: E501
    0xf574dcac2bce2fc70a39fc286a3d843506f15e5f529c1f8bf2ea7514b1297b7bd3e20fe490359eb1c1c93a376062db09c2b6f443867adb31991e96f50aba0ab2,  # noqa: E501
    0xef1fdfb3e81566d2f948e1a05d71e4dd488e857e335c3c7d9d721cad685e353fa9d72c82ed03d675d8b71333935203be3453eaa193e837f1220cbebc84e3d12e,  # noqa: E501
    0x4bea6bacad4747999a3f410c6ca923637f151c1f1686104a359e35d7800fffbdbfcd1747253af5a3dfff00b723271a167a56a27ea9ea63f5601758fd7c6cfe57,  # noqa: E501
    0xae4faeae1d3ad3d96fa4c33b7a3039c02d66c4f95142a46c187f9ab49af08ec6cffaa6b71c9ab7b40af21f66c2bec6b6bf71c57236904f35fa68407a46647d6e,  # noqa: E501
    0xf4c70e16eeaac5ec51ac86febf240954399ec6c7e6bf87c9d3473e33197a93c90992abc52d822c3706476983284a05043517454ca23c4af38886564d3a14d493,  # noqa: E501
    0x9b1f5b424d93c9a703e7aa020c6e41414eb7f8719c36de1e89b4443b4ddbc49af4892bcb929b069069d18d2bd1a5c42f36acc2355951a8d9a47f0dd4bf02e71e,  # noqa: E501
    0x378f5a541631229b944c9ad8ec165fde3a7d3a1b258942243cd955b7e00d0984800a440bdbb2ceb17b2b8a9aa6079c540e38dc92cb1f2a607261445183235adb,  # noqa: E501
    0xabbedea680056f52382ae548b2e4f3f38941e71cff8a78db1fffe18a1b3361039fe76702af69334b7a1e6c303b7652f43698fad1153bb6c374b4c7fb98459ced,  # noqa: E501
    0x7bcd9ed0efc889fb3002c6cd635afe94d8fa6bbbebab076120018021148466798a1d71efea48b9caefbacd1d7d476e98dea2594ac06fd85d6bcaa4cd81f32d1b,  # noqa: E501
    0x378ee767f11631bad21380b00449b17acda43c32bcdf1d77f82012d430219f9b5d80ef9d1891cc86e71da4aa88e12852faf417d5d9b21b9948bc924af11bd720,  # noqa: E501
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
