"""Functions on a connection as methods of whatever has the file: what is asked, with which arguments,
stands once, where it is SQL. Each call is one visit to the file's thread.
"""

import sqlite3
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from bot.store.database import Database, empty_log

P = ParamSpec("P")
T = TypeVar("T")


class HasFile(Protocol):
    @property
    def _db(self) -> Database: ...


Work = Callable[Concatenate[sqlite3.Connection, P], T]
Call = Callable[Concatenate[HasFile, P], Coroutine[Any, Any, T]]


def reads(work: Work[P, T]) -> Call[P, T]:
    async def call(of: HasFile, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await of._db.read(work, *args, **kwargs)  # noqa: SLF001 - it is its method

    return call


def writes(work: Work[P, T]) -> Call[P, T]:
    """In one transaction: all of it stays, or nothing."""

    async def call(of: HasFile, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await of._db.write(work, *args, **kwargs)  # noqa: SLF001 - it is its method

    return call


def erases(work: Work[P, T]) -> Call[P, T]:
    """As `writes`; and what was deleted leaves the write-ahead log, too."""

    async def call(of: HasFile, /, *args: P.args, **kwargs: P.kwargs) -> T:
        done = await of._db.write(work, *args, **kwargs)  # noqa: SLF001 - it is its method
        await of._db.read(empty_log)  # noqa: SLF001 - it is its method
        return done

    return call
