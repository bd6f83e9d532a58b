"""What the worker takes from itself before it loads a model: it needs a model, two pipes, no more.

The states that it computes are people's words in another form. They must not reach a file, a
core dump, another process of the same user, or a network.
"""

import ctypes
import resource
import signal
import sys
from types import TracebackType

_PR_SET_DUMPABLE = 4
_REFUSED = ("socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn")


def lock_down(*, may_write: bool) -> None:
    """`may_write`: graphics drivers keep files of their own programs; nothing else writes."""
    # Ctrl-C in the terminal is the parent's to decide about.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if not may_write:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    sys.addaudithook(_refuse)
    sys.excepthook = _tell_where


def _refuse(event: str, _: tuple[object, ...]) -> None:
    if event.startswith(_REFUSED):
        raise PermissionError(f"the engine's worker may not do this: {event}")


def _tell_where(kind: type[BaseException], _: BaseException, trace: TracebackType | None) -> None:
    """The kind and the place of a fault; its text could hold words of people."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}" if trace else "?"
    sys.stderr.write(f"FAULT: {kind.__name__} in {where}\n")
