"""`rules test "…"`: which rules would say what to a sentence, and why, with what they look at.

For moderators, of a sentence that they typed for it. Nothing happens and nothing is kept. What
hangs on more than words (how often, who, how late it is) is said by no sentence.
"""

from collections.abc import Sequence

from bot.policy.community import checks, links, spoken
from bot.policy.community.compiled import Compiled
from bot.policy.community.heard import hears_words
from bot.policy.community.rule import Rule, Sureness
from bot.policy.community.topics import heard
from bot.policy.community.values import name
from bot.policy.matching import forget_views
from bot.text import Text, verbatim

MOST_VIEWS = 8
MOST_FINDS = 3

READ_AS = Text("Read as: {view}")
MORE_VIEWS = Text("And in {count} more ways.")
NOTHING_SAID = Text("No rule says anything to that.")
WOULD = Text("{rule}: `{action}`. Found: {why}")
WOULD_DRY = Text("{rule} (dry run): `{action}`. Found: {why}")
FROM_HITS_ON = Text("From {hits} hits within {hours} hours on: `{action}`.")
THE_WORDS = Text("“{words}”")
THE_PATTERN = Text("“{words}”, by the pattern {pattern}")
THE_TOPIC = Text("the topic {topic}, surely")
PERHAPS_THE_TOPIC = Text(
    "the topic {topic}, perhaps; the model is asked, and without one it counts"
)
OWN_TOPIC = Text("what only the model can judge: {sentence}")
THE_LENGTH = Text("its length of {length} characters")
THE_LANGUAGE = Text("its language: {language}")


def explain(rules: Compiled, sentence: str) -> tuple[Text, ...]:
    """A line each."""
    try:
        return _explain(rules, sentence)
    finally:
        forget_views()


# --- Below ------------------------------------------------------------------------------------


def _explain(rules: Compiled, sentence: str) -> tuple[Text, ...]:
    seen = rules.finder.looked_at(sentence)
    told = [READ_AS.format(view=view) for view in seen[:MOST_VIEWS]]
    if len(seen) > MOST_VIEWS:
        told.append(MORE_VIEWS.format(count=len(seen) - MOST_VIEWS))
    said = rules.finder.rules(sentence)
    spoke: list[Text] = []
    for at in range(len(rules.rules)):
        sureness = hears_words(rules, at, sentence, None, said)
        if sureness is not None:
            spoke += _would(rules, at, sentence, sureness)
    return (*told, *(spoke or [NOTHING_SAID]))


def _would(rules: Compiled, at: int, sentence: str, sureness: Sureness) -> Sequence[Text]:
    rule = rules.rules[at]
    frame = WOULD_DRY if rule.is_dry or rules.is_dry else WOULD
    first, *further = rule.steps
    whys = list(dict.fromkeys(_whys(rules, at, sentence)))[:MOST_FINDS]
    lines = [frame.format(rule=rule.name, action=name(first.action), why=why) for why in whys]
    if sureness is Sureness.FOUND:
        lines += [
            FROM_HITS_ON.format(hits=step.hits, hours=rule.window_hours, action=name(step.action))
            for step in further
        ]
    return lines


def _whys(rules: Compiled, at: int, sentence: str) -> Sequence[Text]:
    rule: Rule = rules.rules[at]
    match rule.check:
        case checks.Topics(topics):
            found = [(topic, heard(sentence, topic)) for topic in topics]
            return [
                (THE_TOPIC if how > 1 else PERHAPS_THE_TOPIC).format(topic=topic.value)
                for topic, how in found
                if how
            ]
        case checks.Described(told):
            return [OWN_TOPIC.format(sentence=told)]
        case checks.Links(allowed):
            return [_words(hit.group() or "") for hit in links.strange_hosts(sentence, allowed)]
        case checks.Invites():
            return [_words(hit.group() or "") for hit in links.invites(sentence)]
        case checks.Length():
            return [THE_LENGTH.format(length=len(sentence))]
        case checks.Languages():
            language = ", ".join(spoken.surely_in(sentence))
            return [THE_LANGUAGE.format(language=verbatim(language))]
        case _:
            finds = rules.finder.finds(sentence, at)
            return [
                THE_PATTERN.format(words=find.words, pattern=find.pattern)
                if find.pattern
                else _words(find.words)
                for find in finds
            ]


def _words(found: str) -> Text:
    return THE_WORDS.format(words=found.strip())
