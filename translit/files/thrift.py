"""Thrift's compact protocol, in which Parquet files tell what is in them: read and written without knowing what the fields mean.

A field that a newer writer added is so kept as it stands. https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""

from __future__ import annotations

from typing import Any, NamedTuple

TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST = range(1, 10)
STRUCT = 12
_WHOLE = (I16, I32, I64)
_BITS = 64
_DEPTH = 32
"""Structs inside one another; those of Parquet are less than ten."""


class Field(NamedTuple):
    """A value with its kind, which is one of the constants of this module."""

    kind: int
    value: Any


class Items(NamedTuple):
    """The value of a list: the kind of all that is in it, and that."""

    kind: int
    values: list[Any]


Struct = dict[int, Field]
"""Fields by their number."""


def read_struct(data: bytes) -> tuple[Struct, int]:
    r"""The struct that bytes begin with, and how many bytes it takes.

    Raises:
        ValueError: it is none, or has values that Parquet does not use.

    >>> read_struct(b"\x15\x02\x18\x02ab\x00 and more")
    ({1: Field(kind=5, value=1), 2: Field(kind=8, value=b'ab')}, 7)
    """
    reader = _Reader(data)
    try:
        return reader.struct(_DEPTH), reader.at
    except IndexError:
        raise ValueError("a struct that does not end") from None


def write_struct(struct: Struct) -> bytes:
    r"""A struct as bytes.

    >>> write_struct({1: Field(I32, 1), 2: Field(BINARY, b"ab")})
    b'\x15\x02\x18\x02ab\x00'
    """
    out = bytearray()
    _put_struct(out, struct)
    return bytes(out)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def struct(self, depth: int) -> Struct:
        if not depth:
            raise ValueError("structs too deep inside one another")
        fields: Struct = {}
        number = 0
        while head := self.byte():
            step, kind = head >> 4, head & 15
            number = number + step if step else _signed(self.varint())
            fields[number] = Field(kind, self.value(kind, depth) if kind not in (TRUE, FALSE) else None)
        return fields

    def value(self, kind: int, depth: int) -> Any:
        if kind in _WHOLE:
            return _signed(self.varint())
        if kind == BINARY:
            return self.take(self.varint())
        if kind == STRUCT:
            return self.struct(depth - 1)
        if kind == LIST:
            return self.items(depth)
        if kind in (TRUE, FALSE, BYTE):
            return self.byte()
        if kind == DOUBLE:
            return self.take(8)
        raise ValueError(f"a value of kind {kind}")

    def items(self, depth: int) -> Items:
        head = self.byte()
        size, kind = head >> 4, head & 15
        size = self.varint() if size == 15 else size
        return Items(kind, [self.value(kind, depth) for _ in range(size)])

    def byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def varint(self) -> int:
        found = shift = 0
        while (part := self.byte()) & 0x80:
            found |= (part & 0x7F) << shift
            shift += 7
            if shift > _BITS:
                raise ValueError("a number that does not end")
        return found | part << shift

    def take(self, size: int) -> bytes:
        self.at += size
        if self.at > len(self.data):
            raise ValueError("bytes that do not end")
        return self.data[self.at - size : self.at]


def _signed(number: int) -> int:
    return number >> 1 ^ -(number & 1)


def _put_struct(out: bytearray, struct: Struct) -> None:
    last = 0
    for number, (kind, value) in sorted(struct.items()):
        step = number - last
        if 0 < step < 16:
            out.append(step << 4 | kind)
        else:
            out.append(kind)
            _put_varint(out, number << 1 ^ number >> 63)
        if kind not in (TRUE, FALSE):
            _put(out, kind, value)
        last = number
    out.append(0)


def _put(out: bytearray, kind: int, value: Any) -> None:
    if kind in _WHOLE:
        _put_varint(out, value << 1 ^ value >> 63)
    elif kind == BINARY:
        _put_varint(out, len(value))
        out += value
    elif kind == STRUCT:
        _put_struct(out, value)
    elif kind == LIST:
        small = min(len(value.values), 15)
        out.append(small << 4 | value.kind)
        if small == 15:
            _put_varint(out, len(value.values))
        for item in value.values:
            _put(out, value.kind, item)
    elif kind == DOUBLE:
        out += value
    else:
        out.append(value)


def _put_varint(out: bytearray, number: int) -> None:
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
