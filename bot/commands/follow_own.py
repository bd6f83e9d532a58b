"""A person's own command -> its store calls and its answer. Done at once, without second thoughts
(SAFETY H6)."""

from typing import assert_never

from bot import sentences
from bot.commands import kept, own, rhythm
from bot.commands.accounts import Link, Sponsor, Unlink
from bot.commands.branches import Branch, Branches
from bot.commands.branching import follow_branches
from bot.commands.declared import COMMANDS
from bot.commands.desk import Answer, Desk, Erase, Farewell, Outcome
from bot.commands.exporting import export
from bot.commands.follow_accounts import follow_accounts, linked
from bot.commands.follow_import import follow_import
from bot.commands.follow_memory import follow_memory
from bot.commands.histories import Import
from bot.commands.memories import MemoryCommand
from bot.commands.own import OwnCommand
from bot.commands.rewording import reword
from bot.commands.wishes import (
    CEILING,
    CHECK_IN,
    LANGUAGE,
    MATURE_IN,
    PAUSED,
    SAFE_WORD,
    TOLD_OF_PAUSE,
    open_in,
)
from bot.commands.words import normal, unknown_text
from bot.events import Rating
from bot.languages.names import list_languages, name_language
from bot.policy import limits
from bot.policy.cards import check_card
from bot.policy.care import FAREWELL, is_safe_word
from bot.policy.ceiling import Fall
from bot.policy.matching import bare
from bot.policy.mature import OPEN, OPEN_ALONE
from bot.store.rows import DOOR, Limit
from bot.store.vault import Vault
from bot.text import Text, lines

# As a whole message these are said too often to end a scene each time.
_EVERYDAY = frozenset(
    ("yes", "no", "okay", "next", "hello", "thanks", "thank", "you", "please", "why", "what", "how")
)
_LEAST_LETTERS = 3
_NAMES = {word for command in COMMANDS for word in (command.name, *command.words)}


async def follow_own(command: OwnCommand, desk: Desk) -> Outcome:  # noqa: C901, PLR0912 - one arm for each command, as in `follow`
    if isinstance(command, MemoryCommand):
        if desk.vault is None or not desk.is_in:
            return Answer(desk.not_in)
        return await follow_memory(command, desk, desk.vault)
    match command:
        case own.Stop():
            # Its arrival has stopped the writing already.
            return Answer(sentences.STOPPED)
        case own.Goodbye():
            return Answer(FAREWELL)
        case kept.Privacy():
            accounts = linked(desk)
            told = lines(sentences.PRIVACY, sentences.PRIVACY_OF_MEMORY, sentences.PRIVACY_OF_RULES)
            return Answer(lines(told, accounts) if accounts else told)
        case Link() | Unlink() | Sponsor():
            return await follow_accounts(command, desk)
        case own.Safeword(word) if not word:
            return Answer(sentences.SAFE_WORD)
        case kept.Export(is_page):
            return await export(desk, is_page=is_page)
        case kept.Erase(confirmed):
            if desk.vault is None:
                return Answer(sentences.NOTHING_TO_ERASE)
            return Erase() if confirmed else Answer(sentences.ERASE_WHAT.format(prefix=desk.prefix))
        case kept.Leave():
            return await _leave(desk)
        case own.Mute():
            return await rhythm.mute(desk)
        case own.Mature() if not desk.mature.is_offered:
            # SAFETY A7: it is no command here.
            role, is_direct = desk.message.author.role, desk.message.room.is_direct
            return Answer(unknown_text("", role, desk.prefix, is_direct=is_direct))
        case own.Language(name):
            return Answer(await _set_language(name, desk))
        case _ if desk.vault is None or not desk.is_in:
            return Answer(desk.not_in)
        case Import():
            return await follow_import(command, desk, desk.vault)
        case own.Reword(words):
            return await reword(words, desk, desk.vault)
        case Branch() | Branches():
            return await follow_branches(command, desk, desk.vault)
        case own.General():
            return await _go_as_far_as(Rating.GENERAL, desk, desk.vault)
        case own.Romance():
            return await _go_as_far_as(Rating.ROMANCE, desk, desk.vault)
        case _:
            return Answer(await _wish(command, desk, desk.vault))


async def _wish(command: OwnCommand, desk: Desk, vault: Vault) -> Text:  # noqa: C901, PLR0912 - as above
    """What is kept in the vault of somebody who is in."""
    assert not isinstance(command, MemoryCommand), "followed above"
    match command:
        case own.Pause():
            await vault.drop_marks(TOLD_OF_PAUSE)
            await vault.set_mark(PAUSED, 1.0)
            return sentences.PAUSE_BEGUN
        case own.Resume():
            await vault.drop_marks(PAUSED, TOLD_OF_PAUSE)
            return sentences.RESUMED if desk.own.paused else sentences.NOT_PAUSED
        case own.Safeword(word):
            return await _set_safe_word(word, desk, vault)
        case own.Limits(verb, words):
            return await _change_limits(verb, words, desk, vault)
        case own.CheckIn(wish):
            if wish:
                await vault.set_mark(CHECK_IN, float(wish == "on"))
            wanted = wish == "on" if wish else desk.own.wants_check_in
            return sentences.CHECK_IN_ON if wanted else sentences.CHECK_IN_OFF
        case own.Break(what, minutes):
            return await rhythm.set_break(what, minutes, desk, vault)
        case own.Quiet(hours):
            return await rhythm.set_quiet(hours, vault)
        case own.Remind(when):
            return await rhythm.remind(when, desk, vault)
        case own.Timezone(zone):
            return await rhythm.set_zone(zone, desk, vault)
        case own.Mature():
            return await _open_mature(desk, vault)
        case (
            own.Stop()
            | own.Goodbye()
            | Link()
            | Unlink()
            | Sponsor()
            | Import()
            | kept.Privacy()
            | kept.Export()
            | kept.Erase()
            | kept.Leave()
            | own.Mute()
            | own.General()
            | own.Romance()
            | own.Language()
            | own.Reword()
            | Branch()
            | Branches()
        ):
            raise AssertionError("followed above")
        case _:
            assert_never(command)


# --- How far it may go (SAFETY A9) ------------------------------------------------------------


async def _go_as_far_as(rating: Rating, desk: Desk, vault: Vault) -> Answer:
    """Of everything that is said to a person, wherever they are: it is their own."""
    await vault.set_setting(MATURE_IN, "")
    await vault.set_mark(CEILING, float(rating))
    say = sentences.OWN_GENERAL if rating is Rating.GENERAL else sentences.OWN_ROMANCE
    return Answer(say.format(prefix=desk.prefix), Fall(vault.person, to=rating))


async def _open_mature(desk: Desk, vault: Vault) -> Text:
    if desk.mature.to_open:
        return desk.mature.to_open
    await vault.drop_marks(CEILING)
    await vault.set_setting(MATURE_IN, open_in(desk.community.id))
    say = OPEN if desk.message.room.is_direct else OPEN_ALONE
    return say.format(prefix=desk.prefix)


# --- The language -----------------------------------------------------------------------------


async def _set_language(typed: str, desk: Desk) -> Text:
    """Before the door, too, where nothing can be kept: then it holds until the bot is started anew."""
    names = list_languages()
    if not typed:
        return sentences.LANGUAGE_IS.format(names=names, prefix=desk.prefix)
    language = name_language(typed)
    if language is None:
        return sentences.LANGUAGE_UNKNOWN.format(names=names)
    if desk.vault is not None:
        await desk.vault.set_setting(LANGUAGE, language)
    desk.speak_in(language)
    return sentences.LANGUAGE_SET if desk.vault is not None else sentences.LANGUAGE_SET_AT_DOOR


# --- The safe word ----------------------------------------------------------------------------


async def _set_safe_word(word: str, desk: Desk, vault: Vault) -> Text:
    if word.strip().casefold() == "off":
        await vault.set_setting(SAFE_WORD, "")
        return sentences.OWN_SAFE_WORD_OFF
    wanted = bare(word)
    if is_safe_word(word):
        return sentences.SAFE_WORD
    if sum(sign.isalnum() for sign in wanted) < _LEAST_LETTERS or set(wanted.split()) <= _EVERYDAY:
        return sentences.SAFE_WORD_TOO_COMMON
    if any(wanted in (bare(p.id), bare(p.name)) for p in desk.personas.values()):
        return sentences.SAFE_WORD_IS_A_NAME
    # As a safe word it would be heard before the command, which then could not be given again.
    if wanted.split()[0] in _NAMES:
        return sentences.SAFE_WORD_IS_A_COMMAND
    await vault.set_setting(SAFE_WORD, wanted)
    return sentences.OWN_SAFE_WORD_SET


# --- Limits (SAFETY C2) -----------------------------------------------------------------------


async def _change_limits(verb: str, words: str, desk: Desk, vault: Vault) -> Text:
    match verb:
        case "":
            return _list_limits(await vault.limits(), desk.prefix)
        case "remove":
            return await _remove_limit(normal(words), desk, vault)
        case _:
            return await _add_limit(words, desk, vault, is_hard=verb != "soft")


async def _add_limit(words: str, desk: Desk, vault: Vault, *, is_hard: bool) -> Text:
    text = limits.clean(words)
    if not text:
        return sentences.LIMIT_HOW.format(prefix=desk.prefix)
    if len(text) > limits.LONGEST:
        return sentences.LIMIT_TOO_LONG.format(most=limits.LONGEST)
    if not limits.read_terms([text]):
        return sentences.LIMIT_SAYS_NOTHING
    # SAFETY L2: the floor's subjects are no words for a prompt, in whatever frame they stand.
    may_be_told = check_card(Rating.ROMANCE, [text]) is None
    if not may_be_told and not is_hard:
        return sentences.LIMIT_NOT_TOLD
    if not await vault.add_limit(Limit(text, is_hard, may_be_told), limits.MOST):
        return sentences.LIMITS_FULL.format(most=limits.MOST, prefix=desk.prefix)
    kept = sentences.HARD_LIMIT_KEPT if is_hard else sentences.SOFT_LIMIT_KEPT
    return kept.format(text=text)


async def _remove_limit(which: str, desk: Desk, vault: Vault) -> Text:
    if which == "all":
        await vault.remove_limit(None)
        return sentences.LIMITS_REMOVED
    number = int(which) if which.isascii() and which.isdigit() and len(which) < 10 else 0
    if await vault.remove_limit(number):
        return sentences.LIMIT_REMOVED
    return sentences.NO_SUCH_LIMIT.format(prefix=desk.prefix)


def _list_limits(kept: tuple[Limit, ...], prefix: str) -> Text:
    if not kept:
        return sentences.NO_LIMITS.format(prefix=prefix)
    listed = [
        (sentences.HARD_LIMIT if limit.is_hard else sentences.SOFT_LIMIT).format(
            number=limit.id, text=limit.text
        )
        for limit in kept
    ]
    return lines(sentences.LIMITS, *listed, sentences.LIMITS_HOW.format(prefix=prefix))


# --- Leaving ----------------------------------------------------------------------------------


async def _leave(desk: Desk) -> Outcome:
    if desk.vault is None:
        return Farewell(sentences.LEFT_THE_DOOR)
    await desk.vault.withdraw_consent(DOOR)
    await desk.vault.end_session(desk.now)
    # Who comes back one day is not paused, and nothing calls them before.
    await desk.vault.drop_marks(PAUSED, TOLD_OF_PAUSE)
    await desk.vault.remove_reminder(None)
    await desk.house.set_alarm(desk.message.author.id, None)
    return Farewell(sentences.LEFT.format(prefix=desk.prefix))
