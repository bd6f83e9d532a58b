"""The engine's child process: `python -m bot.engine.worker`.

It locks itself in, then loads its models and serves them over its two pipes until its parent closes
them. It has no keys, no store and no network, and it logs nothing.
"""

import os

from bot.engine.wire import loading_from_json
from bot.engine.worker.cell import lock_down
from bot.engine.worker.pipes import Pipes


def main() -> None:
    pipes = Pipes(*_take_pipes())
    try:
        (first,) = pipes.read(wait=True)
        loadings = [loading_from_json(fields) for fields in first["load"]]
        lock_down(may_write=any(loading.gpu_layers for loading in loadings))
        # Imported in the cell only: the libraries behind it are large, and not ours.
        from bot.engine.worker.serving import serve  # noqa: PLC0415 - see above

        serve(loadings, pipes)
    except (EOFError, BrokenPipeError):
        pass
    # llama.cpp's own tidying is of no use to a process that ends, and it can fail.
    os._exit(0)


def _take_pipes() -> tuple[int, int]:
    """Nothing but frames may come out: stray prints of any library go to standard error."""
    reading, writing = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    return reading, writing


if __name__ == "__main__":
    main()
