"""Rules to start from: `rules presets`. Data files, which a community changes as it likes."""

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType

from bot.policy.community.reading import read_rules
from bot.policy.community.rule import RuleSet
from bot.text import Text

PRESETS: Mapping[str, Text] = MappingProxyType(
    {
        "careful": Text(
            "For communities that many kinds of people read: general talk, no links, firmer steps."
        ),
        "ordinary": Text("For most communities: no adverts, no flooding, no personal data."),
        "adults-club": Text(
            "For communities of adults: approval, better founded ages, nobody real is played."
        ),
        "writers-group": Text(
            "For people who write together: stories may be dark; no spoilers, no long pastes."
        ),
    }
)


@lru_cache(maxsize=8)
def preset(name: str) -> RuleSet:
    return read_rules(preset_text(name))


def preset_text(name: str) -> str:
    """With its comments, as it is shown."""
    file = f"data/rules_{name.replace('-', '_')}.toml"
    return files("bot.policy").joinpath(file).read_text("utf-8")
