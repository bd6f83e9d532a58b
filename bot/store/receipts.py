"""What erasing did, in words for the person (INVARIANT I6). No SQL."""

from bot.events import PersonId
from bot.store.people import Traces
from bot.store.rows import Receipt
from bot.text import Text


def receipt(person: PersonId, traces: Traces, accounts: int) -> Receipt:
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
    if accounts > 1:
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
    return Receipt(person=person, gone=tuple(gone), stays=tuple(stays))
