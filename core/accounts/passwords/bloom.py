"""A set that says « never » for sure and « yes » almost for sure, in few bytes.

A filter of ``n`` entries and a rate ``p`` of false positives takes -n ln p / (ln 2)² bits and
reads ``k`` of them for each question. The file: a magic word, then the numbers of bits, hashes
and entries as big-endian integers, then the bits. Entries cannot be read back out of it.
"""

from __future__ import annotations

import hashlib
import math
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_MAGIC = b"ESCBLOOM1"
_HEAD = struct.Struct(">QIQ")


@dataclass(frozen=True)
class Bloom:
    """A filter as read from its file."""

    bits: bytes
    size: int
    hashes: int
    entries: int

    def __contains__(self, text: str) -> bool:
        return all(self.bits[at >> 3] & (1 << (at & 7)) for at in self._places(text))

    def _places(self, text: str) -> Iterator[int]:
        return _places(text, self.size, self.hashes)

    @property
    def false_positive_rate(self) -> float:
        """How often a text that was never entered is said to be there."""
        return float((1 - math.exp(-self.hashes * self.entries / self.size)) ** self.hashes)


def _places(text: str, size: int, hashes: int) -> Iterator[int]:
    digest = hashlib.blake2b(text.encode(), digest_size=16, person=b"escale-bloom").digest()
    first, step = int.from_bytes(digest[:8], "big"), int.from_bytes(digest[8:], "big") | 1
    for number in range(hashes):
        yield (first + number * step) % size


def build(entries: Iterable[str], rate: float) -> bytes:
    """Return the file of a filter of these entries; the same ones give the same bytes."""
    texts = sorted(set(entries))
    if not texts or not 0 < rate < 1:
        raise ValueError("a filter needs entries, and a rate between 0 and 1")
    size = max(8, math.ceil(-len(texts) * math.log(rate) / math.log(2) ** 2))
    hashes = max(1, round(size / len(texts) * math.log(2)))
    bits = bytearray((size + 7) // 8)
    for text in texts:
        for at in _places(text, size, hashes):
            bits[at >> 3] |= 1 << (at & 7)
    return _MAGIC + _HEAD.pack(size, hashes, len(texts)) + bytes(bits)


def read(data: bytes) -> Bloom:
    """Read a file; raises ValueError for one that is none or was cut short."""
    start = len(_MAGIC) + _HEAD.size
    if not data.startswith(_MAGIC) or len(data) < start:
        raise ValueError("not a filter")
    size, hashes, entries = _HEAD.unpack(data[len(_MAGIC) : start])
    if len(data) - start != (size + 7) // 8 or not 1 <= hashes <= 64:
        raise ValueError("a filter cut short")
    return Bloom(data[start:], size, hashes, entries)
