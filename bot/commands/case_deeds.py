"""What moderators do about one case: they look at it, note something with it, and end it. Whoever was
overtaken by another moderator is told what that one did.
"""

from bot.commands import cards
from bot.commands.desk import Answer, Desk, Tell
from bot.commands.duties import NOT_YOURS, may
from bot.events import Room
from bot.policy.community.rule import Duty
from bot.text import Text, lines

NO_CASE = Text("There is no case with that number here. `{prefix}cases` lists them.")
NOTED = Text("Noted with case {number}, for moderators only.")
UPHELD = Text("Case {number} stands, and the person is told.")
LIFTED = Text("Case {number} is lifted, with all that it brought about.")
NO_APPEAL = Text("No appeal waits in case {number}. `{prefix}lift` takes a case back without one.")
LIFTED_ALREADY = Text("Case {number} was lifted already.")
TOLD_UPHELD = Text("Moderators have looked at case {number} again: it stands. They say: {reason}")
TOLD_LIFTED = Text(
    "Moderators have looked at case {number} again: it is lifted, with all that it brought about. "
    "They say: {reason}"
)
NOT_YOUR_OWN_CASE = Text("A case about yourself is for another moderator.")


async def show(number: int, desk: Desk) -> Answer:
    if not await may(Duty.SEE_CASES, desk):
        return Answer(NOT_YOURS)
    story = await desk.house.moderation.cases.story(desk.community.id, number, desk.now)
    if story is None:
        return Answer(NO_CASE.format(prefix=desk.prefix))
    return Answer(cards.story(story), story=story)


async def note(number: int, text: str, desk: Desk) -> Answer:
    if not await may(Duty.SEE_CASES, desk):
        return Answer(NOT_YOURS)
    cases, by = desk.house.moderation.cases, desk.message.author.id
    if not await cases.note(desk.community.id, number, text, by, desk.now):
        return Answer(NO_CASE.format(prefix=desk.prefix))
    story = await cases.story(desk.community.id, number, desk.now)
    return Answer(NOTED.format(number=number), story=story)


async def end(number: int, reason: str, desk: Desk, *, lifts: bool) -> Answer:
    if not await may(Duty.LIFT, desk):
        return Answer(NOT_YOURS)
    community, cases, by = desk.community.id, desk.house.moderation.cases, desk.message.author.id
    story = await cases.story(community, number, desk.now)
    if story is None:
        return Answer(NO_CASE.format(prefix=desk.prefix))
    if story.case.person in desk.house.links.accounts_of(by):
        return Answer(NOT_YOUR_OWN_CASE)
    end_it = cases.lift if lifts else cases.uphold
    is_done = await end_it(community, number, reason, by, desk.now)
    story = await cases.story(community, number, desk.now)
    assert story is not None, "cases stay"
    if not is_done:
        no = (LIFTED_ALREADY if lifts else NO_APPEAL).format(number=number, prefix=desk.prefix)
        # Somebody else may have been quicker: what they did, and why.
        how = cards.last_end(story)
        return Answer(lines(no, how) if how else no, story=story)
    said, told = (LIFTED, TOLD_LIFTED) if lifts else (UPHELD, TOLD_UPHELD)
    room = await cases.appealed_in(community, number)
    if room is None:
        return Answer(said.format(number=number), story=story)
    tell = Tell(
        Room(room, is_direct=True, sponsor=community),
        told.format(number=number, reason=reason),
        f"case ended\0{community}\0{number}\0{lifts}",
        story.case.person,
    )
    return Answer(said.format(number=number), tells=(tell,), story=story)
