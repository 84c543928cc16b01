"""The snapshot of a sketch: one dict for the API's reply and the socket's frames."""

from typing import Annotated, TypedDict

from django.urls import reverse

from common.replies import Moment, Uuid
from inference.live.snapshots.job import JobError, format_time, is_retryable
from inference.models import Sketch


class SketchColorMap(TypedDict):
    """The linear map of colors, red, green and blue in [0, 1], that `match` begins with."""

    matrix: list[float]
    offset: list[float]


class SketchSnapshot(TypedDict):
    """A sketch: the same dict that the websocket sends. Drop what has a lower `seq`."""

    # Fields are only ever added: clients ignore those that they do not know.
    id: Uuid
    state: Annotated[str, Sketch.State]
    seq: Annotated[int, "Grows with every change."]
    photo: Uuid
    url: Annotated[str | None, "With a token see `/sketches/{id}/file/`."]
    width: int
    height: int
    strength: Annotated[float, "The strength with which it is painted."]
    color_map: Annotated[SketchColorMap | None, "What gives the painting the palette of the photo."]
    error: JobError | None
    created_at: Moment
    completed_at: Moment | None


def sketch_snapshot(sketch: Sketch) -> SketchSnapshot:
    """Describe `sketch`."""
    url = reverse("sketch-file", kwargs={"pk": sketch.pk}) if sketch.file else None
    return {
        "id": str(sketch.pk),
        "state": sketch.state,
        "seq": sketch.seq,
        "photo": str(sketch.photo_id),
        "url": url,
        "width": sketch.width,
        "height": sketch.height,
        "strength": sketch.spec["strength"],
        "color_map": sketch.color_map or None,
        "error": _error(sketch),
        "created_at": format_time(sketch.created_at),
        "completed_at": format_time(sketch.completed_at) if sketch.completed_at else None,
    }


def _error(sketch: Sketch) -> JobError | None:
    if sketch.state != Sketch.State.FAILED:
        return None
    retryable = is_retryable(sketch.error_code)
    return {"code": sketch.error_code, "hint": sketch.error_hint, "retryable": retryable}
