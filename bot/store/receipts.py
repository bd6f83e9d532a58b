"""What erasing did, in words for the person (INVARIANT I6). No SQL."""

from dataclasses import dataclass

from bot.events import PersonId
from bot.store import moderation, people
from bot.store.rows import Receipt
from bot.text import Text


@dataclass(frozen=True, slots=True)
class Erased:
    """What of a person was in the house."""

    traces: people.Traces
    moderated: moderation.Traces
    accounts: int


def receipt(person: PersonId, erased: Erased) -> Receipt:
    traces, moderated = erased.traces, erased.moderated
    gone: list[Text] = []
    stays: list[Text] = []
    if traces.vault is not None:
        gone.append(
            Text("Your vault, with everything said in it, its memory, your consents, and its key.")
        )
        stays.append(
            Text(
                "A random number, which says that some vault was erased, so that no backup brings it back."
            )
        )
    if erased.accounts > 1:
        gone.append(Text("That your accounts are one person; the vault was that of all of them."))
    if traces.age_records:
        gone.append(Text("What was recorded about your age."))
    if traces.attestations:
        gone.append(Text("What others wrote down when they spoke for your age."))
    if traces.unlocks:
        gone.append(Text("The record that a moderator once opened a lock of yours."))
    if traces.locked:
        stays.append(
            Text(
                "The under-18 lock: a code, a date and a keyed hash, from which nobody can read who you are."
            )
        )
    if moderated.cases:
        gone.append(Text("Whom cases of moderation were about, and what you attached to them."))
        stays.append(
            Text(
                "Those cases without you: what was done, when, and by which rule; nobody can read from them who you are."
            )
        )
    if moderated.is_held:
        stays.append(
            Text(
                "A pause, a door taken back or a block, for as long as it holds: a kind, an end and a keyed hash, from which nobody can read who you are."
            )
        )
    if moderated.done:
        gone.append(Text("Your name under what you did as a moderator; what was done stays."))
    return Receipt(person=person, gone=tuple(gone), stays=tuple(stays))
