"""How people say what is to be known of them, in six languages: data.

A line is `slot kind: pattern`, and the first of a clause counts for its slot. Patterns are read
against the beginning of a clause in small letters without accents; `v` is the value, `who` its
subject. Kinds say what may be a value (`rules`): a `name` or `place`, or `Name` and `Place` with a
capital letter; a `thing`, a `date`, or the `whole` clause. Behind the slot stands `-` where
something is disliked, `!` where it holds no longer.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    phrases: str
    words: dict[str, str]
    """For {who}, {animal}, {job} and {soon} in the phrases."""
    before: str
    """What may stand before a phrase in its clause."""
    joints: str
    """Words that begin another clause, each before a word that begins a sentence."""
    begins: str
    unreal: str
    """Of a sentence with one of these nothing is known: conditions, wishes, stories, hearsay."""
    until: str
    """Words behind a value that are none of it."""
    no_value: str
    """No value begins with one of these."""
    passing: str
    """Of what is of this moment only: nobody's taste has one of these words in it."""
    remember: str
    """Asks for something to be remembered."""
    mine: str
    """How somebody begins to speak of themselves."""
