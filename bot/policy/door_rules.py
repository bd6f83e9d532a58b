"""SAFETY A1, A2: who may talk at all. The screens of the door itself are in `door.py`."""

from bot.events import AgeLevel
from bot.policy.facts import Effect, Facts, Outcome, Verdict
from bot.policy.under18 import says_under_18 as says
from bot.text import SILENCE, Text

YOUNG = Text(
    "This place is for adults, so I have to stop here. You did nothing wrong by telling me, and "
    "nothing you wrote is held against you. If something weighs on you, there are people who listen "
    "and do not judge: somebody you trust, or a free line for young people, which "
    "findahelpline.com lists by country. If this is a mistake, a moderator can put it right."
)
NOT_IN = Text("You are not in yet. Say `begin`, and I tell you what this is.")
NOT_ENOUGH = {
    AgeLevel.SELF_ATTESTED: NOT_IN,
    AgeLevel.PLATFORM: Text(
        "One thing is missing before we can talk: here your platform has to vouch that you are an "
        "adult. A role that this community gives to adults does it, or an age-restricted command; "
        "a moderator can also confirm it."
    ),
    AgeLevel.MODERATOR: Text(
        "One thing is missing before we can talk: here a moderator confirms that people are adults. "
        "Ask one of this community; you need not show them any document."
    ),
    AgeLevel.VERIFIED: Text(
        "One thing is missing before we can talk: here a proof that you are 18 is asked for, which "
        "is checked elsewhere and not kept. Ask the operator of this machine how."
    ),
}
"""What is missing, and how to get it (SAFETY A4)."""
# SAFETY A8: they have no age-restricted commands, so nothing there can be a sign; what is asked
# for instead is a named person's word, which a level of PLATFORM or more stands for.
SIGNLESS = frozenset({"console", "matrix"})

NOT_A_GUEST = Text(
    "You are no longer a guest of the community whose rules held here, so our session has ended. "
    "What we said stays sealed in your vault. `sponsor` lists whose guest you can be; `erase` "
    "deletes everything of yours."
)
NOBODYS_GUEST = Text(
    "I am here for the people of communities that have invited me, and I do not find you in this "
    "one. Come in through one of them; `sponsor` lists those where I find you."
)
UNKNOWN = Text(
    "I cannot look up what I need to know before we talk. Please try again in a little while."
)


def another_bot(facts: Facts) -> Verdict | None:
    # INVARIANT I3: an author of unknown kind is not answered.
    return None if facts.author_is_bot is False else Verdict("another_bot", "A1", Outcome.IGNORE)


def not_spoken_to(facts: Facts) -> Verdict | None:
    if facts.is_direct is True or facts.addresses_bot is True:
        return None
    return Verdict("not_spoken_to", "A1", Outcome.IGNORE)


def locked(facts: Facts) -> Verdict | None:
    """Only a moderator opens a lock, in the store; no fact here does."""
    if facts.locked is False:
        return None
    say = UNKNOWN if facts.locked is None else YOUNG
    return Verdict("locked", "A2", Outcome.REFUSE, say)


def says_under_18(facts: Facts) -> Verdict | None:
    if facts.author_is_bot is True or not says(facts.text, facts.recent, facts.now):
        return None
    lock = (Effect.LOCK_UNDER_18,)
    return Verdict("says_under_18", "A2", Outcome.REFUSE, YOUNG, effects=lock)


def not_a_guest(facts: Facts) -> Verdict | None:
    """SAFETY A4, A11. Nobody's session ends because a platform gives no answer; it waits."""
    if facts.is_guest is True:
        return None
    if facts.is_guest is None:
        return Verdict("not_a_guest", "A11", Outcome.REFUSE, UNKNOWN)
    if facts.consented is not True:
        return Verdict("not_a_guest", "A11", Outcome.REFUSE, NOBODYS_GUEST)
    over = (Effect.LOST_SPONSOR,)
    return Verdict("not_a_guest", "A11", Outcome.REFUSE, NOT_A_GUEST, effects=over)


def no_consent(facts: Facts) -> Verdict | None:
    return None if facts.consented is True else Verdict("no_consent", "A1", Outcome.REFUSE, NOT_IN)


def no_age_record(facts: Facts) -> Verdict | None:
    if facts.age_level is None:
        return Verdict("no_age_record", "A1", Outcome.REFUSE, NOT_IN)
    if facts.age_level < facts.least_age_level:
        say = not_enough(facts.least_age_level, facts.platform)
        return Verdict("no_age_record", "A4", Outcome.REFUSE, say)
    return None


def not_enough(least: AgeLevel, platform: str) -> Text:
    """Where there are no signs, nobody is sent to look for one."""
    can_get = AgeLevel.MODERATOR if platform in SIGNLESS else AgeLevel.PLATFORM
    return NOT_ENOUGH[max(least, can_get) if least else least]


def is_in(facts: Facts) -> bool:
    """The one question whether somebody may talk at all: whatever asks it, asks these rules."""
    return not missing(facts)


def missing(facts: Facts) -> Text:
    """What stands in the way, in the words of the first rule that says so; empty for who is in."""
    verdicts = (rule(facts) for rule in (locked, no_consent, no_age_record))
    return next((verdict.say for verdict in verdicts if verdict), SILENCE)
