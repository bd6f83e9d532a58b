"""Cases, appeals and reports followed: who may see and do what, and who is told (SAFETY M2, M5, M9)."""

from datetime import UTC, datetime
from typing import assert_never

from bot.commands import cards, case_deeds, moderating
from bot.commands.ages import whole
from bot.commands.desk import Answer, Desk, Outcome, Tell
from bot.commands.duties import NOT_YOURS, may
from bot.commands.moderating import ModeratingCommand
from bot.commands.parameters import read_number
from bot.events import CommunityId, PersonId, Role
from bot.policy.community.rule import Duty
from bot.store.case_lists import Wanted
from bot.store.case_rows import REPORT, Appeal, Case, CaseState, NewCase, Strikes
from bot.store.usage import Used
from bot.text import SILENCE, Text, lines, paragraphs

PAGE = 10
MOST_REPORTS = 5
"""SAFETY M5: of one person, on one day, counted in UTC."""
REPORTS = CommunityId("reports")
"""Where they are counted; no community is called that."""

NO_CASES = Text("There are no such cases.")
OLDER = Text("Older ones: `{prefix}cases {state} {below}`.")
LOG_ROOM_FAILED = Text(
    "The last case did not get into the room that was chosen for it. `{prefix}caselog here` chooses "
    "another."
)
ALONE_ONLY = Text("What is yours I tell you where we are alone: write to me there.")
NOTHING_HELD = Text("No rule of {community} has stopped you, and no case is about you.")
APPEAL_HOW = Text(
    "`{prefix}appeal NUMBER` asks moderators to look again, once. They see the case and not what "
    "was said; words of yours are shown to them only if you add them behind the number."
)
APPEALED = Text(
    "Case {number} waits for the moderators, without any words of yours. You are told how it ends."
)
APPEALED_WITH_WORDS = Text(
    "Case {number} waits for the moderators, with the words that you added. You are told how it ends."
)
CANNOT_APPEAL = Text(
    "That case cannot be appealed: it has to be about you and in force, and each can be once. `{prefix}why` lists yours."
)
REPORTED = Text("Thank you: moderators are told, and nobody is told that it was you.")
NO_REPLY_TO_REPORT = Text("There is no reply of a persona here that could be reported.")
SHARED_ONLY = Text("Somebody can be reported in the room that both of you are in.")
ENOUGH_REPORTS = Text(
    "That is as many reports as I take from one person in a day; more after {when}."
)
APPROVED = Text("{person} may come in, as far as a moderator's yes is asked for.")
WITHDRAWN = Text("The yes for {person} is taken back.")
NOT_APPROVED = Text("There was no yes for {person}.")
LOG_HERE = Text("Each new case is told in the chosen room from now on, without anybody's words.")
LOG_OFF = Text("Cases are told in no room any more.")


async def follow_moderating(command: ModeratingCommand, desk: Desk) -> Outcome:  # noqa: C901, PLR0912 - one arm for each command
    match command:
        case moderating.Cases(state, below):
            if desk.message.author.role < Role.MODERATOR:
                return await _why(desk)
            return await _list(state, read_number(below), desk)
        case moderating.Case(number):
            return await case_deeds.show(read_number(number), desk)
        case moderating.Note(number, text):
            return await case_deeds.note(read_number(number), text, desk)
        case moderating.Uphold(number, reason):
            return await case_deeds.end(read_number(number), reason, desk, lifts=False)
        case moderating.Lift(number, reason):
            return await case_deeds.end(read_number(number), reason, desk, lifts=True)
        case moderating.Approve(person, is_taken_back):
            return await _approve(person, desk, is_taken_back=is_taken_back)
        case moderating.CaseLog(wish):
            return await _choose_log(desk, is_here=wish == "here")
        case moderating.Why():
            return await _why(desk)
        case moderating.Appeal(number, words):
            return await _appeal(read_number(number), words, desk)
        case moderating.ReportReply(is_attached, words):
            return await _report_reply(words, desk, is_attached=is_attached)
        case moderating.ReportPerson(person, words):
            return await _report_person(person, words, desk)
        case _:
            assert_never(command)


# --- Moderators ----------------------------------------------------------------------------------


async def _list(state: str, below: int, desk: Desk) -> Answer:
    if not await may(Duty.SEE_CASES, desk):
        return Answer(NOT_YOURS)
    wanted = Wanted(
        desk.community.id,
        below or None,
        CaseState(state) if state not in ("", "all") else None,
        PAGE,
    )
    moderation = desk.house.moderation
    found = await moderation.cases.page(wanted, desk.now)
    told = [cards.line(case) for case in found] or [NO_CASES]
    if len(found) == PAGE:
        last = found[-1].number
        told.append(OLDER.format(prefix=desk.prefix, state=state or "all", below=last))
    log_room = await moderation.log_rooms.of(desk.community.id)
    if log_room is not None and log_room.failed:
        told.append(LOG_ROOM_FAILED.format(prefix=desk.prefix))
    return Answer(lines(*told))


async def _approve(typed: PersonId, desk: Desk, *, is_taken_back: bool) -> Answer:
    if not await may(Duty.APPROVE_AGE, desk):
        return Answer(NOT_YOURS)
    person, strikes = whole(typed, desk), desk.house.moderation.strikes
    community, by = desk.community.id, desk.message.author.id
    if is_taken_back:
        was = await strikes.disapprove(person, community)
        return Answer((WITHDRAWN if was else NOT_APPROVED).format(person=person))
    await strikes.approve(person, community, by, desk.now)
    return Answer(APPROVED.format(person=person))


async def _choose_log(desk: Desk, *, is_here: bool) -> Answer:
    if not await may(Duty.SEE_CASES, desk):
        return Answer(NOT_YOURS)
    room = desk.message.room.id if is_here else None
    await desk.house.moderation.log_rooms.choose(desk.community.id, room)
    return Answer(LOG_HERE if is_here else LOG_OFF)


# --- Everybody -----------------------------------------------------------------------------------


async def _why(desk: Desk) -> Answer:
    """SAFETY M2: in words that say which rule of which community in which version it was; of all
    communities, since who is a guest of one may have been stopped in a room of another."""
    if not desk.message.room.is_direct:
        return Answer(ALONE_ONLY)
    name = desk.name_of(desk.community.id)
    moderation, account = desk.house.moderation, desk.message.author.id
    strikes = await moderation.strikes.of(account, desk.community.id, desk.now)
    shown = [cards.own_line(case, desk.name_of(case.community)) for case in await _own_cases(desk)]
    held = _held(strikes, name)
    if not shown and not held:
        return Answer(NOTHING_HELD.format(community=name))
    how = APPEAL_HOW.format(prefix=desk.prefix)
    parts = (part for part in (held, lines(*shown[:PAGE])) if part)
    return Answer(paragraphs(*parts, how))


async def _own_cases(desk: Desk) -> list[Case]:
    """Those of whose guest they are first, then the newest. A report is no case of theirs (M5)."""
    accounts = desk.house.links.accounts_of(desk.message.author.id)
    found = await desk.house.moderation.cases.of_person(accounts, desk.now)
    own = [case for case in found if case.action != REPORT]
    return sorted(own, key=lambda case: case.community != desk.community.id)


def _held(strikes: Strikes, community: str) -> Text:
    told = [
        cards.HELD[hold.kind].format(
            community=community, when=cards.moment(hold.until) if hold.until else ""
        )
        for hold in strikes.holds
    ]
    return lines(*told) if told else SILENCE


async def _appeal(number: int, words: str, desk: Desk) -> Answer:
    message, cases = desk.message, desk.house.moderation.cases
    accounts = desk.house.links.accounts_of(message.author.id)
    # Of the same number in several communities, the one whose guest they are.
    meant = [case for case in await _own_cases(desk) if case.number == number]
    if meant:
        room = message.room.id
        community = meant[0].community
        appeal = Appeal(community, number, accounts, desk.now, words, room)
        if await cases.appeal(appeal):
            story = await cases.story(community, number, desk.now)
            tells = await card_to_log(story.case, desk) if story else ()
            said = (APPEALED_WITH_WORDS if words else APPEALED).format(number=number)
            return Answer(said, tells=tells, story=story)
    return Answer(CANNOT_APPEAL.format(prefix=desk.prefix))


async def _report_reply(words: str, desk: Desk, *, is_attached: bool) -> Answer:
    """SAFETY M5: about no person, so it says of nobody that they talk here."""
    if desk.vault is None or desk.session is None:
        return Answer(NO_REPLY_TO_REPORT)
    _, reply = await desk.vault.last_exchange(desk.session.id) or (None, None)
    if reply is None:
        return Answer(NO_REPLY_TO_REPORT)
    attached = f"{desk.persona.name}: {reply.text}" if is_attached else ""
    return await _report(desk, "\n".join(part for part in (words, attached) if part))


async def _report_person(typed: PersonId, words: str, desk: Desk) -> Answer:
    if desk.message.room.is_direct:
        return Answer(SHARED_ONLY)
    return await _report(desk, words, whole(typed, desk))


async def _report(desk: Desk, words: str, person: PersonId | None = None) -> Answer:
    moderation, by = desk.house.moderation, desk.message.author.id
    day = datetime.fromtimestamp(desk.now, UTC).date()
    used = await moderation.usage.of(day.isoformat(), REPORTS, by)
    if used.messages >= MOST_REPORTS:
        return Answer(ENOUGH_REPORTS.format(when="00:00 UTC"))
    await moderation.usage.add(day.isoformat(), REPORTS, by, Used(messages=1))
    case = await moderation.cases.open(
        NewCase(
            desk.community.id,
            REPORT,
            0,
            REPORT,
            desk.now,
            person,
            is_direct=desk.message.room.is_direct,
        ),
        words,
        by,
    )
    return Answer(REPORTED, tells=await card_to_log(case, desk))


async def card_to_log(case: Case, desk: Desk) -> tuple[Tell, ...]:
    log_room = await desk.house.moderation.log_rooms.of(case.community)
    if log_room is None:
        return ()
    return (cards.told_in(log_room.room, case),)
