"""What a community's moderators allow, declared: its ceiling, how well an age must be founded, and
for whose age they speak. What comes of it stands in `ages` and `follow`.
"""

from dataclasses import dataclass

from bot.commands.declaration import Declares
from bot.commands.moderating import LONGEST_REASON
from bot.commands.parameters import Kind, Parameter, person
from bot.events import AgeLevel, PersonId, Rating, Role
from bot.text import Text


@dataclass(frozen=True, slots=True)
class Ceiling:
    rating: Rating


@dataclass(frozen=True, slots=True)
class Unlock:
    person: PersonId
    """As it was typed: perhaps without the platform's name before it."""
    reason: str


@dataclass(frozen=True, slots=True)
class Attest:
    person: PersonId
    reason: str


@dataclass(frozen=True, slots=True)
class Revoke:
    person: PersonId
    reason: str


@dataclass(frozen=True, slots=True)
class Age:
    what: str
    """`entry` or `mature`."""
    level: AgeLevel


@dataclass(frozen=True, slots=True)
class Status: ...


AdmittingCommand = Ceiling | Unlock | Attest | Revoke | Age | Status

_LEVELS = {level.name.lower().replace("_", "-"): level for level in AgeLevel}
_RATINGS = tuple(rating.name.lower() for rating in Rating)

ADMITTING: tuple[Declares[AdmittingCommand], ...] = (
    Declares(
        "ceiling",
        Text("sets the highest rating in this community"),
        lambda values: Ceiling(Rating[values["rating"].upper()]),
        parameters=(
            Parameter(
                "rating",
                Kind.CHOICE,
                Text("the rating"),
                choices=_RATINGS,
                meanings=(
                    Text("general: without romance"),
                    Text("romance: without sexual content"),
                    Text("mature: for adults, where the age rules allow it"),
                ),
            ),
        ),
        least=Role.MODERATOR,
    ),
    Declares(
        "unlock",
        Text("opens an under-18 lock that was wrong; the reason is recorded with your name"),
        lambda values: Unlock(PersonId(values["person"]), values["reason"]),
        parameters=(
            person(Text("who was locked")),
            Parameter(
                "reason", Kind.LINE, Text("why the lock was wrong"), most_chars=LONGEST_REASON
            ),
        ),
        least=Role.MODERATOR,
    ),
    Declares(
        "attest",
        Text(
            "confirms that somebody is an adult, in this community; the reason is recorded with your name"
        ),
        lambda values: Attest(PersonId(values["person"]), values["reason"]),
        parameters=(
            person(Text("who is an adult")),
            Parameter(
                "reason",
                Kind.LINE,
                Text("how you know, without a date or a document"),
                most_chars=LONGEST_REASON,
            ),
        ),
        least=Role.MODERATOR,
    ),
    Declares(
        "revoke",
        Text("takes back a moderator's confirmation that somebody is an adult"),
        lambda values: Revoke(PersonId(values["person"]), values["reason"]),
        parameters=(
            person(Text("whose it was")),
            Parameter("reason", Kind.LINE, Text("why it does not hold"), most_chars=LONGEST_REASON),
        ),
        least=Role.MODERATOR,
    ),
    Declares(
        "age",
        Text("sets how well an age must be founded, to come in or for mature"),
        lambda values: Age(values["what"], _LEVELS[values["level"]]),
        parameters=(
            Parameter(
                "what",
                Kind.CHOICE,
                Text("for what"),
                choices=("entry", "mature"),
                meanings=(Text("entry: to come in"), Text("mature: to open mature")),
            ),
            Parameter(
                "level",
                Kind.CHOICE,
                Text("the least level"),
                choices=tuple(_LEVELS),
                meanings=(
                    Text("self-attested: their own word"),
                    Text("platform: a sign of the platform"),
                    Text("moderator: a moderator's word"),
                    Text("verified: a proof, checked elsewhere"),
                ),
            ),
        ),
        least=Role.MODERATOR,
    ),
    Declares(
        "status",
        Text("says how the bot and this community's rules stand, without anybody's words"),
        lambda _: Status(),
        least=Role.MODERATOR,
    ),
)
