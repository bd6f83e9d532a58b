"""Matrix, as the operator has set it: what is missing, its opening, and `parlour login matrix`.

The platform's library is imported when it is switched on, and not before.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from typing import TYPE_CHECKING

from bot.config import MATRIX_PASSWORD_VARIABLE, MATRIX_TOKEN_VARIABLE, ConfigError
from bot.events import Author
from bot.operate.asking import answering
from bot.operate.secrets import read_secret
from bot.operate.verifying import verifications_of
from bot.platforms.base import Locker, Platform, PlatformError, RulesOf
from bot.settings import Config
from bot.text import Text

if TYPE_CHECKING:
    from bot.platforms.matrix.setup import Setup

MEND_LIBRARY = "`pip install parlour[matrix]` brings it."
FOLDER = "matrix"
"""In the data folder: the library's encrypted store."""


def in_english(text: Text, _author: Author) -> str:
    return str(text)


@dataclass(frozen=True, slots=True)
class Secrets:
    """Each may be empty: a login that was made before lies sealed in the house."""

    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)


def require_matrix(config: Config) -> None:
    if not config.matrix.homeserver:
        raise ConfigError(
            "matrix.homeserver: the address of the homeserver's client interface is needed, as in "
            "https://matrix.example.org"
        )
    if not has_matrix_library():
        raise ConfigError(
            f"matrix: encryption is not installed, and nothing is said without it; {MEND_LIBRARY}"
        )


def matrix_secrets(config: Config, environ: Mapping[str, str]) -> Secrets:
    """From the environment or their files."""
    settings = config.matrix
    password = environ.get(MATRIX_PASSWORD_VARIABLE, "").strip()
    if not password and settings.password_file is not None:
        key, file = "matrix.password_file", settings.password_file
        password = read_secret(key, file, "password", may_have_spaces=True)
    token = environ.get(MATRIX_TOKEN_VARIABLE, "").strip()
    if not token and settings.token_file is not None:
        token = read_secret("matrix.token_file", settings.token_file, "token")
    if password and token:
        raise ConfigError("matrix: a password and a token are given; take one of them away")
    if password and not settings.user:
        raise ConfigError("matrix.user: a password needs its user, as in @parlour:example.org")
    return Secrets(password, token)


@asynccontextmanager
async def open_on_matrix(
    config: Config,
    environ: Mapping[str, str],
    words: Callable[[Text, Author], str],
    locker: Locker,
    rules_of: RulesOf,
) -> AsyncIterator[Platform]:
    setup = matrix_setup(config, matrix_secrets(config, environ), words)
    setup = replace(setup, rules_of=rules_of)
    # Imported where it is switched on (arrow 6).
    from bot.platforms.matrix.opening import open_matrix  # noqa: PLC0415

    try:
        async with (
            open_matrix(setup, locker) as matrix,
            answering(config.data, verifications_of(matrix.trust.trust)),
        ):
            yield matrix
            if matrix.trouble:
                raise ConfigError(f"matrix: {matrix.trouble}")
    except PlatformError as error:
        raise ConfigError(f"matrix: {error}") from None


def matrix_setup(config: Config, secrets: Secrets, words: Callable[[Text, Author], str]) -> "Setup":
    from bot.platforms.matrix.setup import Setup  # noqa: PLC0415 - see above

    settings = config.matrix
    return Setup(
        homeserver=settings.homeserver.rstrip("/"),
        folder=config.data / FOLDER,
        user=settings.user,
        password=secrets.password,
        token=secrets.token,
        device_name=settings.device_name,
        operators=frozenset(settings.operators),
        rooms_by_operators=settings.rooms_by == "operators",
        sponsor=settings.sponsor,
        policy_lists=settings.policy_lists,
        words=words,
        gap_s=settings.edit_gap_s,
        answer_missed_s=settings.answer_missed_s,
        operator_confirms=settings.operator_confirms,
        replace_keys=settings.replace_keys,
    )


def look_at_matrix(config: Config, environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """For `parlour check`: what was found, and its mend where it needs one. Nothing is asked of the
    homeserver and no secret is shown."""
    settings = config.matrix
    if not settings.on:
        yield "Matrix is switched off (matrix.on).", ""
        return
    if not has_matrix_library():
        yield "Matrix is switched on, and its encryption is not installed.", MEND_LIBRARY
    if not settings.homeserver:
        yield "Matrix is switched on without a homeserver.", "name it in matrix.homeserver."
    elif settings.homeserver.startswith("http:") and not _is_near(settings.homeserver):
        what = f"{settings.homeserver} is spoken to without TLS: whoever is between can be the bot."
        yield what, "use its https address, unless nothing but this machine is between."
    if settings.rooms_by == "operators" and not settings.operators:
        # No failure: it may be where it is wanted already.
        what = "Nobody can lead the bot into further rooms or spaces on Matrix: name yourself in"
        yield f"{what} matrix.operators and invite it, or set matrix.rooms_by.", ""
    try:
        secrets = matrix_secrets(config, environ)
    except ConfigError as error:
        yield f"{error}.", "docs/matrix.md says how the bot logs in."
        return
    if secrets.password or secrets.token:
        given = "a password" if secrets.password else "a token"
        yield f"Matrix is switched on, and there is {given}.", ""
    else:
        kept = "what `parlour login matrix` has kept"
        yield f"Matrix is switched on, without a password or a token: it logs in by {kept}.", ""


async def look_at_trust(config: Config, locker: Locker) -> list[tuple[bool, str, str]]:
    """For `parlour check`, as `look_at_house` has it: how cross-signing stood when the bot looked
    last. Nothing is asked of the homeserver, and what is short of it is no failure."""
    if not has_matrix_library():
        return []
    from bot.platforms.matrix.trust.identity import last_standing  # noqa: PLC0415 - arrow 6

    standing = await last_standing(locker)
    what = standing.value.removeprefix("matrix: ")
    found = [(False, f"Trust on Matrix, when the bot looked last: {what}.", "")]
    if config.matrix.replace_keys:
        what = (
            "matrix.replace_keys is true: cross-signing keys that are not the bot's are replaced "
            "at each start, and whoever has verified the account is warned then."
        )
        found.append((False, what, "set it to false again after that start."))
    return found


def has_matrix_library() -> bool:
    return find_spec("nio") is not None and find_spec("vodozemac") is not None


def _is_near(address: str) -> bool:
    host = address.removeprefix("http://").rsplit(":", 1)[0]
    return host in ("localhost", "127.0.0.1", "[::1]") or "." not in host
