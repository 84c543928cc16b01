"""ONNX Runtime gets tensors and gives tensors, with the providers that were asked for."""

import os
from pathlib import Path
from typing import Any, ClassVar

import pytest
import torch

from style_transfer.backends import sessions
from style_transfer.backends.sessions import (
    CPU_PROVIDER,
    SETTING,
    TENSORRT,
    ProviderMissingError,
    Session,
    choose_providers,
    options_of,
)
from style_transfer.backends.variants import VariantRefusedError
from style_transfer.core.errors import InternalError
from tests.support.onnx_files import write_mean_color

CPU = torch.device("cpu")


@pytest.fixture
def content(tmp_path: Path) -> bytes:
    """Return a network that gives the mean color of 8 x 8 pixels."""
    write_mean_color(tmp_path / "mean.onnx", 8)
    return (tmp_path / "mean.onnx").read_bytes()


def test_computes_tensors(content: bytes) -> None:
    picture = torch.rand(1, 8, 8, 3)
    (found,) = Session(content).run(picture.double())
    torch.testing.assert_close(found, picture.mean((1, 2), keepdim=True))


def test_refuses_what_is_not_a_network() -> None:
    with pytest.raises(VariantRefusedError, match="cannot read"):
        Session(b"not a network")


def test_names_an_input_of_the_wrong_size(content: bytes) -> None:
    with pytest.raises(InternalError, match="ONNX Runtime failed"):
        Session(content).run(torch.rand(1, 4, 4, 3))


class TestProviders:
    def test_are_those_of_the_device(self) -> None:
        assert choose_providers(CPU) == (CPU_PROVIDER,)
        assert choose_providers(torch.device("cuda"))[-1] == CPU_PROVIDER

    def test_come_from_the_setting(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(SETTING, CPU_PROVIDER)
        assert choose_providers(torch.device("cuda")) == (CPU_PROVIDER,)

    def test_that_are_missing_are_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(SETTING, f"VitisAIExecutionProvider, {CPU_PROVIDER}")
        with pytest.raises(ProviderMissingError, match="VitisAIExecutionProvider") as caught:
            choose_providers(CPU)
        assert caught.value.code == "provider_missing"


class TestTensorRT:
    SHAPES: ClassVar = {"photo": [[1, 3, 64, 64], [1, 3, 512, 768], [4, 3, 2048, 2048]]}

    @pytest.fixture(autouse=True)
    def _data(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))

    def test_gets_all_options_when_a_file_is_opened(
        self, content: bytes, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        options: list[tuple[str, dict[str, str]]] = []

        class Runtime:
            SessionOptions = sessions.load_runtime().SessionOptions

            def InferenceSession(self, *_: object, providers: list[Any]) -> None:  # noqa: N802
                options.extend(providers)
                raise RuntimeError("no GPU here")

        monkeypatch.setattr(sessions, "load_runtime", Runtime)
        with pytest.raises(VariantRefusedError):
            Session(content, [TENSORRT, CPU_PROVIDER], self.SHAPES)
        assert options == [
            (TENSORRT, options_of(TENSORRT, content, self.SHAPES)),
            (CPU_PROVIDER, {}),
        ]

    def test_knows_the_shapes_that_will_come(self) -> None:
        found = options_of(TENSORRT, b"one", {**self.SHAPES, "hold": [[1], [1], [1]]})
        assert found["trt_profile_min_shapes"] == "photo:1x3x64x64,hold:1"
        assert found["trt_profile_opt_shapes"] == "photo:1x3x512x768,hold:1"
        assert found["trt_profile_max_shapes"] == "photo:4x3x2048x2048,hold:1"
        assert not {each for each in options_of(TENSORRT, b"one", {}) if "profile" in each}

    def test_takes_the_types_from_the_file(self) -> None:
        # ONNX Runtime builds a strongly typed network only if no precision is enabled.
        found = options_of(TENSORRT, b"one", self.SHAPES)
        assert not {"trt_fp16_enable", "trt_int8_enable", "trt_bf16_enable"} & set(found)

    def test_keeps_the_engines_of_each_file_apart(self, tmp_path: Path) -> None:
        one, two = (options_of(TENSORRT, each, self.SHAPES) for each in (b"one", b"two"))
        assert one["trt_engine_cache_enable"] == "True"
        assert one["trt_engine_cache_path"] != two["trt_engine_cache_path"]
        assert one == options_of(TENSORRT, b"one", self.SHAPES)
        assert Path(one["trt_engine_cache_path"]).parent == tmp_path / "data/styleweb/tensorrt"
        assert Path(one["trt_engine_cache_path"]).is_dir()
        assert one["trt_timing_cache_path"] == two["trt_timing_cache_path"]

    def test_has_no_cache_where_none_may_be_written(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "file").write_text("not a folder")
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
        assert not {each for each in options_of(TENSORRT, b"one", self.SHAPES) if "cache" in each}


def test_nothing_is_sent_about_the_use_of_the_runtime(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ORT_DISABLE_TELEMETRY", raising=False)
    sessions.load_runtime()
    assert os.environ["ORT_DISABLE_TELEMETRY"] == "1"
