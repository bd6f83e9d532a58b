"""The languages in which the bot itself can speak, and what people call them.

A language is here once it has a catalogue beside this file. What is said stands in the catalogues.
"""

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

LANGUAGES: Mapping[str, str] = MappingProxyType(
    {
        "en": "English",
        "de": "Deutsch",
        "fr": "Français",
        "es": "Español",
        "pt": "Português",
        "ja": "日本語",
    }
)
"""By its code, each as it calls itself."""

_LONGEST = 40
_CALLED = {
    "en": "english englisch anglais inglés inglês 英語 eng",
    "de": "german deutsch allemand alemán alemão ドイツ語 ger deu",
    "fr": "french französisch franzoesisch français francés francês フランス語 fre fra",
    "es": "spanish spanisch espagnol español espanhol castellano スペイン語 spa",
    "pt": "portuguese portugiesisch portugais portugués português brasileiro ポルトガル語 por",
    "ja": "japanese japanisch japonais japonés japonês 日本語 にほんご nihongo jpn",
}


def name_language(typed: str) -> str | None:
    """The code of what a person or a platform calls a language: `Deutsch`, `german`, `de-AT`."""
    name = _folded(typed[:_LONGEST])
    return _BY_NAME.get(name) or _BY_NAME.get(name.replace("_", "-").split("-")[0])


def first_known(*said: str | None) -> str:
    """The first of these that the bot can speak; English where it speaks none."""
    known = (name_language(one) for one in said if one)
    return next((code for code in known if code), "en")


def list_languages() -> str:
    return ", ".join(LANGUAGES.values())


def _folded(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.casefold())
    seen = (sign for sign in letters if unicodedata.category(sign) not in ("Mn", "Cf", "Cc"))
    return "".join(seen).strip(" .!\"'`")


_BY_NAME = {
    _folded(name): code for code, called in _CALLED.items() for name in (code, *called.split())
}
