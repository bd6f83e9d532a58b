"""Tests beside each other, file by file, in as many processes as `make test` says.

All that talk to Synapse stay together in one of them, so that there is one.
"""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

MATRIX = "tests/matrix/"


class OneHomeserver(LoadFileScheduling):  # type: ignore[misc]  # it ships no types
    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return MATRIX if file.startswith(MATRIX) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneHomeserver:
    return OneHomeserver(config, log)
