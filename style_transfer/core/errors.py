"""The errors of the engine, each with a stable code and advice for the user."""


class EngineError(Exception):
    """An expected failure of the engine; its text is one sentence for the user.

    `code` is stable and meant for programs; `hint` tells the user what to do next.
    """

    code = "internal"
    hint = "Try again. If it happens again, report it and include the picture."

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        if hint is not None:
            self.hint = hint


class InputUnreadableError(EngineError):
    """The file is not a still picture that the engine can decode."""

    code = "input_unreadable"
    hint = "Use a JPEG, PNG or WebP file that opens in a picture viewer."


class InputTooLargeError(EngineError):
    """The picture has more pixels, or the file more bytes, than the engine accepts."""

    code = "input_too_large"
    hint = "Use a smaller picture."


class OutOfMemoryError(EngineError):
    """The machine has too little memory for this size."""

    code = "out_of_memory"
    hint = "Choose a smaller size."


class ModelMissingError(EngineError):
    """A weights file is absent, or is not the one that its card describes."""

    code = "model_missing"
    hint = "Install the weights with `python -m style_transfer fetch_weights`."


class DeviceMissingError(EngineError):
    """This machine does not have the requested device."""

    code = "device_missing"
    hint = "Choose the device `auto` or `cpu`."


class InternalError(EngineError):
    """The engine itself failed, for example with a result that is not finite."""
