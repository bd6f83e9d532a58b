"""Topics that come along, by the cheap layers: lists, patterns and the classifier.

Each says surely, perhaps or no. Who is asked where it is perhaps is for `question.py`; what
follows is for others.
"""

import tomllib
from collections.abc import Callable, Mapping
from enum import IntEnum
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType

from bot.policy.classifier import looks_sexual, marks, scores
from bot.policy.community.checks import Topic, Words
from bot.policy.community.finding import Finder
from bot.policy.cues import is_sexual
from bot.policy.matching import for_now, pattern, views
from bot.policy.words import COURTING, ROMANTIC


class Heard(IntEnum):
    NO = 0
    PERHAPS = 1
    SURELY = 2


def heard(text: str, topic: Topic) -> Heard:
    listed = _listed(text)
    if (topic, Heard.SURELY) in listed or _MORE.get(topic, _no)(text):
        return Heard.SURELY
    return Heard.PERHAPS if (topic, Heard.PERHAPS) in listed else Heard.NO


# --- Below ------------------------------------------------------------------------------------


@for_now
def _listed(text: str) -> frozenset[tuple[Topic, Heard]]:
    finder, meanings = _finder()
    return frozenset(meanings[place] for place in finder.rules(text))


@lru_cache(maxsize=1)
def _finder() -> tuple[Finder, tuple[tuple[Topic, Heard], ...]]:
    """Every topic's lists, as the rules of nobody."""
    told = tomllib.loads(files("bot.policy").joinpath("data/topics.toml").read_text("utf-8"))
    meanings = [(topic, sure) for topic in Topic for sure in (Heard.SURELY, Heard.PERHAPS)]
    keys = {Heard.SURELY: "sure", Heard.PERHAPS: "maybe"}
    checks = [Words(tuple(told[topic.value][keys[sure]])) for topic, sure in meanings]
    return Finder(enumerate(checks)), tuple(meanings)


def _no(text: str) -> bool:
    del text
    return False


@for_now
def _sexual(text: str) -> bool:
    return looks_sexual(text) or any(is_sexual(view) for view in views(text))


@for_now
def _romance(text: str) -> bool:
    return any(ROMANTIC.found(view) or COURTING.found(view) for view in views(text))


@for_now
def _self_harm(text: str) -> bool:
    return scores(text).self_harm >= marks().self_harm


@for_now
def _personal(text: str) -> bool:
    return any(_PERSONAL.search(view) for view in views(text)[:1]) or _has_card(text)


@for_now
def _contact(text: str) -> bool:
    return any(_CONTACT.search(view) for view in views(text)[:1])


_MORE: Mapping[Topic, Callable[[str], bool]] = MappingProxyType(
    {
        Topic.SEXUAL: _sexual,
        Topic.ROMANCE: _romance,
        Topic.SELF_HARM: _self_harm,
        Topic.PERSONAL_DATA: _personal,
        Topic.CONTACT: _contact,
    }
)

_MAIL = r"[\w.+-]+@[\w-]+\.[\w.-]+"
_PHONE = r"(?:^|[^\d.])(?:\+|00)\d{1,3}[ ./-]?(?:\d[ ./-]?){6,12}\d|(?:^|[^\d.,])0\d{2,4}[ /-](?:\d[ -]?){5,9}\d"
_IBAN = r"\b[a-z]{2}\d{2}(?: ?[a-z0-9]{4}){3,7}\b"
_PERSONAL = pattern(_MAIL, _PHONE, _IBAN)
_CONTACT = pattern(_MAIL, _PHONE)
_CARD = pattern(r"\b\d(?:[ -]?\d){12,18}\b")


def _has_card(text: str) -> bool:
    digits = (
        [int(sign) for sign in hit.group() or "" if sign.isdecimal()]
        for hit in _CARD.finditer(views(text)[0])
    )
    return any(_luhn(number) for number in digits)


def _luhn(digits: list[int]) -> bool:
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
