"""`link`, `unlink` and `sponsor` followed."""

from collections.abc import Sequence
from typing import assert_never

from bot import sentences
from bot.commands.accounts import AccountCommand, Link, Sponsor, Unlink
from bot.commands.desk import Answer, Desk, Farewell, Join, Outcome
from bot.events import CommunityId
from bot.policy.ceiling import Fall
from bot.policy.door import AGE_LEVELS, CEILINGS
from bot.text import SILENCE, Text, lines

LINK_CODE = Text(
    "Your code is {code}. It works once, within ten minutes: use the command `link` with it on your "
    "other account. Give it to nobody, since whoever uses it can read everything of yours.\n"
    "Then both are one person: the vault is that of this account, with one list of sessions, one "
    "age record, all memory, limits and reminders of both. What was said there comes along, its "
    "session ends, and what is being written stops. Of whatever binds, the stricter holds: a lock, "
    "a consent, closed romance, breaks. A time zone, a safe word and quiet hours stay as they are "
    "here where both have set them. `export` and `erase` reach both; `unlink` parts them."
)
LINK_WHAT = Text(
    "This joins you with {account}. Go on only if that account is yours: whoever has it can then "
    "read everything that you have said here.\n"
    "Both are one person from then on: the vault is that of the other account, with one list of "
    "sessions, one age record, all memory, limits and reminders of both. What was said here comes "
    "along, the session here ends, and what is being written stops. Of whatever binds, the stricter "
    "holds: a lock, a consent, closed romance, breaks. A time zone, a safe word and quiet hours are "
    "those of the other account where both have set them. `export` and `erase` reach both; `unlink` "
    "parts them, and then the vault stays there.\n"
    "Say `{prefix}link {code} confirm` and it is done."
)
LINK_NO = Text("That code does not hold; `{prefix}link` on your other account shows a new one.")
LINKED = Text("It is done: these accounts are one person now: {accounts}. `unlink` parts them.")
LINKED_ARE = Text("Your accounts, linked as one person: {accounts}. `unlink` parts them.")
UNLINKED = Text(
    "They are parted. The vault stays with {account}, and nothing of it can be read from here; here "
    "you begin anew. A lock, if there is one, stays on both; what others have confirmed of your age "
    "is gone for both."
)
UNLINKED_FROM = Text(
    "They are parted. The vault stays here; you begin anew with {accounts}. A lock, if there is one, "
    "stays on each; what others have confirmed of your age is gone for all."
)
NOT_LINKED = Text("No other account is linked with this one.")
SPONSORS = Text("You can be a guest of:")
SPONSOR_NOW = Text("- {community} (its rules hold now)")
SPONSOR_HOW = Text("`{prefix}sponsor NAME` chooses; another one's rules begin with a new session.")
SPONSOR_IS = Text(
    "You are a guest of {community}: conversations go up to {ceiling}; it asks for {age_level}."
)
SPONSOR_CHANGED = Text(
    "You are a guest of {community} from now on: conversations go up to {ceiling}; it asks for "
    "{age_level}. The session that was under way has ended; what was said stays in your vault."
)
NO_SPONSOR = Text(
    "I find you in no community called that. `{prefix}sponsor` lists those where I do."
)
SEVERAL_SPONSORS = Text(
    "Several communities of yours are called that. `{prefix}sponsor NUMBER` chooses one of them:"
)
NO_SPONSORS = Text("I find you in no community that has invited me, so nobody can sponsor you now.")
SPONSORS_UNKNOWN = Text(
    "Your platform does not say which communities you are in. Please try again in a little while."
)


async def follow_accounts(command: AccountCommand, desk: Desk) -> Outcome:
    match command:
        case Link(code, is_sure):
            return await _link(code, desk, is_sure=is_sure)
        case Unlink():
            return await _unlink(desk)
        case Sponsor(name):
            return await _sponsor(name, desk)
        case _:
            assert_never(command)


def linked(desk: Desk) -> Text:
    """Told where we are alone: it is nobody else's to know (INVARIANT I1)."""
    accounts = desk.house.links.accounts_of(desk.message.author.id)
    if len(accounts) < 2 or not desk.message.room.is_direct:
        return SILENCE
    return LINKED_ARE.format(accounts=", ".join(accounts))


async def _link(code: str, desk: Desk, *, is_sure: bool) -> Outcome:
    """Without a code, shows one; with it, says what it does; with `confirm`, does it. It is said
    to whoever types it, since somebody else's code would hand them everything that was said."""
    account, links = desk.message.author.id, desk.house.links
    if not code:
        if desk.vault is None or not desk.is_in:
            return Answer(desk.not_in)
        shown = await links.make_code(account, desk.now)
        return Answer(LINK_CODE.format(code=shown))
    if is_sure:
        return Join(code)
    shower = await links.shown_by(code, desk.now)
    if shower is None or links.person_of(shower) == links.person_of(account):
        return Answer(LINK_NO.format(prefix=desk.prefix))
    return Answer(LINK_WHAT.format(account=shower, code=code, prefix=desk.prefix))


async def _unlink(desk: Desk) -> Outcome:
    """What is being written on any of them stops: not all of it may be read there any more, and
    what others said of the age is gone (SAFETY A4)."""
    account, links = desk.message.author.id, desk.house.links
    person = links.person_of(account)
    parted = await links.part(account)
    if not parted:
        return Answer(NOT_LINKED)
    if account == person:
        return Answer(UNLINKED_FROM.format(accounts=", ".join(parted)), Fall(person))
    return Farewell(UNLINKED.format(account=person))


async def _sponsor(name: str, desk: Desk) -> Outcome:
    communities = await desk.communities()
    if communities is None:
        return Answer(SPONSORS_UNKNOWN)
    if not name:
        return Answer(_list(communities, desk))
    found = desk.called(communities, name)
    if not found:
        return Answer(NO_SPONSOR.format(prefix=desk.prefix))
    if len(found) > 1:
        return Answer(_lines(SEVERAL_SPONSORS.format(prefix=desk.prefix), found, desk))
    return await _choose(found[0], desk)


async def _choose(wanted: CommunityId, desk: Desk) -> Outcome:
    """A session keeps its sponsor, so another one ends it (SAFETY M1, P3)."""
    terms = desk.terms_of(await desk.house.communities.of(wanted))
    what = {
        "community": terms.community,
        "ceiling": CEILINGS[terms.ceiling],
        "age_level": AGE_LEVELS[terms.least_age_level],
    }
    await desk.house.links.choose_sponsor(desk.message.author.id, wanted)
    if wanted == desk.community.id or desk.session is None or desk.vault is None:
        return Answer(SPONSOR_IS.format(**what))
    await desk.vault.end_session(desk.now)
    return Farewell(SPONSOR_CHANGED.format(**what))


def _list(communities: tuple[CommunityId, ...], desk: Desk) -> Text:
    if not communities:
        return NO_SPONSORS
    return lines(_lines(SPONSORS, communities, desk), SPONSOR_HOW.format(prefix=desk.prefix))


def _lines(head: Text, communities: Sequence[CommunityId], desk: Desk) -> Text:
    listed = (
        SPONSOR_NOW.format(community=label)
        if one == desk.community.id
        else sentences.LISTED.format(text=label)
        for one, label in desk.labels(communities)
    )
    return lines(head, *listed)
