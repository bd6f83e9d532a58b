"""A community's rules for a message: found, with what is held against its author, and carried out.

What a rule says is policy's; here it is only looked up and written down. Of what people wrote
nothing is kept but a keyed digest of their latest messages, in memory.
"""

import secrets
from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from hashlib import blake2s

from bot.events import CommunityId, Message, PersonId
from bot.policy.community.compiled import NONE, Compiled, Kept
from bot.policy.community.masks import mask_all
from bot.policy.community.problems import NotTaken
from bot.policy.community.reading import read_rules
from bot.policy.community.rule import (
    Action,
    Member,
    Pause,
    Quota,
    RuleSet,
    Ruling,
    Sent,
    Version,
)
from bot.policy.community.same import digest
from bot.policy.community.values import name
from bot.policy.facts import Decision, Facts
from bot.policy.quotas import quota_for_all, quota_of, used_up
from bot.quotas import Bill, Quotas
from bot.scene import Habits, Scene, sponsor_of
from bot.store.case_rows import HoldKind, NewCase, Strikes
from bot.store.house import House
from bot.telling import tell_of
from bot.text import SILENCE, Text

NOT_SERVED = Text("The operator of this machine has not opened it to this community.")
MOST_SENT = 60
"""Of each person: what the longest rule against flooding counts."""
PEOPLE = 10_000
_HOLDS = {Action.PAUSE: HoldKind.PAUSE, Action.REVOKE: HoldKind.REVOKED}


class Rulings:
    def __init__(self, house: House) -> None:
        self._house = house
        self._kept = Kept()
        self._sent: OrderedDict[tuple[PersonId, CommunityId], deque[Sent]] = OrderedDict()
        self._quotas: dict[CommunityId, tuple[Quota, ...]] = {}
        self._used = Quotas(house)
        self.key = secrets.token_bytes(16)
        """Of this process, so that a digest says nothing to anybody else."""

    async def rules_of(self, community: CommunityId) -> Compiled | None:
        """From memory, but for the first message. None: they cannot be read (INVARIANT I3)."""
        newest = await self._house.moderation.rules.holding(community)
        if newest is None:
            return NONE
        try:
            text, version = newest.text, Version(str(newest.version))
            return self._kept.get(community, version, lambda: self._read(community, text))
        except NotTaken:
            return None

    def _read(self, community: CommunityId, text: str) -> RuleSet:
        found = read_rules(text)
        self._quotas[community] = found.quotas
        return found

    def sent_by(self, person: PersonId, community: CommunityId) -> tuple[Sent, ...]:
        return tuple(self._sent.get((person, community), ()))

    def most_waiting(self, message: Message) -> int | None:
        """By the quotas of the community whose rules hold, once they are known; None: no bound."""
        author = message.author
        quotas = self._quotas.get(sponsor_of(author.id, message.room, self._house), ())
        return quota_of(quotas, author.roles, author.power_level).waiting or None

    async def not_now(self, scene: Scene, habits: Habits, now: float, *, is_in: bool) -> Text:
        """What the operator's lists, or for who is in the community's quotas, say to one more
        message; empty: nothing."""
        community, author = scene.community.id, scene.message.author
        if not habits.serves(community):
            return NOT_SERVED
        quotas = self._quotas.get(community, ())
        if not is_in or not quotas:
            return SILENCE
        used = await self._used.by(author.id, community, now)
        by_all = await self._used.by_all(community, now, but=author.id)
        own, general = quota_of(quotas, author.roles, author.power_level), quota_for_all(quotas)
        return used_up(own, used, general, by_all, now)

    def bill(self, scene: Scene) -> Bill:
        """Of a reply that begins now."""
        return Bill(partial(self._used.spend, scene.message.author.id, scene.community.id))

    async def carry_out(self, decision: Decision, facts: Facts, scene: Scene) -> None:
        """Of a message that is new, before anything is said: cases, with what follows from each
        (SAFETY M2), and counts. A dry run is counted and nothing else (M3)."""
        await self._note(facts, scene)
        spoke = [one for one in decision.rulings if one.counts and one.rule]
        if not spoke and not decision.dry:
            return
        moderation, day = self._house.moderation, datetime.fromtimestamp(facts.now, UTC).date()
        community = scene.community.id
        for is_dry, rulings in ((False, spoke), (True, decision.dry)):
            for rule in sorted({one.rule for one in rulings}):
                await moderation.rules.count(community, day.isoformat(), rule, is_dry=is_dry)
        for ruling in spoke:
            await self._write_case(ruling, facts, scene)
        await mask_kept(scene, facts, decision)
        if scene.vault and any(one.action is Action.REVOKE for one in spoke):
            await scene.vault.end_session(facts.now)

    async def count_written(self, spoke: Sequence[Ruling], scene: Scene, now: float) -> None:
        """What rules did to the engine's words: it counts against nobody, and by day all the same."""
        day, rules = (
            datetime.fromtimestamp(now, UTC).date().isoformat(),
            self._house.moderation.rules,
        )
        for one in spoke:
            await rules.count(scene.community.id, day, one.rule, is_dry=one.is_dry)

    async def _write_case(self, ruling: Ruling, facts: Facts, scene: Scene) -> None:
        moderation, account = self._house.moderation, scene.message.author.id
        message = blake2s(scene.nonce.encode(), digest_size=8).digest()
        if await moderation.strikes.has_hit(account, scene.community.id, ruling.rule, message):
            return
        if ruling.action is Action.STEER:
            # Nothing is done to anybody, so there is nothing to appeal against; it counts all the same.
            await moderation.strikes.hit(
                account, scene.community.id, ruling.rule, facts.now, message
            )
            return
        until = facts.now + 60.0 * ruling.minutes if ruling.action is Action.PAUSE else None
        case = await moderation.cases.open(
            NewCase(
                scene.community.id,
                ruling.rule,
                # That decided it: by now another may hold.
                int(ruling.version),
                name(ruling.action),
                facts.now,
                account,
                until=until,
                is_direct=scene.message.room.is_direct,
                hold=_HOLDS.get(ruling.action),
                hits=(ruling.rule,),
                message=message,
            )
        )
        await tell_of(case, scene, self._house)

    async def _note(self, facts: Facts, scene: Scene) -> None:
        person, community = key = scene.message.author.id, scene.community.id
        if self._quotas.get(community) and facts.consented and not facts.not_now:
            await self._used.note(person, community, facts.now)
        sent = self._sent.setdefault(key, deque(maxlen=MOST_SENT))
        sent.append(Sent(facts.now, digest(facts.text, self.key)))
        self._sent.move_to_end(key)
        while len(self._sent) > PEOPLE:
            self._sent.popitem(last=False)


def masked(scene: Scene, facts: Facts, decision: Decision) -> Scene:
    """What a rule masks is read by nobody from here on, the engine included."""
    if not decision.masks or facts.rules is None:
        return scene
    text = mask_all(scene.message.text, facts.rules, decision.masks, facts.judged)
    return replace(scene, message=replace(scene.message, text=text))


async def mask_kept(scene: Scene, facts: Facts, decision: Decision) -> Scene:
    """The same in the vault, where the message is kept."""
    hidden = masked(scene, facts, decision)
    if scene.vault and scene.turn is not None and decision.masks:
        await scene.vault.revise_turn(scene.turn, hidden.message.text, facts.now)
    return hidden


def member_of(strikes: Strikes) -> Member:
    """What is held against a person: of several pauses, policy takes the one that ends last."""
    shut = (HoldKind.REVOKED, HoldKind.BLOCK)
    return Member(
        hits=strikes.hits,
        pauses=tuple(
            Pause(hold.at, hold.until, hold.rule)
            for hold in strikes.holds
            if hold.kind is HoldKind.PAUSE and hold.until is not None
        ),
        is_revoked=any(hold.kind in shut for hold in strikes.holds),
        is_blocked=any(hold.kind is HoldKind.BLOCK for hold in strikes.holds),
        is_approved=strikes.approved,
    )
