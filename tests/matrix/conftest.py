"""One Synapse for the whole run, fresh people and a proxy for each test."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.matrix.people import People, people_of
from tests.matrix.proxy import Proxy, proxied
from tests.matrix.synapse import Homeserver


@pytest.fixture(scope="session")
def homeserver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Homeserver]:
    homeserver = Homeserver(tmp_path_factory.mktemp("synapse"))
    try:
        homeserver.start()
        yield homeserver
    finally:
        homeserver.end()


@pytest.fixture
async def people(homeserver: Homeserver, tmp_path: Path) -> AsyncIterator[People]:
    async with people_of(homeserver, tmp_path / "stores") as people:
        yield people


@pytest.fixture
async def proxy(homeserver: Homeserver) -> AsyncIterator[Proxy]:
    async with proxied(homeserver.url) as proxy:
        yield proxy
