"""What the operator has chosen for every conversation, from the settings."""

import time

from bot.operate.ages import age_level
from bot.scene import Habits
from bot.settings import Config


def habits_of(config: Config) -> Habits:
    return Habits(
        default_persona=config.personas.default,
        reply_tokens=config.engine.reply_tokens,
        region=config.care.region,
        disclose_every_s=config.care.disclose_every_h * 3600,
        utc_offset_s=float(time.localtime().tm_gmtoff),
        least_age_level=age_level(config.door.entry),
        least_mature_level=age_level(config.door.mature),
        allows_mature=config.door.mature != "closed",
        is_listed=config.door.listed,
        language=config.care.language,
        allowed=frozenset(config.communities.allow),
        denied=frozenset(config.communities.deny),
    )
