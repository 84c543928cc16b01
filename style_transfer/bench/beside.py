"""Read pictures that were painted before or by other tools, to compare them with ours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image

from style_transfer.bench.quality import Pair
from style_transfer.core.errors import EngineError, InputUnreadableError
from style_transfer.imaging.images import load_picture
from style_transfer.imaging.saving import SUFFIXES, OutputError, save_picture

_HINT = "Name a folder whose pictures are named PHOTO__ARTWORK.jpg, .png or .webp."


class AnswerNameTakenError(EngineError):
    """Two answers would have the same name in the table."""

    code = "answer_name_taken"
    hint = "Give each folder another name, which is not that of a method that paints too."


@dataclass(frozen=True)
class PaintedFolder:
    """Pictures of one tool, named PHOTO__ARTWORK with the suffix of a picture."""

    name: str
    folder: Path

    def find(self, photo: str, artwork: str) -> Path:
        """Find the picture of a pair; raises InputUnreadableError if there is none."""
        stem = self.folder / f"{photo}__{artwork}"
        for suffix in SUFFIXES:
            path = stem.with_name(stem.name + suffix)
            if path.is_file():
                return path
        raise InputUnreadableError(
            f"{self.name} has no picture {stem.name} in {self.folder}.", hint=_HINT
        )


def check_beside(
    folders: Sequence[PaintedFolder],
    taken: Sequence[str],
    photos: Sequence[Path],
    artworks: Sequence[Path],
) -> None:
    """Check before anything is painted that every folder has a name of its own and every picture.

    `taken` are the names of the answers that are painted. Raises AnswerNameTakenError or
    InputUnreadableError.
    """
    names = [*taken, *(each.name for each in folders)]
    for name in names:
        if names.count(name) > 1:
            raise AnswerNameTakenError(f"Two answers are called {name}.")
    for each in folders:
        for photo in photos:
            for artwork in artworks:
                each.find(photo.stem, artwork.stem)


def put_beside(pair: Pair, folders: Sequence[PaintedFolder]) -> Pair:
    """Add to the answers of a pair what is in the folders, at the size of the photo."""
    others = {each.name: _load(each.find(*pair.names), pair.photo.size) for each in folders}
    return replace(pair, answers=pair.answers | others)


def keep_painted(pair: Pair, answers: Mapping[str, Image.Image], folder: Path) -> None:
    """Write painted answers into a folder for each name, so that they can be put beside later.

    Raises OutputError.
    """
    for name, image in answers.items():
        place = folder / name
        try:
            place.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"{place} cannot be made: {error.strerror or error}.") from error
        save_picture(image, place / f"{'__'.join(pair.names)}.png")


def _load(path: Path, size: tuple[int, int]) -> Image.Image:
    return load_picture(path).rgb.resize(size, Image.Resampling.LANCZOS)
