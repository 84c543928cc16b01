"""Read where the faces of photos are, as marked by hand; a detector would miss some of them."""

import json
from pathlib import Path

from style_transfer.bench.measures.faces import Box
from style_transfer.core.errors import EngineError

# Faces of people and heads of animals in photos of the Kodak suite and others that are often
# painted. Photos are known by their names without suffix.
MARKED = Path(__file__).with_name("faces.json")


class FacesUnreadableError(EngineError):
    """The file does not tell where faces are."""

    code = "faces_unreadable"
    hint = (
        'Use JSON such as {"portrait": [[0.2, 0.1, 0.7, 0.8]]}: for each photo the left, top, '
        "right and bottom of its faces, as shares of its width and height."
    )


def read_faces(path: Path) -> dict[str, list[Box]]:
    """Read the boxes of faces by the name of the photo; raises FacesUnreadableError."""
    try:
        marked = json.loads(path.read_text(encoding="utf-8"))
        faces = {name: [_box(corners) for corners in boxes] for name, boxes in marked.items()}
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise FacesUnreadableError(f"{path} cannot be read: {reason}.") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise FacesUnreadableError(f"{path.name} has boxes of another form.") from error
    return faces


def _box(corners: list[float]) -> Box:
    left, top, right, bottom = (float(corner) for corner in corners)
    if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
        raise ValueError("not a box")
    return left, top, right, bottom
