"""How an embedded engine is to be built: its models, and how they lie on this machine."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from bot.engine.wire import KvType, Loading, Role, Split

# A guard reads one message or one reply with its instructions, an embedding model one turn.
_GUARD_CONTEXT = 4096
_EMBEDDING_CONTEXT = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    model: Path
    guard: Path | None = None
    embedding: Path | None = None
    adapters: Mapping[str, Path] = field(default_factory=dict)
    """LoRA adapters by the name that personas give them."""
    context: int = 4096
    sequences: int = 4
    batch: int = 512
    threads: int = 0
    """0: as many as are measured to be fastest."""
    flash_attention: Literal["measured", "on", "off"] = "measured"
    kv_type: KvType = "f16"
    gpu_layers: int = 0
    gpu_main: int = 0
    gpu_split: Split = "layer"
    gpu_shares: tuple[float, ...] = ()
    longest_pause_s: float = 0.25
    states_mb: int = 512
    weights: Mapping[str, float] | None = None
    """Of communities, where a full machine is shared out between them."""
    tunings: Path | None = None
    """Where what was measured is kept; None measures at every start."""

    def loadings(self, today: str) -> tuple[Loading, ...]:
        adapters = tuple((name, str(file.absolute())) for name, file in self.adapters.items())
        loadings = [self._loading("main", self.model, self.context, today, adapters)]
        if self.guard is not None:
            loadings.append(self._loading("guard", self.guard, _GUARD_CONTEXT, today))
        if self.embedding is not None:
            loadings.append(self._loading("embedding", self.embedding, _EMBEDDING_CONTEXT, today))
        return tuple(loadings)

    def _loading(
        self,
        role: Role,
        model: Path,
        context: int,
        today: str,
        adapters: tuple[tuple[str, str], ...] = (),
    ) -> Loading:
        return Loading(
            model=str(model.absolute()),
            role=role,
            context=context,
            sequences=1 if role == "embedding" else self.sequences,
            batch=max(self.batch, context) if role == "embedding" else self.batch,
            today=today,
            threads=self.threads,
            flash_attention=self.flash_attention,
            kv_type=self.kv_type if role == "main" else "f16",
            gpu_layers=self.gpu_layers,
            gpu_main=self.gpu_main,
            gpu_split=self.gpu_split,
            gpu_shares=self.gpu_shares,
            longest_pause_s=self.longest_pause_s,
            # What the guard is asked differs from message to message, but for its instructions.
            states_mb=self.states_mb if role == "main" else self.states_mb // 8,
            adapters=adapters,
        )
