"""Which accounts are one person, whose guest each is, and the codes that join them. SQL only.

A person is called by the account whose vault it is; every other account of theirs has a row that
says so. It is all read at the start and after each change, so that a message costs no look-up.
"""

import hmac
import secrets
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from bot.events import CommunityId, PersonId
from bot.store import ages, people
from bot.store.people import Place

CODE_S = 600.0
MOST_TRIES = 5
# Without I, L, O and U: nothing that is read as something else.
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_AS_READ = str.maketrans({"I": "1", "L": "1", "O": "0", "-": None, " ": None})
_HANDLE, _SECRET = 4, 8


@dataclass(frozen=True, slots=True)
class Unmerged:
    """The vault that an account had before it was joined."""

    place: Place
    account: PersonId


@dataclass(frozen=True, slots=True)
class Accounts:
    persons: Mapping[PersonId, PersonId] = field(default_factory=dict)
    """Of those accounts that are not called like their person."""
    together: Mapping[PersonId, tuple[PersonId, ...]] = field(default_factory=dict)
    """The accounts of each person who has several, the one with the vault first."""
    sponsors: Mapping[PersonId, CommunityId] = field(default_factory=dict)
    """Whose guest an account has chosen to be."""
    unmerged: Mapping[PersonId, tuple[Unmerged, ...]] = field(default_factory=dict)
    """Vaults whose contents are still to go into their person's."""

    def person_of(self, account: PersonId) -> PersonId:
        return self.persons.get(account, account)

    def of(self, account: PersonId) -> tuple[PersonId, ...]:
        person = self.person_of(account)
        return self.together.get(person, (person,))


@dataclass(frozen=True, slots=True)
class Code:
    """A handle, by which a row is found, and a secret, which may be tried a few times only."""

    handle: str
    secret: str

    def __str__(self) -> str:
        text = self.handle + self.secret
        return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def draw_code() -> Code:
    text = "".join(secrets.choice(_SIGNS) for _ in range(_HANDLE + _SECRET))
    return Code(text[:_HANDLE], text[_HANDLE:])


def read_code(typed: str) -> Code:
    """Whatever was typed: what is no code is found nowhere."""
    text = typed[:64].upper().translate(_AS_READ)
    return Code(text[:_HANDLE], text[_HANDLE:])


def load(db: sqlite3.Connection) -> Accounts:
    rows = db.execute("SELECT account, person FROM accounts ORDER BY rowid").fetchall()
    persons = {PersonId(account): PersonId(person) for account, person in rows}
    together: dict[PersonId, tuple[PersonId, ...]] = {}
    for account, person in persons.items():
        together[person] = (*together.get(person, (person,)), account)
    unmerged: dict[PersonId, tuple[Unmerged, ...]] = {}
    lying = db.execute("SELECT person, account, id, wrapped FROM unmerged ORDER BY rowid")
    for person, account, id_, wrapped in lying.fetchall():
        one = Unmerged(Place(id_, bytes(wrapped)), PersonId(account))
        unmerged[person] = (*unmerged.get(person, ()), one)
    chosen = db.execute("SELECT account, sponsor FROM guests").fetchall()
    sponsors = {PersonId(account): CommunityId(sponsor) for account, sponsor in chosen}
    return Accounts(persons, together, sponsors, unmerged)


def choose_sponsor(db: sqlite3.Connection, account: PersonId, sponsor: CommunityId) -> None:
    db.execute("INSERT OR REPLACE INTO guests (account, sponsor) VALUES (?, ?)", (account, sponsor))


# --- Codes -------------------------------------------------------------------------------------


def keep_code(
    db: sqlite3.Connection, pepper: bytes, account: PersonId, code: Code, now: float
) -> None:
    """In place of the one that this account had; only its keyed hash is kept."""
    _drop_old(db, now)
    db.execute("DELETE FROM codes WHERE account = ?", (account,))
    db.execute(
        "INSERT OR REPLACE INTO codes (handle, secret, account, at, tries) VALUES (?, ?, ?, ?, 0)",
        (_sealed(pepper, code.handle), _sealed(pepper, code.secret), account, now),
    )


def shown_by(db: sqlite3.Connection, pepper: bytes, code: Code, now: float) -> PersonId | None:
    """Who shows this code. A wrong secret is counted, and too many of them end the code."""
    _drop_old(db, now)
    handle = _sealed(pepper, code.handle)
    row = db.execute("SELECT secret, account FROM codes WHERE handle = ?", (handle,)).fetchone()
    if row is None:
        return None
    if hmac.compare_digest(bytes(row[0]), _sealed(pepper, code.secret)):
        return PersonId(row[1])
    db.execute("UPDATE codes SET tries = tries + 1 WHERE handle = ?", (handle,))
    db.execute("DELETE FROM codes WHERE handle = ? AND tries >= ?", (handle, MOST_TRIES))
    return None


def _sealed(pepper: bytes, part: str) -> bytes:
    return hmac.digest(pepper, f"link code {part}".encode("utf-8", "replace"), "sha256")


def _drop_old(db: sqlite3.Connection, now: float) -> None:
    """Also those of the future: a clock that was set back lengthens nothing."""
    db.execute("DELETE FROM codes WHERE at > ? OR at <= ?", (now, now - CODE_S))


# --- Joining and parting -----------------------------------------------------------------------

Who = Callable[[PersonId], bytes]


def join(db: sqlite3.Connection, who: Who, shower: PersonId, typer: PersonId) -> bool:
    """From this commit on both are one person, called as the one who showed the code is. What lay
    in the other's vault is merged before anybody can open theirs. False where there is no vault,
    or they are one already."""
    accounts = load(db)
    person, other = accounts.person_of(shower), accounts.person_of(typer)
    if person == other or people.vault_of(db, person) is None:
        return False
    db.execute("DELETE FROM codes WHERE account IN (?, ?)", (shower, typer))
    both = (*accounts.of(person), *accounts.of(other))
    _lock_all(db, [who(one) for one in both])
    ages.unite(db, who(person), who(other), both)
    _move_vault(db, person, other)
    db.execute("UPDATE accounts SET person = ? WHERE person = ?", (person, other))
    db.execute("INSERT INTO accounts (account, person) VALUES (?, ?)", (other, person))
    return True


def part(db: sqlite3.Connection, who: Who, account: PersonId) -> tuple[PersonId, ...]:
    """Those that are on their own from now on: this one, or, where it has the vault, all others.
    A lock stays on each (SAFETY A2); nothing else goes with them, and of their ages what stays
    with the vault is its owner's word alone (A4)."""
    accounts = load(db)
    person = accounts.person_of(account)
    parted = (account,) if account != person else accounts.of(person)[1:]
    if parted:
        ages.keep_own_word(db, who(person))
    for one in parted:
        db.execute("DELETE FROM accounts WHERE account = ?", (one,))
        db.execute("DELETE FROM guests WHERE account = ?", (one,))
        db.execute("DELETE FROM codes WHERE account = ?", (one,))
    return parted


def drop(db: sqlite3.Connection, person: PersonId) -> None:
    """Everything of theirs in here."""
    for account in load(db).of(person):
        db.execute("DELETE FROM accounts WHERE account = ?", (account,))
        db.execute("DELETE FROM guests WHERE account = ?", (account,))
        db.execute("DELETE FROM codes WHERE account = ?", (account,))
    db.execute("DELETE FROM unmerged WHERE person = ?", (person,))


def vaults_of(db: sqlite3.Connection, person: PersonId) -> tuple[str, ...]:
    """Their own, and those that have not been merged into it yet."""
    rows = db.execute(
        "SELECT id FROM vaults WHERE person = ?1 UNION ALL SELECT id FROM unmerged WHERE person = ?1",
        (person,),
    )
    return tuple(row[0] for row in rows.fetchall())


def merged(db: sqlite3.Connection, vaults: Iterable[str]) -> None:
    db.executemany("DELETE FROM unmerged WHERE id = ?", [(vault,) for vault in vaults])


def _lock_all(db: sqlite3.Connection, whos: list[bytes]) -> None:
    """The code and the time of the first that is found."""
    for who in whos:
        found = db.execute("SELECT code, at FROM locks WHERE who = ?", (who,)).fetchone()
        if found is not None:
            for one in whos:
                people.lock(db, one, found[0], found[1])
            return


def _move_vault(db: sqlite3.Connection, person: PersonId, other: PersonId) -> None:
    db.execute("UPDATE unmerged SET person = ? WHERE person = ?", (person, other))
    db.execute(
        """INSERT INTO unmerged (id, person, account, wrapped)
        SELECT id, ?, person, wrapped FROM vaults WHERE person = ?""",
        (person, other),
    )
    # Its waiting messages are among those that the next start looks for.
    db.execute(
        "UPDATE vaults SET open = 1 WHERE person = ? AND EXISTS "
        "(SELECT 1 FROM vaults WHERE person = ? AND open = 1)",
        (person, other),
    )
    # What they wished to be kept for how long is looked at with what is now in one place.
    db.execute("UPDATE vaults SET look_at = 0 WHERE person = ?", (person,))
    db.execute("DELETE FROM vaults WHERE person = ?", (other,))
    times = db.execute("SELECT min(at) FROM alarms WHERE person IN (?, ?)", (person, other))
    if (at := times.fetchone()[0]) is not None:
        people.set_alarm(db, person, at)
    db.execute("DELETE FROM alarms WHERE person = ?", (other,))
