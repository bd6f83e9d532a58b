"""What was measured at the first start, kept for the next: one small JSON file beside the data.

It holds numbers about this machine and nothing of anybody. A file that cannot be read or written
costs a new measurement, and nothing else.
"""

import json
import os
from contextlib import suppress
from dataclasses import asdict, replace
from hashlib import blake2s
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bot.engine.wire import Loading, Tuning

_SOUND = TypeAdapter(Tuning)


class Tunings:
    def __init__(self, file: Path | None) -> None:
        self._file = file

    def recall(self, loading: Loading) -> Loading:
        """With what was measured for it, if it was."""
        fields = self._read().get(_name(loading))
        try:
            tuning = _SOUND.validate_json(json.dumps(fields), strict=True)
        except ValidationError:
            return loading
        sound = min(tuning.reading_threads, tuning.drawing_threads) >= 1
        return replace(loading, tuning=tuning) if sound else loading

    def keep(self, loading: Loading, tuning: Tuning) -> None:
        kept = self._read()
        if self._file is None or kept.get(_name(loading)) == asdict(tuning):
            return
        kept[_name(loading)] = asdict(tuning)
        with suppress(OSError):
            half = self._file.with_suffix(".new")
            half.write_text(json.dumps(kept, indent=2) + "\n", "utf-8")
            half.replace(self._file)

    def _read(self) -> dict[str, Any]:
        if self._file is None:
            return {}
        try:
            kept = json.loads(self._file.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return kept if isinstance(kept, dict) else {}


def _name(loading: Loading) -> str:
    """Everything that what is fastest depends on."""
    file = Path(loading.model).stat()
    what = (
        file.st_size,
        file.st_mtime_ns,
        version("llama-cpp-python"),
        sorted(os.sched_getaffinity(0)),
        (
            loading.role,
            loading.sequences,
            loading.threads,
            loading.flash_attention,
            loading.kv_type,
        ),
        (loading.gpu_layers, loading.gpu_main, loading.gpu_split, loading.gpu_shares),
    )
    return f"{Path(loading.model).name} {blake2s(repr(what).encode(), digest_size=8).hexdigest()}"
