"""The word lists of all languages, read once. What they are used for is the rules' business.

English stands in `data/words.toml`, each further language in its own `data/tongue_*.toml`. One
list holds all of them, because people mix languages, and because a word that means something
else in another language has no place in a list.
"""

import tomllib
from importlib.resources import files

from bot.policy.lists import WordList, word_list
from bot.policy.tongues import DATA


def _read(group: str) -> WordList:
    return word_list(word for words in (_ENGLISH, *DATA.values()) for word in words[group]["words"])


_ENGLISH = tomllib.loads(files("bot.policy").joinpath("data/words.toml").read_text("utf-8"))

SEXUAL = _read("sexual")
ROMANTIC = _read("romantic")
COURTING = _read("courting")
HARMLESS = _read("harmless")
CLINICAL = _read("clinical")
UNDER_18 = _read("under_18")
CHILDHOOD = _read("childhood")
INNOCENT = _read("innocent")


def without(view: str, harmless: WordList) -> str:
    """The view with these terms blanked, so that the words inside them are not found."""
    for start, end in harmless.find(view):
        view = view[:start] + "#" * (end - start) + view[end:]
    return view
