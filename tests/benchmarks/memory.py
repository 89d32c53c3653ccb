"""How much memory this process has needed."""

import resource
from contextlib import suppress
from pathlib import Path


def fresh_peak() -> None:
    """Forget the largest memory so far, which other benchmarks may have needed; only Linux can."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def peak_megabytes() -> float:
    """Return the largest memory since then."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024
