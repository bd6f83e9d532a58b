"""SAFETY M1: the layer of policy that is a community's: facts in, one verdict for each rule.

It stands beside the floor, so it can only add to what that says. Of what somebody wrote in danger
or as a safe word nothing counts: `decide.py` drops these verdicts then (SAFETY C1, C3, C4).
"""

from collections.abc import Sequence

from bot.policy.community.checks import Topic
from bot.policy.community.compiled import Compiled
from bot.policy.community.heard import hears_rhythm, hears_words
from bot.policy.community.rule import Action, Member, Rule, Ruling, Side, Step, Sureness
from bot.policy.community.standing import UNKNOWN, in_the_way
from bot.policy.community.steps import step_of, unknown_step
from bot.policy.community.topics import Heard, heard
from bot.policy.community.where import holds
from bot.policy.facts import Facts, Outcome, Verdict
from bot.text import SILENCE, Text, paragraphs, verbatim

REFUSED = Text(
    "A rule of this community, {rule}, stands against that. Shall we go on with something else? `why` tells more."
)
WARNED = Text(
    "This counts: a rule of this community, {rule}, gets firmer when it is crossed again."
)
PAUSED = Text("By a rule of this community, {rule}, we pause here for {minutes} min.")
REVOKED = Text(
    "By a rule of this community, {rule}, your door to it is closed. A moderator can open it again; `cases` shows how to appeal."
)
NOT_JUDGED = Text(
    "I cannot check right now whether a rule of this community, {rule}, allows that, so I leave it out. It does not count against you."
)


def community_rules(facts: Facts) -> Sequence[Verdict]:
    rules = facts.rules
    if rules is None:
        # INVARIANT I3: its rules could not be had.
        return [Verdict("community_rules", "I3", Outcome.REFUSE, say=UNKNOWN)]
    return in_the_way(facts, rules) + (_about_words(facts, rules) if _is_heard(facts) else [])


# --- Below ------------------------------------------------------------------------------------


def _is_heard(facts: Facts) -> bool:
    """Whose words the rules look at: of people who are in, what is said to the bot. What others
    say to each other is looked at only where the community chose so, and then of everybody."""
    if facts.author_is_bot is True or not facts.text.strip():
        return False
    if facts.rules and facts.rules.moderates_others and facts.is_direct is not True:
        return True
    return facts.consented is True and (facts.is_direct is True or facts.addresses_bot is True)


def _about_words(facts: Facts, rules: Compiled) -> list[Verdict]:
    said = rules.finder.rules(facts.text)
    member = facts.member or Member()
    verdicts: list[Verdict] = []
    for at in (*said, *rules.further):
        rule = rules.rules[at]
        if not holds(rule, facts, Side.INPUT):
            continue
        sureness = hears_words(rules, at, facts.text, facts.judged, said)
        sureness = sureness or hears_rhythm(
            rule.check, facts.text, member.sent, facts.now, facts.digest_key
        )
        if sureness is not None:
            verdicts.append(_verdict(rule, rules, _step(rule, facts, sureness), sureness, facts))
    return verdicts


def _counts(facts: Facts, sureness: Sureness) -> bool:
    """SAFETY C4: who speaks of harming themselves is never punished for it, also where it is told
    in a way that care does not answer."""
    return sureness is Sureness.FOUND and heard(facts.text, Topic.SELF_HARM) is not Heard.SURELY


def _step(rule: Rule, facts: Facts, sureness: Sureness) -> Step:
    step = _firmness(rule, facts, sureness)
    gentle = step.action <= Action.REFUSE or _counts(facts, sureness)
    return step if gentle else Step(1, Action.REFUSE)


def _firmness(rule: Rule, facts: Facts, sureness: Sureness) -> Step:
    hits = facts.member.hits if facts.member else None
    if sureness is Sureness.UNKNOWN:
        step = unknown_step(rule)
        # What nobody found, nobody can mask.
        return Step(1, Action.REFUSE) if step.action is Action.MASK else step
    if hits is None:
        return unknown_step(rule)
    return step_of(rule, hits.get(rule.name, ()), facts.now)


def _verdict(rule: Rule, rules: Compiled, step: Step, sureness: Sureness, facts: Facts) -> Verdict:
    is_dry, counts = rule.is_dry or rules.is_dry, _counts(facts, sureness)
    ruling = Ruling(
        rules.community,
        rules.version,
        rule.name,
        step.action,
        minutes=step.minutes,
        tells=rule.tells and counts,
        is_dry=is_dry,
        counts=counts,
        sureness=sureness,
    )
    if is_dry:
        return Verdict("community_rule", "M3", ruling=ruling)
    if step.action <= Action.MASK:
        hint = rule.hint if step.action is Action.STEER else ""
        return Verdict("community_rule", "M1", Outcome.GUIDE, hint=hint, ruling=ruling)
    say = _say(rule, step, sureness)
    return Verdict("community_rule", "M1", Outcome.REFUSE, say=say, ruling=ruling)


def _say(rule: Rule, step: Step, sureness: Sureness) -> Text:
    """The community's own sentence, and under it what is firmer than a refusal."""
    if sureness is Sureness.UNKNOWN:
        return NOT_JUDGED.format(rule=rule.name)
    told = _told(rule, step)
    own = verbatim(rule.say) if rule.say else SILENCE
    if not own:
        return told or REFUSED.format(rule=rule.name)
    return paragraphs(own, told) if told else own


def _told(rule: Rule, step: Step) -> Text:
    match step.action:
        case Action.WARN:
            return WARNED.format(rule=rule.name)
        case Action.PAUSE:
            return PAUSED.format(rule=rule.name, minutes=step.minutes)
        case Action.REVOKE:
            return REVOKED.format(rule=rule.name)
        case _:
            return SILENCE
