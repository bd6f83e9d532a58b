"""A case in words, for moderators and for whom it is about. Sentences only.

SAFETY M9: of what was said alone with the bot, moderators see no name; a sign stands for it, the
same for the same person in their community.
"""

from dataclasses import replace
from datetime import UTC, datetime

from bot.commands.desk import Tell
from bot.events import Room, RoomId
from bot.store.case_rows import REPORT, Case, CaseState, Entry, HoldKind, Step, Story
from bot.text import SILENCE, Text, lines, paragraphs, verbatim

LINE = Text("{number}. {when}: {rule}, {action}; {who}; {state}.")
CARD = Text("Case {number}: the rule {rule} (version {version}), {action}; {who}.")
STANDS = Text("How it stands: {state}.")
STANDS_BY = Text("How it stands: {state} ({name}, {when}).")
UNTIL = Text("Until {when}.")
BECAUSE = Text("Why: {reason}")
BY = Text("By: {name}")
ENTRY = Text("{when}, {step}, {name}: {reason}")
ENTRY_BARE = Text("{when}, {step}")
ATTACHED_TO_APPEAL = Text("Attached to the appeal by their own choice: {words}")
ATTACHED_TO_REPORT = Text("Attached to the report by their own choice: {words}")
SOMEBODY = Text("somebody ({tag})")
NOBODY = Text("nobody, or somebody who has erased themselves")
THE_RULE = Text("the rule")
STATES = {
    CaseState.OPEN: Text("in force"),
    CaseState.APPEALED: Text("appealed"),
    CaseState.UPHELD: Text("upheld"),
    CaseState.LIFTED: Text("lifted"),
    CaseState.EXPIRED: Text("expired"),
}
STEPS = {
    Step.OPENED: Text("opened"),
    Step.APPEALED: Text("appealed"),
    Step.UPHELD: Text("upheld"),
    Step.LIFTED: Text("lifted"),
    Step.NOTE: Text("noted"),
}
ACTIONS = {
    "steer": Text("steered"),
    "mask": Text("masked"),
    "refuse": Text("refused"),
    "warn": Text("warned"),
    "pause": Text("paused"),
    "revoke": Text("door closed"),
    "report": Text("reported"),
}
OWN = Text(
    "Case {number}, {when}, {community}: the rule {rule} (version {version}), {action}; {state}."
)
HELD = {
    HoldKind.PAUSE: Text("You are paused in {community} until {when}."),
    HoldKind.REVOKED: Text("Your door to {community} is closed until a moderator opens it."),
    HoldKind.BLOCK: Text("The operator of this machine has blocked you."),
}


def card(case: Case) -> Text:
    told = CARD.format(
        number=case.number,
        rule=case.rule,
        version=case.version,
        action=action(case),
        who=who(case),
    )
    return lines(told, *_further(case))


def card_now(told: Story) -> Text:
    """With what became of it, and by whom; why, `case` tells."""
    case = told.case
    if case.state is CaseState.OPEN:
        return card(case)
    state, last = STATES[case.state], _last(told)
    if last is None or last.by is None:
        return lines(card(case), STANDS.format(state=state))
    return lines(card(case), STANDS_BY.format(state=state, name=last.by, when=moment(last.at)))


def told_in(room: RoomId, case: Case) -> Tell:
    """The card, for the community's log room."""
    where = Room(room, is_direct=False, sponsor=case.community)
    nonce = f"case\0{case.community}\0{case.number}\0{case.state}"
    return Tell(where, card_now(Story(case, (), {})), nonce, None, case.number, deeds(case))


def deeds(case: Case) -> tuple[str, ...]:
    """What moderators can do about it, while something can be done."""
    if case.state not in (CaseState.OPEN, CaseState.APPEALED):
        return ()
    waits = case.state is CaseState.APPEALED or case.action == REPORT
    uphold = (f"uphold {case.number} …",) if waits else ()
    return (f"case {case.number}", *uphold, f"lift {case.number} …", f"note {case.number} …")


def line(case: Case) -> Text:
    return LINE.format(
        number=case.number,
        when=moment(case.at),
        rule=case.rule,
        action=action(case),
        who=who(case),
        state=STATES[case.state],
    )


def own_line(case: Case, community: str) -> Text:
    """To whom it is about, who is told no moderator's name."""
    told = OWN.format(
        number=case.number,
        when=moment(case.at),
        community=community,
        rule=case.rule,
        version=case.version,
        action=action(case),
        state=STATES[case.state],
    )
    return lines(told, *_further(replace(case, actor=None)))


def story(told: Story) -> Text:
    entries = [_entry(one) for one in told.entries if one.step is not Step.OPENED]
    attached = {"appeal": ATTACHED_TO_APPEAL, "report": ATTACHED_TO_REPORT}
    words = [attached[kind].format(words=said) for kind, said in told.words.items()]
    parts = [lines(line(told.case), *_further(told.case))]
    parts += [lines(*entries)] if entries else []
    return paragraphs(*parts, *words)


def last_end(told: Story) -> Text:
    """By whom it was ended and why; nothing of one that goes on."""
    last = _last(told)
    return SILENCE if last is None or last.step is Step.APPEALED else _entry(last)


def who(case: Case) -> Text:
    if case.person is None:
        return NOBODY
    return SOMEBODY.format(tag=case.tag) if case.is_direct else verbatim(case.person)


def action(case: Case) -> Text:
    return ACTIONS.get(case.action, verbatim(case.action))


def moment(at: float) -> str:
    """In one clock for all, since moderators live in many places."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M} UTC"


def _last(told: Story) -> Entry | None:
    """What brought it into its state."""
    found = [one for one in told.entries if one.step == told.case.state.value]
    return found[-1] if found else None


def _entry(one: Entry) -> Text:
    when, step = moment(one.at), STEPS[one.step]
    if not one.reason:
        return ENTRY_BARE.format(when=when, step=step)
    return ENTRY.format(when=when, step=step, name=one.by or THE_RULE, reason=one.reason)


def _further(case: Case) -> list[Text]:
    told = [
        UNTIL.format(when=moment(case.until)) if case.until is not None else SILENCE,
        BECAUSE.format(reason=case.reason) if case.reason else SILENCE,
        BY.format(name=case.actor) if case.actor is not None else SILENCE,
    ]
    return [one for one in told if one]
