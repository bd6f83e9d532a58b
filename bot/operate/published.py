"""A community's rules as they may be published: what holds there, in a few words, the version of the
rules that moderators have written, and a hash over all of it. Nothing of what rules look for.
"""

import json
from hashlib import sha256

from bot.events import CommunityId
from bot.operate.ages import age_level
from bot.platforms.base import Published
from bot.settings import Config
from bot.store.house import House


async def read_rules(house: House, config: Config, community: CommunityId) -> Published:
    """With what the operator asks of everybody, which a community cannot loosen."""
    chosen = await house.communities.of(community)
    mature = config.door.mature
    entry = max(chosen.least_age_level, age_level(config.door.entry))
    summary = {
        "ceiling": chosen.ceiling.name.lower(),
        "entry": _name(entry.name),
        "mature": "closed"
        if mature == "closed" or config.door.listed
        else _name(max(chosen.least_mature_level, age_level(mature)).name),
    }
    written = await house.moderation.rules.holding(community)
    version, own = (written.version, written.hash.hex()) if written else (0, "")
    return Published(version, hash_of(version, own, summary), summary)


def hash_of(version: int, own: str, summary: dict[str, str]) -> str:
    """`own` is that of the rules which moderators have written."""
    text = json.dumps([version, own, summary], sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def _name(level: str) -> str:
    return level.lower().replace("_", "-")
