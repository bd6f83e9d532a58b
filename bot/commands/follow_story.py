"""`story` followed, for somebody who is in and has agreed to memory (SAFETY A10)."""

from collections.abc import Sequence
from datetime import datetime

from bot.commands.desk import Answer, Desk, Greet, Outcome
from bot.commands.stories import StoryAgain, StoryCommand, StoryEdit, StoryForget, StoryShow
from bot.events import Rating
from bot.policy.cards import check_card
from bot.policy.door import DOOR_VERSION, MEMORY
from bot.policy.memories import may_surface, surface_under
from bot.policy.screen import Screen
from bot.store.rows import Scope
from bot.store.story_rows import Story, Summary
from bot.store.vault import Vault
from bot.text import Text, lines

SHOWN_CHARS = 1500
NO_MEMORY = Text("No story is kept, because memory is off. `{prefix}memory on` begins it.")
NONE_YET = Text(
    "Nothing has been told of our talks yet. That is done now and then, when you are quiet; a small "
    "model may tell nothing that could be kept."
)
WITH = Text("The story so far, with {name}:")
OWN = Text("In your words: “{text}”")
PART = Text("{date}: “{text}”")
OLDER = Text("{count} older parts are not shown here; `{prefix}export` has all of them.")
KEPT = Text("This is the story now, in your words. What is told after it comes behind it.")
REFUSED = Text("I cannot keep that as our story, so nothing has changed.")
FORGOTTEN = Text("Your own words for the story are forgotten; what was told stands in their place.")
NO_WORDS = Text("There are no words of your own for the story.")
CHANGES = ("story edit …", "story again")
SINCE = Text("What we have just said is not in it yet; it is added when you are quiet.")


async def follow_story(command: StoryCommand, desk: Desk) -> Outcome:
    if not desk.is_in or desk.vault is None:
        return Answer(desk.not_in)
    consent = await desk.vault.consent(MEMORY)
    if consent is None or consent.version != DOOR_VERSION:
        return Answer(NO_MEMORY.format(prefix=desk.prefix))
    scope = Scope(desk.persona.id, desk.community.id, None)
    match command:
        case StoryShow():
            told = await _told(scope, desk, desk.vault)
            return Answer(told or NONE_YET, commands=CHANGES if told else CHANGES[:1])
        case StoryEdit(words):
            return Answer(await _edit(words, scope, desk, desk.vault))
        case StoryForget():
            had = (await desk.vault.stories.story(scope, Rating.MATURE)).own
            await desk.vault.stories.tell(scope, "", Rating.GENERAL, desk.now)
            return Answer(FORGOTTEN if had else NO_WORDS)
        case StoryAgain():
            if desk.resting:
                return Answer(desk.resting)
            told = await _told(scope, desk, desk.vault)
            return Greet(desk.persona.id, lines(told, SINCE)) if told else Answer(NONE_YET)


async def _edit(words: str, scope: Scope, desk: Desk, vault: Vault) -> Text:
    """It stands in the prompt: so it is held to what may be said, and to what a card may (L2, L7)."""
    # SAFETY L6: what no guard has read goes no further than where none is needed.
    rating = min(surface_under(desk.ceiling, romance_closed=desk.romance_closed), Rating.ROMANCE)
    screen = Screen(
        rating,
        persona_name=desk.persona.name,
        romance_closed=desk.romance_closed,
        hard_limits=await _hard_limits(vault),
        rules=desk.written,
    )
    # On one line, as it stands in the prompt.
    words = " ".join(words.split())
    passed = screen.feed(words) + screen.finish()
    if not any(map(str.isalnum, words)):
        return REFUSED
    if screen.blocked or check_card(Rating.ROMANCE, [words]) is not None:
        return REFUSED
    return KEPT if await vault.stories.tell(scope, passed, rating, desk.now) else REFUSED


async def _told(scope: Scope, desk: Desk, vault: Vault) -> Text | None:
    under = surface_under(desk.ceiling, romance_closed=desk.romance_closed)
    hard_limits = await _hard_limits(vault)
    story = await vault.stories.story(scope, under)
    newest, older = _fitting(story, under, hard_limits)
    own = story.own if may_surface(story.own, under, hard_limits) else ""
    if not newest and not own:
        return None
    zone = desk.remembers.zone
    said = [WITH.format(name=desk.persona.name)]
    if older:
        said.append(OLDER.format(count=older, prefix=desk.prefix))
    if own:
        said.append(OWN.format(text=own))
    said += [
        PART.format(date=f"{datetime.fromtimestamp(one.began, zone):%Y-%m-%d}", text=one.text)
        for one in newest
    ]
    return lines(*said)


def _fitting(story: Story, under: Rating, hard_limits: Sequence[str]) -> tuple[list[Summary], int]:
    """The newest that one message holds, and how many more there are."""
    left = SHOWN_CHARS - len(story.own)
    shown: list[Summary] = []
    for one in reversed(story.summaries):
        if (left := left - len(one.text)) < 0 and shown:
            break
        shown.append(one)
    fit = [one for one in reversed(shown) if may_surface(one.text, under, hard_limits)]
    return fit, len(story.summaries) - len(shown)


async def _hard_limits(vault: Vault) -> list[str]:
    return [limit.text for limit in await vault.limits() if limit.is_hard]
