"""What people were answered in a long run on the loopback Discord: doubled, missing, cut, late.

Of each message and interaction that has not what it should have, it tells the story.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from math import inf

from bench.discord_crowd import ACKNOWLEDGED_S, PERSONA, Crowd, Somebody, Written, reply_to
from tests.discord.faults import Request
from tests.discord.state import Asked, Shown

NOT_HEARD_S = 10.0
"""What was told to a busy process before its end it has perhaps not taken in."""
RESUMED_S = 0.5
"""A line that is back so soon is no excuse: what was missed is told at once."""
LOOKS_S = 20.0
"""So long after it listens again it may be at what was missed."""

Lost = Sequence[tuple[float, float]]
"""From when to when nobody listened."""


@dataclass
class Account:
    messages: int = 0
    unanswered: int = 0
    answered_by_the_bot_itself: Counter[str] = field(default_factory=Counter)
    doubled: int = 0
    answers: int = 0
    cut_by_kills: int = 0
    not_whole: int = 0
    written_anew: int = 0
    """Cut, and written once more: words before them had gone or changed, and it was found out late."""
    edits_a_second: float = 0.0
    examples: list[str] = field(default_factory=list)


def account(crowd: Crowd, kills: Sequence[float], lost: Lost = ()) -> Account:
    """Of everything that stands in everybody's direct messages now."""
    told = Account()
    for somebody in crowd.everybody:
        _match(somebody, crowd.server.application)
        for one in somebody.written:
            story = partial(_story, crowd, somebody, one, kills, lost)
            anew = _written_anew(one, somebody, lost)
            told.messages += 1
            told.answers += len(one.answers)
            told.written_anew += len(anew)
            if (wanted := one.allowed + len(anew)) < len(one.answers):
                told.doubled += len(one.answers) - wanted
                told.examples.append(
                    f"doubled: {one.texts[-1]} {len(one.answers)} times, {wanted} wanted{story()}"
                )
            if not one.answers and not one.may_go:
                _unanswered(one, somebody, told, story())
            given_up = [id(answer) for answer in anew]
            for answer in _cut(one):
                spent = answer.history[-1].at - answer.at
                if id(answer) in given_up:
                    continue
                if any(answer.at - 3.0 <= at <= answer.at + spent + 5.0 for at in kills):
                    told.cut_by_kills += 1
                elif not one.wants_no_whole:
                    told.not_whole += 1
                    told.examples.append(
                        f"not whole: {one.texts[-1]} shows {answer.content!r}{story()}"
                    )
    told.edits_a_second = _edits_a_second(crowd)
    return told


def _edits_a_second(crowd: Crowd) -> float:
    """Of the answers that are whole."""
    edits, seconds = 0, 0.0
    for one in (one for somebody in crowd.everybody for one in somebody.written):
        for answer in (answer for answer in one.answers if answer not in _cut(one)):
            if len(times := _changes(answer)) > 1:
                edits += len(times) - 1
                seconds += max(times[-1] - times[0], 0.001)
    return round(edits / seconds, 3) if seconds else 0.0


def _cut(one: Written) -> list[Shown]:
    """Its answers that are not whole."""
    whole = {reply_to(text) for text in one.texts}
    return [answer for answer in one.answers if answer.content not in whole]


def _written_anew(one: Written, somebody: Somebody, lost: Lost) -> list[Shown]:
    """Its answers that gave way to another, where an earlier message was edited or deleted and that
    was heard only after a start: what was being answered then was asked beside words that are gone.
    The newest is never one of them."""
    found_out = [
        end
        for earlier in somebody.written
        if earlier.at < one.at
        for at in earlier.changed_at
        for begin, end in lost
        if begin - NOT_HEARD_S <= at <= end
    ]
    return [
        answer
        for answer in _cut(one)
        if answer is not one.answers[-1]
        and any(end <= _changes(answer)[-1] <= end + LOOKS_S for end in found_out)
    ]


def _story(
    crowd: Crowd, somebody: Somebody, one: Written, kills: Sequence[float], lost: Lost
) -> str:
    """What happened in that room around that message, in seconds from it on."""
    room, bot = somebody.person.dm, crowd.server.application
    lines = [(at, "killed") for at in kills] + _lost(lost)
    for shown in room.messages:
        who = "person"
        if shown.author == bot:
            who = "persona" if shown.flags & PERSONA else "bot"
        gone = ", deleted later" if shown.deleted else ""
        lines.append((shown.at, f"{who} {shown.id[-4:]}: {shown.history[0].content[:60]!r}{gone}"))
        later = shown.history[1:]
        if later:
            lines.append((later[-1].at, f"  {shown.id[-4:]} ends as {shown.content[-60:]!r}"))
    lines.extend(
        (asked.at, f"interaction {_name(asked)}")
        for asked in crowd.asked
        if asked.person == somebody.person.id
    )
    lines.extend(
        (request.at, f"  {request.route}: {request.status}")
        for request in crowd.server.requests
        if (room.id in request.path and not 200 <= request.status < 300)
        or somebody.person.id in request.path
    )
    return _lines(lines, one.at)


def _unanswered(one: Written, somebody: Somebody, told: Account, story: str) -> None:
    """What the bot says as itself right after it is an answer of its own kind."""
    until = min((other.at for other in somebody.written if other.at > one.at), default=inf)
    bot = somebody.person.world.application
    notice = next(
        (
            shown
            for shown in somebody.person.dm.shown
            if shown.author == bot and not shown.flags & PERSONA and one.at <= shown.at < until
        ),
        None,
    )
    if notice is not None:
        told.answered_by_the_bot_itself[notice.content[:60]] += 1
    else:
        told.unanswered += 1
        told.examples.append(f"unanswered: {one.texts[-1]}{story}")


def _name(asked: Asked) -> str:
    """A command, or the end of a button's id, which says what it does."""
    data = asked.data["data"]
    return str(data.get("name") or data.get("custom_id", "")[-8:])


def _changes(shown: Shown) -> list[float]:
    """When its words changed; what hangs under them does not count."""
    later = [b.at for a, b in pairwise(shown.history) if a.content != b.content]
    return [shown.at, *later]


def _match(somebody: Somebody, bot: str) -> None:
    """Each of the persona's messages to the latest one that it can be an answer to: those first that
    name it. What was cut before it names its message can answer several: the latest that has none, or
    still wants one."""
    shown = [one for one in somebody.person.dm.shown if one.author == bot and one.flags & PERSONA]
    fits = [(one, _fitting(somebody, one)) for one in shown]
    for answer, fitting in sorted(fits, key=lambda fit: len(fit[1]) > 1):
        # What was missed is heard behind what was written after it, and answered behind that.
        waiting = [one for one in fitting if not one.answers and not one.may_go]
        wanting = [one for one in fitting if len(one.answers) < one.allowed]
        if fitting:
            (waiting or wanting or fitting)[0].answers.append(answer)
    for one in somebody.written:
        one.answers.sort(key=lambda answer: answer.at)


def _fitting(somebody: Somebody, answer: Shown) -> list[Written]:
    """The messages that it can be an answer to, the latest first."""
    return [
        one
        for one in reversed(somebody.written)
        if one.at <= answer.at
        and any(reply_to(text).startswith(answer.content) for text in one.texts)
    ]


@dataclass
class Acknowledged:
    """Of the interactions: how many were not acknowledged in time, and the longest that one took."""

    late: int = 0
    late_while_lost: int = 0
    """They came while nobody listened, or were to be acknowledged then."""
    longest_s: float = 0.0
    """Of all that did not."""
    examples: list[str] = field(default_factory=list)


def acknowledged(crowd: Crowd, lost: Lost) -> Acknowledged:
    """By the peer's clock."""
    told, tries = Acknowledged(), _tries(crowd)
    away = [(begin, end) for begin, end in lost if end - begin > RESUMED_S]
    for asked in crowd.asked:
        taken = [request.at for request in tries[asked.id] if request.status < 300]
        took = min(taken, default=inf) - asked.at
        if any(begin <= asked.at + ACKNOWLEDGED_S and asked.at <= end for begin, end in away):
            told.late_while_lost += took > ACKNOWLEDGED_S
            continue
        told.longest_s = max(told.longest_s, took)
        if took > ACKNOWLEDGED_S:
            told.late += 1
            near = [(request.at, f"answered {request.status}") for request in tries[asked.id]]
            told.examples.append(f"late: {_name(asked)}{_lines(near + _lost(lost), asked.at)}")
    return told


def _tries(crowd: Crowd) -> Mapping[str, list[Request]]:
    """Of each interaction, the requests that would acknowledge it."""
    tries = defaultdict(list)
    for request in crowd.server.requests:
        if found := re.search(r"/interactions/(\d+)/[^/]+/callback", request.path):
            tries[found[1]].append(request)
    return tries


def _lost(lost: Lost) -> list[tuple[float, str]]:
    return [(at, word) for one in lost for at, word in zip(one, ("lost", "back"), strict=True)]


def _lines(things: Sequence[tuple[float, str]], at: float) -> str:
    """What happened around that time, in seconds from it on."""
    near = sorted(one for one in things if at - 15 <= one[0] <= at + 45)
    told = "".join(f"\n  {when - at:+7.2f} {what}" for when, what in near)
    return f" (at {at:.2f}){told}"
