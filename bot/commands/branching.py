"""`branch` and `branches`: their store calls and their answers. What is set aside is another line of
the same talk, the person's own in this room; nobody else's is ever touched.
"""

from dataclasses import replace
from datetime import datetime, tzinfo
from typing import assert_never

from bot.commands.branches import Branch, BranchCommand, Branches
from bot.commands.desk import Answer, Desk, Outcome, Show
from bot.commands.wishes import read_zone
from bot.commands.words import normal
from bot.events import SessionId
from bot.policy.screen import Screen
from bot.store.branches import Branch as Listed
from bot.store.branches import Moved, Way
from bot.store.forks import MOST
from bot.store.rows import Turn
from bot.store.vault import Vault
from bot.text import Text, lines

NO_TALK = Text("There is no talk of ours here to branch from.")
BEGUN = Text(
    "This is branch {number}: we go on from that answer. What came after it is set aside; "
    "`{prefix}branches` lists it and goes back."
)
BEFORE = Text(
    "This is branch {number}: we go on from before that message of yours, so say what you like in "
    "its place. It is set aside with what came after it; `{prefix}branches` lists it and goes back."
)
AGAIN_ON = Text("We are on branch {number} again, where it ended.")
HERE_ALREADY = Text("That is where we are already: just write on. You can come back here later.")
NOT_OURS = Text(
    "I can branch only from what you and I have said in this talk, and that message is none of it."
)
TOO_FAR = Text("Our talk does not go back so far.")
HOW_FAR = Text("How many of your messages shall we go back? As in `{prefix}branch 2`.")
FULL = Text(
    "Our talk has {most} branches, and more it cannot have. `{prefix}branches forget NUMBER` makes "
    "room."
)
LISTED = Text("These are the branches of our talk, each with your words where it parts.")
BRANCH = Text("{number}. {when}: “{words}”")
BRANCH_HERE = Text("{number}. {when}: “{words}” (we are here)")
BRANCH_BARE = Text("{number}. Nothing was said on it yet (we are here)")
HOW = Text(
    "`{prefix}branches NUMBER` goes back to one; `{prefix}branches forget NUMBER` forgets what "
    "stands on it alone."
)
ONE_ONLY = Text(
    "Our talk has one branch. `{prefix}branch` as a reply to an earlier message begins another one "
    "there; `{prefix}branch 2` begins one before the last two messages of yours."
)
NO_SUCH = Text("There is no other branch with that number. `{prefix}branches` lists them.")
FORGOTTEN = Text("Branch {number} is forgotten. What others share with it stays with them.")
NOT_THIS_ONE = Text("That is the branch that we are on. Go to another one first.")
UNDONE_HERE = Text(
    "The last exchange is taken back here. It still stands on another branch: `{prefix}branches` "
    "lists them."
)
UNSHOWN = "…"
"""In the place of an answer of before that may not be shown now."""

_FORGET = "forget"
_WORDS = 60
_DIGITS = 6


async def follow_branches(command: BranchCommand, desk: Desk, vault: Vault) -> Outcome:
    if desk.session is None:
        return Answer(NO_TALK)
    match command:
        case Branch(back):
            return await _branch(back, desk, vault, desk.session.id)
        case Branches(which):
            verb, _, rest = normal(which).partition(" ")
            if verb == _FORGET:
                return await _forget(rest, desk, vault, desk.session.id)
            if verb:
                return await _go_to(verb, desk, vault, desk.session.id)
            return await _list(desk, vault, desk.session.id)
        case _:
            assert_never(command)


async def shown_now(turn: Turn, desk: Desk, vault: Vault) -> str | None:
    """An answer of before, as it may be said today; None where it may not."""
    # It may stem from a time when more was allowed (SAFETY A9), or other rules held (M1), and from
    # before a limit was set (C2).
    screen = Screen(
        desk.ceiling,
        persona_name=desk.persona.name,
        romance_closed=desk.romance_closed,
        hard_limits=[limit.text for limit in await vault.limits() if limit.is_hard],
        rules=desk.written,
    )
    text = screen.feed(turn.text) + screen.finish()
    return None if screen.blocked else text


async def _branch(back: str, desk: Desk, vault: Vault, session: SessionId) -> Outcome:
    replied = desk.message.reply_to
    if replied is not None and not back:
        moved = await vault.branches.begin_at(session, desk.message.room.id, replied)
        return await _told(moved, desk, vault, unknown=NOT_OURS)
    count = _number(back) if back else 1
    if not count:
        return Answer(HOW_FAR.format(prefix=desk.prefix))
    moved = await vault.branches.begin_back(session, count)
    return await _told(moved, desk, vault, unknown=TOO_FAR)


async def _go_to(typed: str, desk: Desk, vault: Vault, session: SessionId) -> Outcome:
    moved = await vault.branches.go_to(session, _number(typed))
    return await _told(moved, desk, vault, unknown=NO_SUCH.format(prefix=desk.prefix))


async def _forget(typed: str, desk: Desk, vault: Vault, session: SessionId) -> Outcome:
    number = _number(typed)
    if await vault.branches.forget(session, number):
        return Answer(FORGOTTEN.format(number=number))
    is_here = any(
        one.is_here and one.number == number for one in await vault.branches.list(session)
    )
    return Answer(NOT_THIS_ONE if is_here else NO_SUCH.format(prefix=desk.prefix))


async def _list(desk: Desk, vault: Vault, session: SessionId) -> Outcome:
    listed = await vault.branches.list(session)
    if len(listed) < 2:
        return Answer(ONE_ONLY.format(prefix=desk.prefix))
    zone = read_zone(await vault.wishes(), desk.home_offset_s)
    told = [_line(one, zone) for one in listed]
    # SAFETY P3: where others read along it is for the person's eyes alone.
    return Answer(lines(LISTED, *told, HOW.format(prefix=desk.prefix)), is_alone=True)


def _line(one: Listed, zone: tzinfo) -> Text:
    if one.is_here and not one.words:
        return BRANCH_BARE.format(number=one.number)
    return (BRANCH_HERE if one.is_here else BRANCH).format(
        number=one.number,
        when=f"{datetime.fromtimestamp(one.at, zone):%Y-%m-%d %H:%M}",
        words=_short(one.words),
    )


async def _told(moved: Moved, desk: Desk, vault: Vault, *, unknown: Text) -> Outcome:
    say = {
        Way.BEGUN: BEGUN.format(number=moved.number, prefix=desk.prefix),
        Way.BEFORE: BEFORE.format(number=moved.number, prefix=desk.prefix),
        Way.BACK: AGAIN_ON.format(number=moved.number),
        Way.STAYED: HERE_ALREADY,
        Way.FULL: FULL.format(most=MOST, prefix=desk.prefix),
        Way.UNKNOWN: unknown,
    }[moved.way]
    if moved.last is None or moved.way not in {Way.BEGUN, Way.BEFORE, Way.BACK}:
        return Answer(say)
    # Said once more, so that everybody sees where we are, and the buttons are about it.
    text = await shown_now(moved.last, desk, vault)
    return Show(replace(moved.last, text=text or UNSHOWN), say)


def _number(typed: str) -> int:
    """0 for what is none."""
    is_one = typed.isascii() and typed.isdigit() and len(typed) <= _DIGITS
    return int(typed) if is_one else 0


def _short(words: str) -> str:
    on_one_line = " ".join(words.split())
    return on_one_line if len(on_one_line) <= _WORDS else f"{on_one_line[:_WORDS].rstrip()}…"
