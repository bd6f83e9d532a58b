"""What the bot says, as a value: English that remembers how it was made, so that it can be said in
another language at the one place where it leaves (`bot/speech.py`).

It knows no other language and no person. To policy, commands and tests a `Text` is its English.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Self

_NONE: Mapping[str, object] = MappingProxyType({})


class Text(str):
    """`Text("…")` stands around a sentence as it is written in the code, and nowhere else: the
    catalogues are made of these. Whatever else is done with it gives a plain `str`, which the type
    checker refuses where something is said."""

    __slots__ = ("between", "parts", "template", "values")

    template: str
    """What the catalogues know it by; empty where there is nothing to translate."""
    values: Mapping[str, object]
    parts: tuple["Text", ...]
    """Of several that are said one after the other."""
    between: str

    def __new__(
        cls,
        english: str,
        *,
        template: str | None = None,
        values: Mapping[str, object] = _NONE,
        parts: tuple["Text", ...] = (),
        between: str = "",
    ) -> Self:
        text = super().__new__(cls, english)
        text.template = english if template is None else template
        text.values, text.parts, text.between = values, parts, between
        return text

    def format(self, *args: object, **values: object) -> "Text":
        """The sentence with its values: texts, which are translated too, or words and numbers,
        which are not."""
        assert self.template, "only a sentence has places for values"
        assert not self.values, "its places are filled already"
        return Text(self.template.format(*args, **values), template=self.template, values=values)


def verbatim(words: str) -> Text:
    """What is the same in every language: a name, what somebody wrote, a file."""
    return Text(words, template="")


def lines(*texts: Text) -> Text:
    return _join(texts, "\n")


def paragraphs(*texts: Text) -> Text:
    return _join(texts, "\n\n")


def _join(texts: tuple[Text, ...], between: str) -> Text:
    return Text(between.join(texts), template="", parts=texts, between=between)


SILENCE = verbatim("")
