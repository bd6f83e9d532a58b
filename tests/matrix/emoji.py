"""Two devices compare emoji (SAS, by to-device messages), one side of it each.

nio speaks this much: `start`, `accept`, `key`, `mac`, `cancel`. What Element begins with
(`m.key.verification.request`, in the room or to the device) it does not know.
"""

from dataclasses import dataclass
from typing import Any

import nio

from tests.matrix.person import Person, fine


@dataclass(frozen=True, slots=True)
class Comparison:
    person: Person
    sas: Any
    """nio's side of it, which nio itself forgets when it is over."""

    @property
    def transaction(self) -> str:
        return str(self.sas.transaction_id)

    async def emoji(self) -> list[str]:
        """The seven that are to be compared, as soon as both sides know them."""
        await self.person.until(lambda: self.sas.established_sas, "the emoji of a verification")
        return [sign for sign, _ in self.sas.get_emoji()]

    async def confirm(self) -> None:
        """They are the same."""
        fine(await self.person.client.confirm_short_auth_string(self.transaction))

    async def refuse(self) -> None:
        """They are not the same."""
        fine(await self.person.client.cancel_key_verification(self.transaction, reject=True))

    async def agreed(self) -> None:
        """Waits until both have confirmed; then the other device is trusted."""
        await self.person.until(lambda: self.sas.verified, "that both sides confirm")

    async def cancelled(self) -> str:
        """Waits until the other side ends it; gives its reason (nio's own says `m.user` always)."""

        def said() -> list[str]:
            there = [e for e in self.person.to_device if isinstance(e, nio.KeyVerificationCancel)]
            return [str(e.code) for e in there if e.transaction_id == self.transaction]

        return (await self.person.until(said, "the end of a verification"))[0]


async def begin_emoji(person: Person, other: str, device: str) -> Comparison:
    """Asks a device to compare emoji."""
    known = person.client.device_store[other][device]
    fine(await person.client.start_key_verification(known))
    [sas] = [one for one in person.client.key_verifications.values() if one.we_started_it]
    return Comparison(person, sas)


async def accept_emoji(person: Person) -> Comparison:
    """Waits to be asked, and agrees to compare."""

    def asked() -> Any:
        return [one for one in person.to_device if isinstance(one, nio.KeyVerificationStart)]

    [begun] = await person.until(asked, "a verification to answer")
    fine(await person.client.accept_key_verification(begun.transaction_id))
    return Comparison(person, person.client.key_verifications[begun.transaction_id])
