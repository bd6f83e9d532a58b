"""What has been computed, for whom, and where it is held, so that nothing is computed twice.

A sequence of the model belongs to one key until it is given to another; what it holds is then
copied into the states, and comes back when that key does. Nobody's prompt ever begins with tokens
that were computed for somebody else, except a persona's card, which holds nothing of anybody.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from mmap import mmap
from typing import Protocol

from bot.engine.wire import Cuts
from bot.engine.worker.prefix import Tokens, common, tokens
from bot.engine.worker.states import Card, Kept, States


class Sequences(Protocol):
    """What is asked of the model's memory; `context.Context` in earnest."""

    def trim(self, sequence: int, length: int) -> int: ...

    def state_bytes(self, sequence: int) -> int: ...

    def save(self, sequence: int) -> mmap | None: ...

    def restore(self, sequence: int, state: mmap) -> bool: ...


@dataclass(slots=True, eq=False)
class Slot:
    """One sequence of the model."""

    number: int
    key: str | None = None
    adapter: str | None = None
    """What its tokens were computed with."""
    tokens: Tokens = field(default_factory=tokens)
    """What is computed and held, from the first position on."""
    busy: bool = False
    used: int = 0
    """When it was taken last, counted in takings."""
    solid: int = 0
    """How many tokens at the beginning cannot be cut into."""
    kept: bool = False
    """Whether a copy of it as it is now lies in the states."""

    def grow(self, ids: Tokens) -> None:
        self.tokens += ids
        self.kept = False


@dataclass(frozen=True, slots=True)
class _Wanted:
    ids: Tokens
    goes_on: bool


class Holding:
    def __init__(self, model: Sequences, count: int, states: States, cuts: Cuts) -> None:
        self._model = model
        self._states = states
        self._cuts = cuts
        self.slots = [Slot(number) for number in range(count)]
        self._takings = 0

    def take(
        self, key: str, ids: Tokens, card: int, adapter: str | None, *, goes_on: bool
    ) -> Slot | None:
        """A sequence that holds the longest known beginning of these tokens; None while none idles.

        Where the talk is to go on from here (`goes_on`), the last token is never part of it: what
        follows is only known from computing it. Elsewhere more may be held than was asked for.
        One key has one sequence, so None also while this key's is busy.
        """
        slot = self._own(key) or self._idle()
        if slot is None or slot.busy:
            return None
        self._takings += 1
        slot.busy, slot.used = True, self._takings
        # Before another is put away: the room for it may be made by dropping just these.
        kept = self._find(key, Card(tuple(ids[:card]), adapter))
        if slot.key != key:
            self._put_away(slot)
            slot.key = key
        if slot.adapter != adapter:
            self.clear(slot)
            slot.adapter = adapter
        self._bring_beginning(slot, kept, _Wanted(ids, goes_on))
        return slot

    def leave(self, slot: Slot) -> None:
        slot.busy = False

    def holds(self, name: str | Card) -> bool:
        """Whether anything is there of this key, or this card."""
        return self._states.holds(name) or any(slot.key == name for slot in self.slots)

    def keep_card(self, slot: Slot, card: Card) -> None:
        """The sequence holds this card and nothing else yet."""
        self._copy(slot, card)

    def clear(self, slot: Slot) -> None:
        """Also where what it holds can no longer be trusted, or is not known."""
        self._model.trim(slot.number, 0)
        slot.tokens, slot.solid, slot.kept = tokens(), 0, False

    def forget(self, key: str) -> None:
        slot = self._own(key)
        if slot is not None:
            self.clear(slot)
            slot.key = None
        self._states.drop(key)

    def copy_ahead(self) -> bool:
        """Copies one idle conversation while nobody waits, so that giving its sequence away costs
        nothing later. False when there is nothing to do, which also holds while a sequence is free.
        """
        if any(slot.key is None for slot in self.slots):
            return False
        idle = [slot for slot in self.slots if not slot.busy and not slot.kept and slot.tokens]
        # Half of them: those who talk now would only have to be copied again.
        idle.sort(key=lambda slot: slot.used)
        oldest = [slot for slot in idle if self._rank(slot) < (len(self.slots) + 1) // 2]
        return bool(oldest) and self._copy(oldest[0], oldest[0].key or "")

    def _rank(self, slot: Slot) -> int:
        return sum(other.used < slot.used for other in self.slots)

    def _own(self, key: str) -> Slot | None:
        return next((slot for slot in self.slots if slot.key == key), None)

    def _idle(self) -> Slot | None:
        """A free one, or else the neighbour of one that works: llama.cpp computes neighbours
        together. Of those, rather one that is copied already, and the least used.
        """
        busy = {slot.number for slot in self.slots if slot.busy}

        def cost(slot: Slot) -> tuple[bool, bool, bool, int]:
            alone = busy.isdisjoint((slot.number - 1, slot.number + 1))
            uncopied = bool(slot.tokens) and not slot.kept
            return slot.key is not None, alone, uncopied, slot.used

        return min((slot for slot in self.slots if not slot.busy), key=cost, default=None)

    def _put_away(self, slot: Slot) -> None:
        if slot.key is not None and slot.tokens and not slot.kept:
            self._copy(slot, slot.key)
        self.clear(slot)

    def _copy(self, slot: Slot, name: str | Card) -> bool:
        fits = self._states.make_room(name, self._model.state_bytes(slot.number))
        state = self._model.save(slot.number) if fits else None
        if state is not None:
            self._states.keep(name, slot.tokens, slot.adapter, state)
        # Also where it does not fit: trying again would not help.
        slot.kept = slot.kept or name == slot.key
        return state is not None

    def _find(self, *names: str | Card) -> list[tuple[str | Card, Kept]]:
        found = [(name, self._states.find(name)) for name in names]
        return [(name, kept) for name, kept in found if kept is not None]

    def _bring_beginning(
        self, slot: Slot, found: Sequence[tuple[str | Card, Kept]], wanted: _Wanted
    ) -> None:
        """The longest of: what the sequence holds, what was put away, the card's copy."""
        here = self._usable(slot.tokens, slot.solid, wanted)
        best: tuple[str | Card, Kept] | None = None
        for name, kept in found:
            length = self._usable(kept.tokens, self._solid(kept), wanted)
            if length > here and kept.adapter == slot.adapter:
                here, best = length, (name, kept)
        if best is not None and not self._restore(slot, *best):
            here = 0
        if here < len(slot.tokens):
            left = self._model.trim(slot.number, here)
            del slot.tokens[left:]
            slot.kept = False

    def _usable(self, held: Tokens, solid: int, wanted: _Wanted) -> int:
        shared = common(held, wanted.ids)
        if shared == len(wanted.ids):
            if not wanted.goes_on:
                return len(held)
            shared -= 1
        if shared == len(held) or (shared >= solid and self._cuts != "never"):
            return shared
        return 0

    def _solid(self, kept: Kept) -> int:
        """How much of a copy cannot be cut into."""
        return 0 if self._cuts == "anywhere" else len(kept.tokens)

    def _restore(self, slot: Slot, name: str | Card, kept: Kept) -> bool:
        self.clear(slot)
        if not self._model.restore(slot.number, kept.state):
            return False
        slot.tokens, slot.solid = kept.tokens[:], self._solid(kept)
        if name == slot.key:
            # What goes on growing here is put away anew; two copies would be one too many.
            self._states.drop(name)
        return True
