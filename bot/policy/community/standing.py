"""How things stand in a community: who may come in, who is played, how late it is.

These rules look at no words and count against nobody; they refuse while things stand so. What a
person has earned before, a pause or a closed door, stands with them.
"""

from dataclasses import replace

from bot.events import AgeLevel, Rating
from bot.policy import rest
from bot.policy.community import checks
from bot.policy.community.checks import Check
from bot.policy.community.compiled import Compiled
from bot.policy.community.rule import Action, Member, Pause, Rule, Ruling, Side
from bot.policy.community.steps import in_force
from bot.policy.community.where import has_role, holds
from bot.policy.door_rules import not_enough
from bot.policy.facts import Effect, Facts, Outcome, Verdict
from bot.text import SILENCE, Text, verbatim

DAY_S = 86_400.0

UNKNOWN = Text(
    "I cannot look up this community's rules right now, so I would rather not go on. Please try again in a little while."
)
PAUSED = Text(
    "You are paused in this community, by its rule {rule}. It goes on in {minutes} min. `why` tells more, `red` and calls for help are heard all the same."
)
REVOKED = Text(
    "Your door to this community is closed. A moderator can open it again; `cases` shows why, and how to appeal."
)
BLOCKED = Text(
    "You are blocked by the operator of this machine, in all its communities, so nobody answers you here. Only the operator can open that again; moderators cannot, and `appeal` does not reach that far. `red` and calls for help are heard all the same; `export` and `erase` work as before."
)
NOT_THIS_PERSONA = Text("This community does not have this persona. `personas` lists the others.")
QUIET = Text("This community has quiet hours now. It goes on in {minutes} min.")
SESSION_OVER = Text(
    "This session has reached the length that this community sets: {minutes} min. `new` begins another when you like."
)
NOT_LET_IN = Text(
    "This community lets in people with certain roles or accounts only. Its moderators can tell you more."
)
NOT_APPROVED = Text("In this community a moderator says yes to each person first. Ask one of them.")
TOO_NEW = Text("This community lets in accounts that are at least {days} days old.")


def in_the_way(facts: Facts, rules: Compiled) -> list[Verdict]:
    held = _held_against(facts, rules)
    return held + [
        _verdict(rules, rule, say)
        for rule in (rules.rules[at] for at in rules.standing)
        if holds(rule, facts, Side.INPUT) and (say := _says(rule.check, facts, rules))
    ]


def against_session(facts: Facts) -> Text:
    """What stands in the way of one that would begin now, with the persona of these facts; empty:
    nothing."""
    if facts.rules is None:
        return UNKNOWN
    member = replace(facts.member or Member(), session_s=0.0)
    found = in_the_way(replace(facts, member=member), facts.rules)
    said = (verdict.say for verdict in found if verdict.outcome >= Outcome.REFUSE)
    return next(said, facts.not_now)


def ceiling_of(facts: Facts) -> Rating:
    """The lowest that rules of this community set."""
    if facts.rules is None:
        return Rating.GENERAL
    return min(
        (
            _most(rule.check, facts)
            for rule in (facts.rules.rules[at] for at in facts.rules.standing)
            if not (rule.is_dry or facts.rules.is_dry) and holds(rule, facts, Side.INPUT)
        ),
        default=Rating.MATURE,
    )


# --- Below ------------------------------------------------------------------------------------


def _most(check: Check, facts: Facts) -> Rating:
    match check:
        case checks.Ceiling(rating):
            return rating
        case checks.LeastAge(mature=level) if _level(facts) < level:
            return Rating.ROMANCE
        case _:
            return Rating.MATURE


def _held_against(facts: Facts, rules: Compiled) -> list[Verdict]:
    member = facts.member or Member()
    if member.is_revoked is None or member.pauses is None:
        # INVARIANT I3: what is held against them could not be had.
        return [Verdict("community_standing", "I3", Outcome.REFUSE, say=UNKNOWN)]
    if member.is_blocked:
        # SAFETY A11: and the session with it.
        blocked = _earned(rules, "", BLOCKED, Action.REVOKE)
        return [replace(blocked, number="A11", effects=(Effect.LOST_SPONSOR,))]
    if member.is_revoked:
        return [_earned(rules, "", REVOKED, Action.REVOKE)]
    pause = in_force(member.pauses, facts.now)
    return [_earned(rules, pause.rule, _paused(pause, facts.now), Action.PAUSE)] if pause else []


def _paused(pause: Pause, now: float) -> Text:
    minutes = max(1, round((pause.until - now) / rest.MINUTE_S))
    return PAUSED.format(rule=pause.rule, minutes=minutes)


def _earned(rules: Compiled, rule: str, say: Text, action: Action) -> Verdict:
    ruling = Ruling(rules.community, rules.version, rule, action, counts=False)
    return Verdict("held_against_them", "M1", Outcome.REFUSE, say=say, ruling=ruling)


def _verdict(rules: Compiled, rule: Rule, say: Text) -> Verdict:
    is_dry = rule.is_dry or rules.is_dry
    ruling = Ruling(
        rules.community, rules.version, rule.name, Action.REFUSE, is_dry=is_dry, counts=False
    )
    if is_dry:
        return Verdict("community_rule", "M3", ruling=ruling)
    own = verbatim(rule.say) if rule.say else say
    return Verdict("community_rule", "M1", Outcome.REFUSE, say=own, ruling=ruling)


def _says(check: Check, facts: Facts, rules: Compiled) -> Text:
    """Empty where nothing stands in the way; what is not known does (INVARIANT I3)."""
    member = facts.member or Member()
    match check:
        case checks.Personas(only, never):
            persona = facts.persona_id
            missing = persona is None or (only and persona not in only) or persona in never
            return NOT_THIS_PERSONA if missing else SILENCE
        case checks.QuietHours(begins, ends):
            until = rest.quiet_until(rest.Quiet(begins, ends), facts.now, rules.zone)
            if until is None:
                return SILENCE
            return QUIET.format(minutes=max(1, round((until - facts.now) / rest.MINUTE_S)))
        case checks.SessionLength(minutes):
            if member.session_s is None:
                return UNKNOWN
            over = member.session_s >= minutes * rest.MINUTE_S
            return SESSION_OVER.format(minutes=minutes) if over else SILENCE
        case checks.LeastAge(entry=entry):
            return not_enough(entry, facts.platform) if _level(facts) < entry else SILENCE
        case checks.Entry():
            return _entry(check, facts, member)
        case _:
            return SILENCE


def _level(facts: Facts) -> int:
    return -1 if facts.age_level is None else AgeLevel(facts.age_level)


def _entry(check: checks.Entry, facts: Facts, member: Member) -> Text:
    if check.roles and not any(has_role(role, facts) for role in check.roles):
        return NOT_LET_IN
    level = check.power_level
    if level is not None and (member.power_level is None or member.power_level < level):
        return NOT_LET_IN
    since = member.account_since
    young = since is None or facts.now - since < check.account_days * DAY_S
    if check.account_days and young:
        return TOO_NEW.format(days=check.account_days)
    return NOT_APPROVED if check.approval and member.is_approved is not True else SILENCE
