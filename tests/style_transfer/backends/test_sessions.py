"""ONNX Runtime gets tensors and gives tensors, with the providers that were asked for."""

from pathlib import Path

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


def test_tensorrt_has_no_cache_where_none_may_be_written(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options: list[dict[str, str]] = []

    class Runtime:
        SessionOptions = sessions.load_runtime().SessionOptions

        def InferenceSession(self, *_: object, providers: list[tuple[str, dict[str, str]]]) -> None:  # noqa: N802
            options.append(dict(providers)[TENSORRT])
            raise RuntimeError("no GPU here")

    monkeypatch.setattr(sessions, "load_runtime", Runtime)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    with pytest.raises(VariantRefusedError):
        Session(content, [TENSORRT])
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    with pytest.raises(VariantRefusedError):
        Session(content, [TENSORRT])
    assert options[0]["trt_engine_cache_path"] == str(tmp_path / "data" / "styleweb" / "tensorrt")
    assert options[1] == {}
