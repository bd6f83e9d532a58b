"""The literal talk in the prompt: read from the vault, and trimmed when it grows too long.

Trimming changes the beginning of the prompt, so everything after it must be computed again: it
is done seldom and deeply, after a reply, down to half.
"""

import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.engine.base import Engine, EngineError, Part, Prompt
from bot.events import RoomId, SessionId, TurnId
from bot.prompt import compose
from bot.store.rows import Gone, Side, Turn
from bot.store.vault import Vault

TRIM_ABOVE = 0.75
TRIM_TO = 0.5
EASED = 0.65
"""What a trim must leave at most, to be worth what it costs."""
WAITS_UNTIL = 0.88
"""Where it goes no further without: a message that no longer fits is trimmed for while its writer
waits."""
COUNT_S = 30.0
"""How long a trim waits for an engine that is to count tokens: it counts while it writes."""


@dataclass(frozen=True, slots=True)
class Talk:
    """Whose talk, with which card, and how many tokens a prompt of it may have."""

    vault: Vault
    card: str
    adapter: str | None
    room: int
    shared: RoomId | None = None
    """As `Room` tells it: no prompt holds what was said elsewhere (INVARIANT I1)."""
    community: str = ""
    """Whose guest the person is with it."""
    known: str = ""
    """What the prompt may begin with, as policy has looked at it; nothing else stands there."""


async def write_prompt(
    talk: Talk,
    asked: Turn | None,
    begun: Sequence[str] = (),
    *,
    of_session: SessionId | None = None,
) -> Prompt:
    """All that was said before `asked`, and `asked`; or else all that was said so far. Behind it
    what the answer begins with, to be gone on from. Raises Gone where no session is open, or
    another than is wanted."""
    said = await talk.vault.talk(talk.shared)
    if said is None or of_session not in (None, said[0].id):
        raise Gone("the session has ended meanwhile")
    session, turns = said
    if asked is not None:
        turns = (*itertools.takewhile(lambda turn: turn.id != asked.id, turns), asked)
    prompt = compose(
        person=talk.vault.person,
        card=talk.card,
        head=session.head,
        turns=turns,
        adapter=talk.adapter,
        known=talk.known if session.known == talk.known else "",
    )
    begun_parts = tuple(Part("assistant", text) for text in begun)
    return replace(prompt, parts=prompt.parts + begun_parts, community=talk.community)


async def trim(
    talk: Talk, engine: Engine, *, above: float, waits_until: float | None = None
) -> bool:
    """Lets the oldest turns out of the window once it fills more than `above` of the room; while a
    summary is still to come, only those that one tells, up to `waits_until`."""
    said = await talk.vault.talk(talk.shared)
    if said is None:
        return False
    session, turns = said
    fixed = f"{talk.card}\n\n{session.head}\n\n{session.known or ''}"
    texts = [f"{turn.note}\n\n{turn.text}" for turn in turns]
    # No token is shorter than a byte, so a short talk needs no counting.
    if sum(len(text.encode()) for text in (fixed, *texts)) <= talk.room * above:
        return False
    try:
        async with asyncio.timeout(COUNT_S):
            fixed_tokens = await engine.count_tokens(fixed)
            counts = [await engine.count_tokens(text) for text in texts]
    except TimeoutError as exc:
        raise EngineError(f"the engine has not counted tokens for {COUNT_S:g} s") from exc
    if fixed_tokens + sum(counts) <= talk.room * above:
        return False
    first = first_turn_kept(turns, counts, int(talk.room * TRIM_TO) - fixed_tokens)
    if first is not None and waits_until is not None:
        untold = await talk.vault.stories.untold(session.id)
        room = int(talk.room * EASED) - fixed_tokens
        must = fixed_tokens + sum(counts) > talk.room * waits_until
        first = first_turn_told(turns, counts, first, untold, room) or (first if must else None)
    if first is not None:
        await talk.vault.trim(session.id, first, session.head)
    return first is not None


async def begin_with(talk: Talk, asked: Turn) -> bool:
    """Lets everything before this turn out of the window; False where nothing stood there."""
    said = await talk.vault.talk(talk.shared)
    if said is None or not said[1] or said[1][0].id == asked.id:
        return False
    await talk.vault.trim(said[0].id, asked.id, said[0].head)
    return True


def first_turn_kept(turns: Sequence[Turn], tokens: Sequence[int], budget: int) -> TurnId | None:
    """Where the window begins after a trim: at a person's turn, the newest that fit.

    None where nothing can be trimmed. The newest person's turn stays, whatever it costs.
    """
    kept = 0
    begin: TurnId | None = None
    for turn, count in zip(reversed(turns), reversed(tokens), strict=True):
        kept += count
        if kept > budget and begin is not None:
            break
        if turn.side is Side.PERSON:
            begin = turn.id
    return begin if begin is not None and begin != turns[0].id else None


def first_turn_told(
    turns: Sequence[Turn],
    tokens: Sequence[int],
    first: TurnId,
    untold: TurnId | None,
    room: int,
) -> TurnId | None:
    """As `first`, or earlier, so that nothing leaves that no summary tells; None where too little
    would leave."""
    at = [turn.id for turn in turns]
    if untold not in at or at.index(untold) >= at.index(first):
        return first
    begins = [n for n in range(1, at.index(untold) + 1) if turns[n].side is Side.PERSON]
    if not begins or sum(tokens[begins[-1] :]) > room:
        return None
    return at[begins[-1]]
