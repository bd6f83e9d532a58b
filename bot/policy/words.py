"""The word lists of `data/words.toml`, read once. What they are used for is the rules' business."""

import tomllib
from importlib.resources import files

from bot.policy.matching import WordList, word_list


def _read(group: str) -> WordList:
    return word_list(_GROUPS[group]["words"])


_GROUPS = tomllib.loads(files("bot.policy").joinpath("data/words.toml").read_text("utf-8"))

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
