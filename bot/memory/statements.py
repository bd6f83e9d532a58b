"""Which sentences of a message are the person's own plain statements. Pure.

Not theirs: what stands in quotation marks, between asterisks, in code, behind somebody's name or in
a quotation of another message. Not plain: questions, conditions, wishes, stories, hearsay.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.memory.phrases import LANGUAGES
from bot.memory.readers import plain, readers

LONGEST_TEXT = 4000
ENDS = " .!?…。！？~'’"
_BARRIER = "\x00"
_NOT_THEIRS = re.compile(
    r"```.*?```|`[^`\n]*`|^\s*>.*?$|^\s*\w[\w ]{0,20}:\s.*?$|\*[^*\n]+\*|_[^_\n]+_|\"[^\"\n]*\"|“[^”]*”|„[^“”]*[“”]"
    r"|«[^»]*»|»[^«]*«|「[^」]*」|『[^』]*』|‘[^’\n]*’(?!\w)|(?<!\w)'[^'\n]*'(?!\w)|https?://\S+",
    re.MULTILINE | re.DOTALL,
)
_SENTENCE = re.compile(r"(?:[^.!?…。！？\n\x00]|(?<=\d)\.(?=\s?\w)|\.(?=\w))+[.!?…。！？]*")
_DENIED = re.compile(
    r"\b(?:not|\w+n't|cannot|never|nor|nicht|kein\w*|nie|niemals|no|nunca|jamas|pas|plus|jamais|nao|sem)\b"
    r"|ない|ません|なかった"
)
_OF_SELF = re.compile(
    r"\b(?:i|i'\w+|my|me|mine|we|our|ich|mein\w*|mich|mir|wir|unser\w*|yo|mi|mis|me|soy|vivo|trabajo|tengo|estudio"
    r"|naci|llamo|gusta\w*|encanta\w*|je|j'\w+|mon|ma|mes|moi|nous|notre|eu|meu|meus|minha|minhas|sou|moro|gosto"
    r"|adoro|nasci|chamo|trabalho|tenho|estudo)\b|私|わたし|僕|ぼく|俺|うち|です|ます"
)
TO_YOU = re.compile(
    r"\b(?:you\w*|du|dir|dich|dein\w*|musst|sollst|tu|te|ti|tus|usted|debes|tienes|vous|toi|ton|ta|tes|votre|dois"
    r"|devez|voce\w*|teu|tua|deves|deve|tens)\b|あなた|君|従|べき|なければ|必ず|命令"
)
"""What somebody wants of whom they talk with."""
_LATIN_OR_KANA = re.compile(r"[a-z\u3040-\u30ff]")
_WHOM = re.compile(
    "|".join(
        rf"\b(?:{listed})\b" if name else listed
        for language in LANGUAGES
        for name, listed in (
            (language.begins, language.words["who"]),
            (language.begins, language.words["animal"]),
        )
    )
)


@dataclass(frozen=True, slots=True)
class Statement:
    clause: str
    is_denied: bool
    whom: str
    """The relation or the animal that is spoken of, folded."""


def theirs(text: str) -> str:
    """Folded sign for sign (`plain`), with all that is not theirs blotted out."""
    kept = _NOT_THEIRS.sub(lambda hit: _BARRIER * len(hit[0]), text[:LONGEST_TEXT])
    return plain(kept)


def sentences_in(folded: str) -> Iterator[tuple[int, int]]:
    """Where they stand; not the questions."""
    for sentence in _SENTENCE.finditer(folded):
        if not _asks(sentence[0]):
            yield sentence.span()


def statements_in(text: str) -> Iterator[Statement]:
    """Of themselves, in whatever language; nothing that asks for something to be remembered."""
    folded = theirs(text)
    for begin, end in sentences_in(folded):
        said = folded[begin:end]
        is_plain = not any(
            one.unreal.search(said) or one.remember.match(said.rstrip(ENDS)) for one in readers()
        )
        if is_plain and (_OF_SELF.search(said) or not _LATIN_OR_KANA.search(said)):
            whom = _WHOM.search(said)
            clause = " ".join(text[begin:end].split())
            yield Statement(clause, bool(_DENIED.search(said)), whom[0] if whom else "")


def _asks(sentence: str) -> bool:
    said = sentence.rstrip(" .!…。！")
    return said.endswith(("?", "？", "か")) or said.lstrip().startswith("¿")
