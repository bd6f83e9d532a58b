"""personas/*.toml -> personas, checked at the start; docs/personas.md is the manual of the format.

Whatever is wrong becomes one PersonaError: one sentence with file, key, what was found, the mend.
"""

import re
import tomllib
import unicodedata
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from bot.clean import clean_text
from bot.engine.base import Sampling
from bot.events import Rating
from bot.personas.lore import fold
from bot.personas.persona import MACRO, Example, Lore, Persona, card_text, fill
from bot.personas.picture import read_picture
from bot.policy.cards import check_card

CARD_CHARS = 8000
"""Of the whole card text: about 2,000 tokens, half of a small model's context."""


class PersonaError(Exception):
    """One sentence: which file, which key, what was found, what would be right."""


def load_personas(folder: Path) -> dict[str, Persona]:
    """By id, in the order of their ids. Raises PersonaError at the first thing that is wrong."""
    try:
        # Editors leave hidden files behind while they work.
        paths = sorted(path for path in folder.glob("*.toml") if not path.name.startswith("."))
    except OSError as exc:
        raise PersonaError(f"{folder} cannot be read: {exc.strerror}.") from exc
    if not paths:
        raise PersonaError(f"{folder} holds no persona: put at least one .toml file there.")
    personas: dict[str, Persona] = {}
    for path in paths:
        persona = _load(path)
        for other in personas.values():
            if other.name.casefold() == persona.name.casefold():
                raise PersonaError(
                    f"{path}: name '{persona.name}' is taken by {other.id}.toml: choose another."
                )
        personas[persona.id] = persona
    return personas


# --- The file's shape ------------------------------------------------------------------------

_Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
_Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
_Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _ExampleTable(_Table):
    person: _Text
    persona: _Text


class _LoreTable(_Table):
    keys: Annotated[list[_Line], Field(min_length=1)]
    text: _Text


class _SamplingTable(_Table):
    temperature: Annotated[float, Field(ge=0, le=5, allow_inf_nan=False)] = 0.8
    top_k: Annotated[int, Field(ge=0, le=100_000)] = 40
    top_p: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)] = 0.95
    min_p: Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)] = 0.05
    repeat_penalty: Annotated[float, Field(ge=1, le=2, allow_inf_nan=False)] = 1.1
    repeat_last_n: Annotated[int, Field(ge=0, le=4096)] = 64
    presence_penalty: Annotated[float, Field(ge=-2, le=2, allow_inf_nan=False)] = 0.0
    frequency_penalty: Annotated[float, Field(ge=-2, le=2, allow_inf_nan=False)] = 0.0
    dry_multiplier: Annotated[float, Field(ge=0, le=5, allow_inf_nan=False)] = 0.0
    dry_base: Annotated[float, Field(ge=1, le=4, allow_inf_nan=False)] = 1.75
    dry_allowed_length: Annotated[int, Field(ge=1, le=100)] = 2
    xtc_probability: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.0
    xtc_threshold: Annotated[float, Field(ge=0, le=0.5, allow_inf_nan=False)] = 0.1
    logit_bias: dict[_Word, Annotated[float, Field(ge=-100, le=100, allow_inf_nan=False)]] = {}
    max_tokens: Annotated[int, Field(ge=16, le=8192)] = 256
    seed: Annotated[int, Field(ge=0, lt=2**32)] | None = None
    # Not stripped: a line break in a stop string is meant.
    stop: list[Annotated[str, Field(min_length=1, max_length=200)]] = []


class _PersonaFile(_Table):
    name: _Name
    tagline: _Line
    rating: Literal["general", "romance", "mature"]
    card: _Text
    voice: _Text
    greeting: _Text
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=400)] = ""
    adapter: _Line | None = None
    negotiates: bool = False
    avatar: _Line | None = None
    examples: list[_ExampleTable] = []
    lore: list[_LoreTable] = []
    sampling: _SamplingTable = _SamplingTable()


_TABLES: dict[str, type[_Table]] = {
    "": _PersonaFile,
    "[sampling]": _SamplingTable,
    "[[examples]]": _ExampleTable,
    "[[lore]]": _LoreTable,
}


# --- Reading one file ------------------------------------------------------------------------

_ID = re.compile(r"[a-z0-9-]{1,40}")


def _load(path: Path) -> Persona:
    if not _ID.fullmatch(path.stem):
        raise PersonaError(
            f"{path}: '{path.stem}' is no id: name the file with at most 40 of the characters a-z, 0-9, -."
        )
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as exc:
        raise PersonaError(f"{path} cannot be read: {exc.strerror}.") from exc
    except UnicodeDecodeError as exc:
        raise PersonaError(f"{path} is not UTF-8 text: save it as UTF-8.") from exc
    except tomllib.TOMLDecodeError as exc:
        raise PersonaError(f"{path} is not TOML: {exc}.") from exc
    try:
        file = _PersonaFile.model_validate(table)
    except ValidationError as exc:
        raise PersonaError(f"{path}: {_explain(exc)}") from exc
    if wrong := _find_wrong_text(file):
        raise PersonaError(f"{path}: {wrong}")
    try:
        picture = read_picture(path.parent, file.avatar) if file.avatar else None
    except ValueError as exc:
        raise PersonaError(f"{path}: avatar '{file.avatar}' {exc}.") from exc
    persona = replace(_build(path.stem, file), avatar=picture)
    if (found := len(card_text(persona))) > CARD_CHARS:
        raise PersonaError(
            f"{path}: card, voice and examples have {found:,} characters together: "
            f"shorten them to at most {CARD_CHARS:,}."
        )
    # SAFETY L2: a persona is held to the floor like everything else that is written.
    texts = [fill(text, char=file.name, user="") for _, text in _texts(file)]
    if verdict := check_card(persona.rating, texts):
        raise PersonaError(
            f"{path}: {verdict.say} ({verdict.rule}, SAFETY {verdict.number}): "
            "change the persona, no setting loosens this."
        )
    return persona


def _build(stem: str, file: _PersonaFile) -> Persona:
    # The persona's name is the same for everybody, so its macro is resolved once, here.
    def named(text: str) -> str:
        return fill(text, char=file.name, user="{{user}}")

    sampling = file.sampling.model_dump()
    return Persona(
        id=stem,
        name=file.name,
        tagline=named(file.tagline),
        rating=Rating[file.rating.upper()],
        card=named(file.card),
        voice=named(file.voice),
        greeting=named(file.greeting),
        examples=tuple(Example(named(e.person), named(e.persona)) for e in file.examples),
        lore=tuple(Lore(tuple(map(fold, e.keys)), named(e.text)) for e in file.lore),
        note=named(file.note),
        sampling=Sampling(
            **{
                **sampling,
                "stop": tuple(sampling["stop"]),
                "logit_bias": tuple(sampling["logit_bias"].items()),
            }
        ),
        adapter=file.adapter,
        negotiates=file.negotiates,
    )


def _explain(exc: ValidationError) -> str:
    """The first thing wrong. A key in the wrong place also leaves one missing: the key is named."""
    errors = exc.errors(include_url=False)
    first = next((e for e in errors if e["type"] == "extra_forbidden"), errors[0])
    key = _dotted(first["loc"])
    match first["type"]:
        case "extra_forbidden":
            return _explain_key(first["loc"])
        case "missing":
            return f"'{key}' is missing: add it."
        case "string_too_short" | "too_short":
            return f"'{key}' is empty: fill it in."
        case "string_too_long":
            found, most = len(first["input"].strip()), first["ctx"]["max_length"]
            return f"'{key}' has {found:,} characters: shorten it to at most {most:,}."
        case _:
            wanted = first["msg"].removeprefix("Input should be ")
            return f"'{key}' is {_short(first['input'])}: it should be {wanted}."


def _explain_key(loc: tuple[int | str, ...]) -> str:
    key, word = _dotted(loc), str(loc[-1])
    here = _TABLES.get(str(loc[0]) if len(loc) > 1 else "", _PersonaFile)
    places = [name for name, table in _TABLES.items() if word in table.model_fields]
    if places:
        place = f"under {places[0]}" if places[0] else "above the first line in [brackets]"
        return f"'{key}' stands in the wrong place: '{word}' belongs {place}."
    near = get_close_matches(word, here.model_fields, n=1)
    mend = f"do you mean '{near[0]}'?" if near else f"the keys are {', '.join(here.model_fields)}."
    return f"'{key}' is no key of a persona: {mend}"


def _dotted(loc: tuple[int | str, ...]) -> str:
    """As a person counts: the first of the examples is examples[1]."""
    text = ""
    for step in loc:
        # pydantic's mark of a table's key, and the key where that is empty.
        if step in {"[key]", ""}:
            continue
        text += f"[{step + 1}]" if isinstance(step, int) else f".{step}"
    return text.removeprefix(".")


def _short(found: object) -> str:
    text = repr(found)
    return text if len(text) <= 40 else f"{text[:37]}..."


def _find_wrong_text(file: _PersonaFile) -> str:
    for key, text in _texts(file):
        for char in text:
            if clean_text(char) != char or (char in "\n\t" and key == "name"):
                return f"'{key}' holds the control character U+{ord(char):04X}: take it out."
        # The card is one text for everybody, and a note's lore must not depend on who reads it.
        known = {"greeting": ("char", "user"), "name": ()}.get(key, ("char",))
        for macro in MACRO.finditer(text):
            if macro[1].strip().lower() not in known:
                mend = " and ".join(f"{{{{{name}}}}}" for name in known) or "no macro"
                return f"'{key}' holds {_short(macro[0])}: only {mend} may stand there."
    if not any(unicodedata.category(char)[0] in "LNPS" for char in file.name):
        return "'name' is empty: it has no character that can be seen."
    return ""


def _texts(file: _PersonaFile) -> list[tuple[str, str]]:
    """Every text of the file that a person may read or the engine is given, with its key."""
    whole = file.model_dump(exclude={"rating", "adapter", "negotiates", "sampling"})
    texts = [(key, text) for key, text in whole.items() if isinstance(text, str)]
    for number, example in enumerate(file.examples, 1):
        texts.append((f"examples[{number}].person", example.person))
        texts.append((f"examples[{number}].persona", example.persona))
    for number, entry in enumerate(file.lore, 1):
        texts += [(f"lore[{number}].keys", key) for key in entry.keys]
        texts.append((f"lore[{number}].text", entry.text))
    # A word that is made rarer may be any word: nobody is to read it.
    wanted = [word for word, weight in file.sampling.logit_bias.items() if weight > 0]
    return texts + [("sampling.logit_bias", word) for word in wanted]
