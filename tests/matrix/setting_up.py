"""A moderator's way through the set-up of a community, as tests take it."""

from collections.abc import Callable

from bot.platforms.matrix import steps
from tests.matrix.person import Person
from tests.matrix.serving import Served
from tests.matrix.shown import Shown

ORDER = tuple(step.name for step in steps.STEPS)


async def asked(bot: Served, person: Person, room: str, step: str) -> Shown:
    """The newest question, once it is this one's."""
    begins = f"step {ORDER.index(step) + 1} of"

    def found() -> Shown | None:
        questions = [one for one in bot.said(person, room) if "step " in one.body]
        return questions[-1] if questions and begins in questions[-1].body else None

    return await person.until(found, f"the question of {step}")


async def answers(bot: Served, person: Person, room: str, step: str, words: str) -> None:
    await asked(bot, person, room, step)
    await person.write(room, words)


async def sets_up(bot: Served, keeper: Person, room: str, **chosen: str) -> None:
    """From `!setup` to its end; what is not chosen stays as it is."""
    done = _ended(bot, keeper, room)
    await keeper.write(room, "!setup")
    for step in ORDER:
        await answers(bot, keeper, room, step, chosen.get(step, "next"))
    await keeper.until(lambda: _ended(bot, keeper, room) > done, "the end of the set-up")


def _ended(bot: Served, person: Person, room: str) -> int:
    return sum("That is all." in one.body for one in bot.said(person, room))


async def until_bot(bot: Served, condition: Callable[[], object], what: str) -> None:
    """What only the bot's side shows: looked at again with each answer that the keeper gets, which
    are brought about by typing."""
    keeper = bot.keeper
    for _ in range(400):
        if condition():
            return
        before = keeper.syncs
        # One of the two is news, whatever stood there: a poll that is told nothing new would be
        # waited out.
        await keeper.type(bot.home, on=False)
        await keeper.type(bot.home)
        await keeper.until(lambda before=before: keeper.syncs > before, "an answer")  # type: ignore[misc]  # mypy sees no types of defaults
    raise AssertionError(f"the bot did not come to {what}")
