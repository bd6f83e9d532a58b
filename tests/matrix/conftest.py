"""One Synapse for the whole run, fresh people and a proxy for each test."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.matrix.people import People, people_of
from tests.matrix.proxy import Proxy, proxied
from tests.matrix.synapse import Homeserver


@contextmanager
def swift_folder() -> Iterator[Path]:
    """In memory where there is such a place: Synapse and nio wait for the disk at every step."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with TemporaryDirectory(prefix="parlour-", dir=memory) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def homeserver() -> Iterator[Homeserver]:
    with swift_folder() as folder:
        homeserver = Homeserver(folder)
        try:
            homeserver.start()
            yield homeserver
        finally:
            homeserver.end()


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """In memory, too: a bot waits for the disk several times with every message."""
    with swift_folder() as folder:
        yield folder


@pytest.fixture
async def people(homeserver: Homeserver) -> AsyncIterator[People]:
    with swift_folder() as folder:
        async with people_of(homeserver, folder) as people:
            yield people


@pytest.fixture
async def proxy(homeserver: Homeserver) -> AsyncIterator[Proxy]:
    async with proxied(homeserver.url) as proxy:
        yield proxy
