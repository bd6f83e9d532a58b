"""A text and a language -> the words. One .po file for each language lies beside this file, and is
read when the first person of that language is spoken to.

It does not know who is spoken to. What has no translation is said in English.
"""

import logging
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from string import Formatter
from types import MappingProxyType

from bot.text import Text

log = logging.getLogger(__name__)

_ENGLISH: Mapping[str, str] = MappingProxyType({})


def say(text: Text, language: str) -> str:
    if text.parts:
        return text.between.join(say(part, language) for part in text.parts)
    if not text.template:
        return str(text)
    template = catalogue(language).get(text.template, text.template)
    if not text.values:
        return template
    values = {
        name: say(value, language) if isinstance(value, Text) else value
        for name, value in text.values.items()
    }
    return template.format(**values)


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """English template -> the same in this language. Nothing that a person could fail to get: a
    damaged file or sentence is passed over, since an answer in English is better than none."""
    if language == "en":
        return _ENGLISH
    # Imported with the first catalogue: a start in English does without it.
    import polib  # noqa: PLC0415 - see above

    try:
        entries = polib.pofile(files(__package__).joinpath(f"{language}.po").read_text("utf-8"))
    except (OSError, ValueError) as error:
        log.warning("the catalogue %s.po cannot be read: %s", language, type(error).__name__)
        return _ENGLISH
    return {
        entry.msgid: entry.msgstr
        for entry in entries
        if entry.translated() and placeholders(entry.msgstr) == placeholders(entry.msgid)
    }


def placeholders(template: str) -> frozenset[str] | None:
    """None for what is no template."""
    try:
        return frozenset(name for _, name, _, _ in Formatter().parse(template) if name is not None)
    except ValueError:
        return None
