"""The command that builds a TensorRT engine from an exported file.

TensorRT 11 has no calibrators, no --int8 and no --fp16: the types in the ONNX file decide. So does
TensorRT 10 with --stronglyTyped.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

_KINDS = ("min", "opt", "max")


def trtexec_line(path: Path, shapes: Mapping[str, Sequence[Sequence[int]]]) -> str:
    """Write the line that builds the engine of a file whose inputs may have these shapes."""
    words = [f"trtexec --onnx={path}", "--stronglyTyped"]
    for place, kind in enumerate(_KINDS):
        inputs = (f"{name}:{'x'.join(map(str, each[place]))}" for name, each in shapes.items())
        words.append(f"--{kind}Shapes={','.join(inputs)}")
    return " ".join([*words, f"--saveEngine={path.with_suffix('.engine')}"])
