"""The command line: it reads and writes pictures, and prints one sentence for each mistake."""

import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from style_transfer.__main__ import main
from style_transfer.cli.record import Record
from style_transfer.cli.stylize import parse_style
from style_transfer.core.catalog import METHOD_INFOS
from style_transfer.core.controls import controls_of
from style_transfer.core.errors import InputUnreadableError
from style_transfer.core.spec import Step


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a photo and two artworks."""
    for seed, name in enumerate(["photo.png", "a.jpg", "b.webp"]):
        noise = np.random.default_rng(seed).integers(0, 256, (18, 24, 3), dtype=np.uint8)
        Image.fromarray(noise).save(tmp_path / name)
    return tmp_path


def run(folder: Path, *words: str) -> int:
    return main(["stylize", str(folder / "photo.png"), "--device", "cpu", "--steps", "2", *words])


class TestStylize:
    def test_writes_a_picture(self, folder: Path) -> None:
        out = folder / "out.png"
        assert run(folder, "--style", str(folder / "a.jpg"), "-o", str(out)) == 0
        with Image.open(out) as image:
            assert image.size == (24, 18)
            assert image.info["icc_profile"]

    def test_accepts_several_styles_and_every_control(self, folder: Path) -> None:
        out = folder / "out.webp"
        words = (
            f"--style {folder}/a.jpg=0.7 --style {folder}/b.webp=0.3 --method optimize --size 64"
        )
        more = "--strength 0.5 --color content --style-scale 0.5 --seed 3 --features builtin"
        assert run(folder, *words.split(), *more.split(), "-o", str(out)) == 0
        with Image.open(out) as image:
            assert image.size == (64, 48)

    def test_prints_a_report_when_asked(
        self, folder: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        out = str(folder / "out.png")
        assert run(folder, "--style", str(folder / "a.jpg"), "-o", out, "--report") == 0
        assert json.loads(capsys.readouterr().out)["result_size"] == [24, 18]

    def test_keeps_transparency(self, folder: Path) -> None:
        Image.new("RGBA", (12, 12), (200, 10, 10, 90)).save(folder / "photo.png")
        out = folder / "out.png"
        assert run(folder, "--style", str(folder / "a.jpg"), "-o", str(out)) == 0
        with Image.open(out) as image:
            assert image.getchannel("A").getextrema() == (90, 90)


class TestMask:
    def paint(self, folder: Path, *words: str) -> int:
        style = ("--style", str(folder / "a.jpg"), "-o", str(folder / "out.png"))
        return run(folder, *style, "--mask", str(folder / "mask.png"), *words)

    @pytest.mark.parametrize("invert", [False, True])
    def test_limits_what_is_painted(self, folder: Path, *, invert: bool) -> None:
        mask = Image.new("L", (24, 18), 0)
        mask.paste(255, (0, 0, 12, 18))
        mask.save(folder / "mask.png")
        words = ["--mask-invert"] if invert else []
        assert self.paint(folder, "--mask-feather", "0.05", *words) == 0
        out, photo = (np.asarray(Image.open(folder / name)) for name in ("out.png", "photo.png"))
        kept, painted = (slice(12), slice(12, None)) if invert else (slice(12, None), slice(12))
        assert np.array_equal(out[:, kept], photo[:, kept])
        assert not np.array_equal(out[:, painted], photo[:, painted])

    @pytest.mark.parametrize(
        ("size", "sentence"), [((24, 18), "black everywhere"), ((18, 24), "different proportions")]
    )
    def test_is_refused_with_a_sentence(
        self,
        folder: Path,
        capsys: pytest.CaptureFixture[str],
        size: tuple[int, int],
        sentence: str,
    ) -> None:
        Image.new("L", size, 0).save(folder / "mask.png")
        assert self.paint(folder) == 2
        assert sentence in capsys.readouterr().err
        assert not (folder / "out.png").exists()

    def test_is_refused_when_it_cannot_be_read(
        self, folder: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for content in (None, b"no picture"):
            if content is not None:
                (folder / "mask.png").write_bytes(content)
            assert self.paint(folder) == 2
            assert "The mask cannot be used" in capsys.readouterr().err


class TestRecord:
    def paint(self, folder: Path, *words: str) -> int:
        style = ("--style", str(folder / "a.jpg"), "-o", str(folder / "out.png"))
        return run(folder, *style, *words)

    def test_writes_losses_a_curve_and_every_nth_picture(self, folder: Path) -> None:
        files = f"--log {folder}/log.jsonl --curve {folder}/curve.png --frames {folder}/f --every 2"
        words = f"--method gatys --features builtin --steps 5 --init noise {files}"
        assert self.paint(folder, *words.split()) == 0
        lines = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
        assert [line["step"] for line in lines] == [1, 2, 3, 4, 5]
        assert lines[-1]["total"] < lines[0]["total"]
        assert {"content", "style", "variation"} < lines[0].keys()
        assert [path.name for path in sorted((folder / "f").iterdir())] == [
            "step-0002.webp",
            "step-0004.webp",
        ]
        with Image.open(folder / "curve.png") as curve:
            assert len(curve.convert("RGB").getcolors(10_000) or []) > 3

    @pytest.mark.parametrize("words", ["--log LOG", "--curve curve.png"])
    def test_refuses_losses_of_a_method_without_any(
        self, folder: Path, words: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert self.paint(folder, "--method", "optimize", *words.split()) == 2
        assert "must be one of gatys" in capsys.readouterr().err
        assert not (folder / "out.png").exists()

    def test_says_that_the_learning_rate_was_too_high(
        self, folder: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        words = "--method gatys --features builtin --learning-rate 10 --steps 9 --report"
        assert self.paint(folder, *words.split()) == 0
        printed = capsys.readouterr()
        assert json.loads(printed.out)["warnings"] == ["diverged"]
        assert "Choose a lower learning rate" in printed.err
        assert (folder / "out.png").exists()

    @pytest.mark.parametrize("name", ["log", "curve"])
    def test_names_a_folder_that_is_missing_before_it_paints(
        self, folder: Path, name: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        words = f"--method gatys --features builtin --{name} {folder}/gone/file.png"
        assert self.paint(folder, *words.split()) == 2
        assert f"there is no folder {folder}/gone" in capsys.readouterr().err.replace("\n", "")
        assert not (folder / "out.png").exists()

    @pytest.mark.parametrize("words", ["--log LOST", "--curve LOST.png"])
    def test_saves_the_state_even_if_the_record_cannot_be_written(
        self, folder: Path, words: str
    ) -> None:
        for name in ("LOST", "LOST.png"):
            (folder / name).mkdir()  # a file cannot replace it
        state = folder / "kept.safetensors"
        files = words.replace("LOST", f"{folder}/LOST")
        words = f"--method gatys --features builtin --state {state} {files}"
        assert self.paint(folder, *words.split()) == 2
        assert state.exists()
        assert (folder / "out.png").exists()

    def test_survives_losses_that_are_not_finite(self, folder: Path) -> None:
        losses = [{"content": math.inf, "total": math.nan}, {"content": 1.0, "total": 2.0}]
        steps = [Step(n, 2, "painting", losses=each) for n, each in enumerate(losses, 1)]
        record = Record(folder / "log.jsonl", folder / "curve.png")
        assert list(record.of(steps)) == steps
        record.finish()
        lines = (folder / "log.jsonl").read_text().splitlines()
        assert [json.loads(line, parse_constant=pytest.fail) for line in lines] == [
            {"step": 1, "content": None, "total": None},
            {"step": 2, "content": 1, "total": 2},
        ]
        assert (folder / "curve.png").exists()

    def test_refuses_features_that_are_not_installed(
        self, folder: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert self.paint(folder, "--method", "gatys", "--features", "vgg19") == 2
        assert "VGG-19 is not installed" in capsys.readouterr().err


class TestState:
    def paint(self, folder: Path, *words: str) -> int:
        out = ("-o", str(folder / "out.png"), "--state", str(folder / "kept.safetensors"))
        style = ("--style", str(folder / "a.jpg"))
        return run(folder, "--method", "optimize", *style, *out, *words)

    def test_saves_a_painting_and_continues_it(
        self, folder: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert self.paint(folder) == 0
        first = (folder / "kept.safetensors").read_bytes()
        assert self.paint(folder) == 0
        assert "4/4" in capsys.readouterr().err
        assert (folder / "kept.safetensors").read_bytes() != first

    def test_refuses_a_painting_with_other_settings_and_keeps_the_file(
        self, folder: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert self.paint(folder) == 0
        kept = (folder / "kept.safetensors").read_bytes()
        assert self.paint(folder, "--strength", "0.2") == 2
        assert "another one" in capsys.readouterr().err
        assert (folder / "kept.safetensors").read_bytes() == kept

    def test_refuses_a_file_that_is_not_a_painting(
        self, folder: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (folder / "kept.safetensors").write_text("hello")
        assert self.paint(folder) == 2
        assert "damaged" in capsys.readouterr().err
        assert not (folder / "out.png").exists()

    def test_refuses_a_folder(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (folder / "kept.safetensors").mkdir()
        assert self.paint(folder) == 2
        assert "cannot be read" in capsys.readouterr().err

    def test_refuses_single_pass_methods(
        self, folder: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert self.paint(folder, "--method", "fast") == 2
        assert "optimize" in capsys.readouterr().err
        assert not (folder / "kept.safetensors").exists()

    def test_stays_within_the_memory_limit(
        self, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        words = ("--style", str(folder / "a.jpg"), "-o", str(folder / "out.png"))
        assert run(folder, *words, "--memory", "100", "--report") == 0
        assert json.loads(capsys.readouterr().out)["memory_mb"] <= 100
        assert run(folder, *words, "--memory", "1") == 2
        assert "1 MB are allowed" in capsys.readouterr().err
        monkeypatch.setenv("STYLEWEB_MEMORY_MB", "1")
        assert run(folder, *words) == 2

    def test_refuses_a_memory_limit_that_is_not_a_number(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("STYLEWEB_MEMORY_MB", "plenty")
        with pytest.raises(SystemExit) as caught:
            run(folder, "--style", str(folder / "a.jpg"), "-o", str(folder / "out.png"))
        assert caught.value.code == 2


class TestMistakes:
    @pytest.mark.parametrize(
        ("words", "sentence"),
        [
            (["--style", "a.jpg", "-o", "out.gif"], "out.gif should end in one of"),
            (["--style", "gone.jpg", "-o", "out.png"], "gone.jpg cannot be read"),
            (["--style", "text.jpg", "-o", "out.png"], "not a JPEG, PNG or WebP"),
            (["--style", "a.jpg=-1", "-o", "out.png"], "weights that are positive"),
            (["--style", "a.jpg=0", "-o", "out.png"], "1 to 4 pictures"),
            (["--style", "a.jpg", "-o", "out.png", "--strength", "2"], "strength must be"),
            (["--style", "a.jpg", "-o", "out.png", "--size", "5"], "size must be"),
            (["--style", "a.jpg", "-o", "out.png", "--steps", "0"], "steps must be"),
            (["--style", "a.jpg", "-o", "out.png", "--device", "tpu"], "no device called tpu"),
            (["--style", "a.jpg", "-o", "gone/out.png"], "cannot be written"),
        ],
        ids=lambda value: None if isinstance(value, list) else value.replace(" ", "-"),
    )
    def test_gets_one_sentence_and_status_2(
        self,
        folder: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        words: list[str],
        sentence: str,
    ) -> None:
        (folder / "text.jpg").write_text("hello")
        monkeypatch.chdir(folder)
        before = sorted(folder.iterdir())
        assert run(folder, *words) == 2
        printed = capsys.readouterr().err
        assert sentence in printed
        assert "Traceback" not in printed
        assert sorted(folder.iterdir()) == before

    def test_gets_status_2_for_unknown_words(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as caught:
            main(["stylize", "photo.png", "--brush", "big"])
        assert caught.value.code == 2
        assert "--style" in capsys.readouterr().err

    def test_gets_status_130_when_interrupted(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def interrupt(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("style_transfer.pipeline.stylize.stylize", interrupt)
        out = folder / "out.png"
        assert run(folder, "--style", str(folder / "a.jpg"), "-o", str(out)) == 130
        assert not out.exists()


class TestParseStyle:
    def test_gives_weight_1_to_a_style_without_a_weight(self, folder: Path) -> None:
        assert parse_style(str(folder / "a.jpg")).weight == 1

    @pytest.mark.parametrize("weight", ["0.25", "3", "1e-1"])
    def test_reads_the_weight(self, folder: Path, weight: str) -> None:
        assert parse_style(f"{folder}/a.jpg={weight}").weight == float(weight)

    def test_treats_an_existing_file_that_ends_like_a_weight_as_a_name(self, folder: Path) -> None:
        path = folder / "poster=2"
        path.write_bytes((folder / "a.jpg").read_bytes())
        assert parse_style(str(path)).weight == 1

    def test_treats_an_invalid_weight_as_part_of_the_name(self) -> None:
        with pytest.raises(InputUnreadableError, match=r"a\.jpg=much cannot be read"):
            parse_style("a.jpg=much")

    @pytest.mark.parametrize("suffix", ["code", "safetensors"])
    def test_recognizes_a_style_code_by_its_suffix(self, folder: Path, suffix: str) -> None:
        path = folder / f"scream.{suffix}"
        path.write_bytes(b"a code")
        style = parse_style(f"{path}=0.5")
        assert (style.image, style.weight, style.embedding) == (None, 0.5, b"a code")

    def test_says_when_a_code_cannot_be_read(self, folder: Path) -> None:
        with pytest.raises(InputUnreadableError, match=r"none\.safetensors cannot be read"):
            parse_style(str(folder / "none.safetensors"))


class TestMethods:
    def test_lists_each_method_with_its_controls(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["methods"]) == 0
        printed = capsys.readouterr().out
        for slug, info in METHOD_INFOS.items():
            assert slug in printed
            assert info.title in printed
        assert "0.25 to 4; default 1.0." in printed
        assert "style, content, match; default style." in printed

    def test_prints_json_schema_when_asked(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["methods", "--json"]) == 0
        printed = json.loads(capsys.readouterr().out)
        assert printed["optimize"] == controls_of(METHOD_INFOS["optimize"])

    def test_does_not_load_torch(self) -> None:
        code = (
            "import sys; from style_transfer.__main__ import main; main(['methods']);"
            "print('torch' in sys.modules, file=sys.stderr)"
        )
        ran = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        assert ran.stderr.strip() == "False"


@pytest.mark.parametrize("command", ["stylize", "methods", "bench", "train", "fetch_weights"])
def test_explains_each_command(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([command, "--help"])
    assert caught.value.code == 0
    assert command in capsys.readouterr().out


@pytest.mark.parametrize(
    ("program", "called"),
    [
        ("/venv/bin/style-transfer", "style-transfer"),
        ("/src/style_transfer/__main__.py", "python -m style_transfer"),
    ],
)
def test_uses_the_program_name_that_the_user_typed(
    program: str, called: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", [program])
    for words, usage in ((["--help"], called), (["train", "--help"], f"{called} train")):
        with pytest.raises(SystemExit):
            main(words)
        assert capsys.readouterr().out.startswith(f"usage: {usage} [-h]")
