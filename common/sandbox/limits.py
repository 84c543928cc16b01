"""What one child may use. A file that needs more memory or processor time is refused."""

import resource
import signal
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Limits:
    """The memory, the processor time and the time of one task."""

    memory_bytes: int
    cpu_seconds: int
    seconds: int

    def set_here(self) -> None:
        """Limit this process. A decoder writes no file, and a crash leaves no core dump."""
        signal.alarm(self.seconds)
        resource.setrlimit(resource.RLIMIT_AS, (self.memory_bytes, self.memory_bytes))
        resource.setrlimit(resource.RLIMIT_CPU, (self.cpu_seconds, self.cpu_seconds + 1))
        for other in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE):
            resource.setrlimit(other, (0, 0))


# A transparent photo of 24 megapixels takes about 12 seconds, most of them to encode it as PNG. A
# task takes longer than its processor time while the processors are busy with other work.
LIMITS: Final = Limits(memory_bytes=2**30, cpu_seconds=30, seconds=60)
