"""Platforms opened without a house, for what ends before anything is kept or published."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager

from bot.events import CommunityId
from bot.operate.platforms import open_platforms
from bot.platforms.base import Platform, Published
from bot.settings import Config
from tests.fakes import Drawer


def open_without_house(
    config: Config, environ: Mapping[str, str]
) -> AbstractAsyncContextManager[tuple[Platform, ...]]:
    return open_platforms(
        config, environ, personas={}, locker_of=lambda _: Drawer(), rules_of=_nothing_of
    )


async def _nothing_of(_community: CommunityId) -> Published:
    return Published(0, "", {})
