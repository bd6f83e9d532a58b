"""What `parlour check` says of memory: what is on and what is off. It looks at settings and at nobody's
vault; what was given up stands with the house.
"""

from collections.abc import Iterator

from bot.operate.models import DEMO
from bot.settings import Config


def look_at_memory(config: Config) -> Iterator[str]:
    yield _meaning(config)
    yield _made_by_a_model(config)
    days = config.memory.keep_days
    kept = f"for {days} days at most" if days else "until they have it forgotten"
    yield f"Of people who chose memory, what is said is kept {kept} (memory.keep_days)."


def _meaning(config: Config) -> str:
    named = config.engine.embedding
    if not named:
        return (
            "Memory finds what was said by its words; engine.embedding names no model that would "
            "find it by its meaning, too (docs/models.md)."
        )
    if config.engine.kind == "remote":
        return "Memory asks the remote servers for vectors, too (docs/remote.md)."
    return f"Memory finds what was said by its words, and by its meaning with {named}."


def _made_by_a_model(config: Config) -> str:
    by_rules = "Facts are found by rules in six languages"
    if config.engine.kind == "scripted":
        return f"{by_rules}; no model is there to find more or to tell the story so far."
    if config.engine.kind == "embedded" and config.engine.model == DEMO:
        return (
            f"{by_rules}; the demo model is too small to find more, or to tell the story so far "
            "(docs/models.md)."
        )
    return (
        f"{by_rules}; the model is asked for more, and for the story so far, when nobody waits. "
        "Where it fails at plain sentences, the log says so and it is not asked for facts."
    )
