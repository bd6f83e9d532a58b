"""What a command may ask of memory: what was said, by its words; what words name a time; how something
is shown. Everything is the person's own, with this persona, as this community's guest (SAFETY P3).
"""

from datetime import datetime, tzinfo
from functools import partial

from bot.commands.desk import Remembers
from bot.commands.wishes import read_zone
from bot.memory.dates import ranges_in
from bot.memory.masking import mask
from bot.memory.notes import excerpt
from bot.memory.question import ask_memory
from bot.memory.recall import Place, recall
from bot.memory.words import words_of
from bot.policy.facts import Decision, Facts
from bot.policy.memories import surface_under
from bot.remembering import catch_up
from bot.scene import Scene
from bot.store.rows import Recalled, Scope

MOST = 8
LEAST = 0.5
"""Of the words that are looked for, so much must have been said there."""
BUDGET_S = 2.0
"""Who searches waits for it."""


def look_up(scene: Scene, facts: Facts, decision: Decision) -> Remembers:
    zone = read_zone(scene.wishes, facts.utc_offset_s)
    scope = Scope(scene.persona.id, scene.community.id, None)
    under = surface_under(decision.ceiling, romance_closed=facts.romance_closed is not False)
    return Remembers(
        scope=scope,
        under=under,
        zone=zone,
        find=partial(_find, scene, Place(scope, under, None), facts.now, zone),
        since=partial(_since, facts.now, zone),
        excerpt=excerpt,
        mask=mask,
        index=partial(_index, scene, zone),
    )


async def _find(
    scene: Scene, place: Place, now: float, zone: tzinfo, words: str
) -> tuple[Recalled, ...]:
    if scene.vault is None:
        return ()
    question = ask_memory(words, names={}, now=datetime.fromtimestamp(now, zone))
    found = await recall(scene.vault, question, place, most=MOST, budget_s=BUDGET_S, least=LEAST)
    # For a talk what stands beside a word counts; who looks for one, or wants it forgotten, means
    # what says it, or a time.
    said = [
        turn
        for turn in found.turns
        if question.ranges or not question.words.keys().isdisjoint(words_of(turn.text))
    ]
    # Who is named is found as well, however much else was looked for.
    return tuple(dict.fromkeys((*said, *(card.turn for card in found.cards))))


async def _index(scene: Scene, zone: tzinfo) -> None:
    if scene.vault is not None:
        await catch_up(scene.vault, zone)


def _since(now: float, zone: tzinfo, words: str) -> float | None:
    found = {begins for begins, _ in ranges_in(words, datetime.fromtimestamp(now, zone))}
    return found.pop() if len(found) == 1 else None
