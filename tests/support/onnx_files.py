"""Write ONNX files without the package onnx: a network that gives the mean color of a picture."""

from pathlib import Path

_FLOAT = 1  # TensorProto.FLOAT


def _varint(number: int) -> bytes:
    parts = []
    while number > 0x7F:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*parts, number])


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _message(field: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _value(field: int, name: str, shape: list[int]) -> bytes:
    """Encode a ValueInfoProto of floats."""
    sides = b"".join(_message(1, _number(1, side)) for side in shape)
    tensor = _message(1, _number(1, _FLOAT), _message(2, sides))
    return _message(field, _message(1, name.encode()), _message(2, tensor))


def write_mean_color(path: Path, side: int = 256) -> None:
    """Write a network that takes (1, side, side, 3) and gives (1, 1, 1, 3)."""
    axes = b"".join(_number(8, axis) for axis in (1, 2))
    node = _message(
        1,
        _message(1, b"picture"),
        _message(2, b"color"),
        _message(4, b"ReduceMean"),
        _message(5, _message(1, b"axes"), axes, _number(20, 7)),  # 7: a list of integers
    )
    graph = _message(
        7,
        node,
        _message(2, b"mean color"),
        _value(11, "picture", [1, side, side, 3]),
        _value(12, "color", [1, 1, 1, 3]),
    )
    opset = _message(8, _number(2, 13))
    path.write_bytes(_number(1, 8) + graph + opset)
