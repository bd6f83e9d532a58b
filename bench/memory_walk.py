"""A random walk through everything that people do with what is remembered of them, and what must
never be seen on the way.

Every sentence of a person carries a canary, a word that stands nowhere else. What was forgotten is
in no prompt from then on, and, once nobody waits, in no file, no log and no state of the engine;
what was said to one persona, under one sponsor, where others read along, in one session that keeps
nothing, under a higher ceiling, or on a branch that was set aside, is in no prompt of another
(INVARIANTS I1, I5, I6; SAFETY P3, A9, A10, P6). After each step what a vault says of itself is
compared with what is known of its person.

What people do is told in `memory_talking`, `memory_wishes` and `memory_ends`; how anything is kept, it does not know.
"""

from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from bench import memory_ends as ends
from bench import memory_talking as talking
from bench import memory_wishes as wishes
from bench.memory_minds import Kept, Mind, Said
from bench.memory_stage import MEANT, WRITTEN, Logged, canaries, on_stage, without_encryption
from bench.memory_world import Seen, World
from bot.engine.base import Prompt
from bot.jobs import LONG_QUIET_S

SEARCH_EVERY = 40
"""Operations between two looks into every file."""
Deed = Callable[[World, Mind], Awaitable[None]]
DEEDS: dict[Deed, int] = {
    talking.talk: 24,
    talking.ask: 8,
    talking.edit: 8,
    talking.delete: 5,
    talking.undo: 3,
    talking.another: 4,
    talking.branch: 3,
    talking.other_branch: 3,
    talking.forget_branch: 2,
    talking.aloud: 4,
    talking.new: 3,
    talking.other_persona: 4,
    talking.other_sponsor: 3,
    talking.other_account: 2,
    talking.own_ceiling: 4,
    talking.their_ceiling: 3,
    wishes.memory_on: 4,
    wishes.memory_intimate: 3,
    wishes.memory_off: 1,
    wishes.incognito: 3,
    wishes.add_fact: 4,
    wishes.remember_this: 2,
    wishes.edit_fact: 4,
    wishes.pin_fact: 2,
    wishes.share: 6,
    wishes.forget_fact: 4,
    wishes.tell_story: 2,
    wishes.forget_story: 1,
    wishes.story_again: 1,
    ends.forget_one: 3,
    ends.forget_since: 1,
    ends.forget_all: 1,
    ends.keep_for: 3,
    ends.days_pass: 3,
    ends.hours_pass: 5,
    ends.bring: 2,
    ends.link: 2,
    ends.unlink: 1,
    ends.leave: 1,
    ends.erase: 1,
}


class Walk:
    def __init__(self, folder: Path, seed: int) -> None:
        self._folder, self.world = folder, World(seed)
        self._logged = Logged()
        self._read = 0
        self.counts: Counter[str] = Counter()
        """Of what was done."""
        self.met: Counter[str] = Counter()
        """Of what came up again, and was kept, so that something is to be seen."""
        self.searches = 0

    async def run(self, steps: int) -> None:
        """Raises Seen. The bot is started anew now and then."""
        world = self.world
        with without_encryption(), self._logged.listening():
            while world.done < steps:
                async with on_stage(self._folder, world.clock) as stage:
                    world.open(stage)
                    self._read = 0
                    # For so long no clock is believed.
                    await self._rest(7.0)
                    more = min(steps, world.done + world.chance.randrange(60, 200))
                    while world.done < more:
                        await self._step()
                    await self._search()

    async def _step(self) -> None:
        world = self.world
        mind = world.chance.choice(world.minds)
        (deed,) = world.chance.choices(list(DEEDS), list(DEEDS.values()))
        world.done += 1
        world.doing, world.may_lose = deed.__name__.replace("_", " "), False
        self.counts[world.doing] += 1
        if not mind.is_in:
            await world.come_in(mind)
        await deed(world, mind)
        for one in list(world.minds) if world.may_lose else [mind]:
            if one in world.minds:
                await self._look_at(one)
        self._look_at_prompts()
        mind.place = None
        if world.done % SEARCH_EVERY == 0:
            await self._search()

    async def _rest(self, hours: float) -> None:
        """Nobody does anything; what is too old goes meanwhile."""
        self.world.may_lose = True
        await self.world.pass_hours(hours)
        for mind in self.world.minds:
            await self._look_at(mind)

    # --- What must not be seen ------------------------------------------------------------------

    def _seen(self, what: str) -> Seen:
        return Seen(f"{self.world.done} ({self.world.doing}): {what}")

    async def _look_at(self, mind: Mind) -> None:
        """What their vault says, against what they have done."""
        await self.world.settle(mind)
        kept = await self.world.kept(mind)
        mind.aside = kept.aside - kept.wanted
        self._look_at_prompts()
        lost = mind.said.keys() - kept.said
        if lost and not self.world.may_lose:
            what = [f"{one} ({mind.said[one].what})" for one in sorted(lost)]
            raise self._seen(f"lost without being forgotten: {'; '.join(what)}")
        self.world.forget(mind, lost, "time, or joining accounts")
        if more := kept.said - mind.said.keys():
            raise self._seen(f"still said: {self._told(more)}")
        if more := kept.past - {old for one in mind.said.values() for old in one.past}:
            raise self._seen(f"still there from before an edit: {self._told(more)}")
        self._look_at_made(mind, kept)

    def _look_at_made(self, mind: Mind, kept: Kept) -> None:
        """Of what was said, where it was said, and to be kept (INVARIANT I5, SAFETY P3, A10)."""
        for what, made in kept.made.items():
            for scope, words in made:
                self.met[what] += len(words)
                if outlived := words - kept.said:
                    raise self._seen(f"{what} outlives it: {self._told(outlived)}")
                for said in (mind.said[one] for one in words):
                    if scope != said.scope and scope not in said.shared:
                        raise self._seen(f"{what} has what was said elsewhere")
                    if not said.is_kept:
                        raise self._seen(f"{what} has what was not to be kept")
                if what in {"a fact", "a summary"} and (aside := words & mind.aside):
                    raise self._seen(f"{what} has what is set aside: {self._told(aside)}")
        self.met["shared"] += sum(fact.origin == "shared" for fact in kept.facts)
        self.met["found by a model"] += sum(fact.origin == "model" for fact in kept.facts)
        self.met["set aside"] += len(mind.aside)

    def _told(self, words: set[str] | frozenset[str]) -> str:
        how = self.world.gone
        return "; ".join(sorted(f"{one} ({how.get(one, 'known, but not here')})" for one in words))

    # --- Prompts ---

    def _look_at_prompts(self) -> None:
        prompts = self.world.stage.parlour.scripted.prompts
        for prompt in prompts[self._read :]:
            self._look_at_prompt(prompt)
        self._read = len(prompts)

    def _look_at_prompt(self, prompt: Prompt) -> None:
        is_work = prompt.key.endswith(" (work)")
        mind = self._owner(prompt)
        for at, part in enumerate(prompt.parts):
            is_new = at == len(prompt.parts) - 2 and prompt.parts[-1].text == self.world.fresh
            for canary in canaries(part.text):
                said = mind.said.get(canary) if mind else None
                if mind is None or said is None:
                    raise self._seen(f"in a prompt: {self._told({canary})}")
                if is_work:
                    self._may_be_worked_on(mind, said)
                elif part.speaker != "system" and not _is_note(part.text):
                    if said.here != mind.here:
                        raise self._seen(
                            f"{said.what} elsewhere, and in the window of another talk"
                        )
                else:
                    self._may_come_up(mind, said, is_new=is_new or part.speaker == "system")

    def _may_be_worked_on(self, mind: Mind, said: Said) -> None:
        if not said.is_kept:
            raise self._seen("what is not to be kept is worked on")
        if said.canary in mind.aside:
            raise self._seen("what is set aside is worked on")

    def _may_come_up(self, mind: Mind, said: Said, *, is_new: bool) -> None:
        """In a note, or at the beginning of a prompt."""
        if mind.place is not None:
            raise self._seen("where others read along something came up")
        if not said.is_kept:
            raise self._seen("what was not to be kept came up")
        if mind.scope != said.scope and mind.scope not in said.shared:
            raise self._seen("it was said to another persona or sponsor")
        if said.canary in mind.aside:
            raise self._seen(f"what is set aside came up: {said.canary}")
        if is_new and mind.under is not None and said.rating > mind.under:
            raise self._seen(
                f"{said.canary}, {said.what} under {said.rating.name}, came up under less"
            )
        if said.here != mind.here:
            self.met["recalled"] += 1

    def _owner(self, prompt: Prompt) -> Mind | None:
        key = prompt.key.removesuffix(" (work)")
        return next((one for one in self.world.minds if one.key == key), None)

    # --- Files, logs, what the engine holds ---

    async def _search(self) -> None:
        """Once nobody waits."""
        world = self.world
        self.searches += 1
        await self._rest(3 * LONG_QUIET_S / 3600 + 0.5)
        for file in sorted(self._folder.rglob("*")):
            content = b""
            # A vault that is let go of closes meanwhile, and its log goes.
            with suppress(FileNotFoundError, IsADirectoryError):
                content = file.read_bytes()
            written = {one.decode().lower() for one in WRITTEN.findall(content)}
            if gone := written & world.gone.keys():
                raise self._seen(f"in {file.suffix}: {self._told(gone)}")
            self._look_at_vectors(
                {one.decode().replace("7", "").lower() for one in MEANT.findall(content)}
            )
        for key, prompt in world.stage.parlour.scripted.held.items():
            mind = self._owner(prompt)
            held = {one for part in prompt.parts for one in canaries(part.text)}
            if held - (mind.said.keys() if mind else set()):
                raise self._seen(f"the engine holds, for {key}: {self._told(held)}")
        if self._logged.has_seen:
            raise self._seen("somebody's words are in a log")

    def _look_at_vectors(self, meant: set[str]) -> None:
        self.met["a vector"] += len(meant)
        for canary in meant:
            said = next((one.said[canary] for one in self.world.minds if canary in one.said), None)
            if said is None or not said.is_kept:
                raise self._seen(f"a vector is left behind: {self._told({canary})}")


def _is_note(text: str) -> bool:
    return text.startswith("[") and text.endswith("]\n\n")
