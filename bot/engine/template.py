"""A model's chat template -> the pieces that stand around the parts of a prompt. Pure.

The template never sees what people wrote: each part is a placeholder while it is rendered, and
the result is split there. So the pieces depend on the speakers alone, and no text can act on the
template. What tokens the pieces and the parts become is for `tokens.py`.
"""

import json
import re
from collections.abc import Sequence
from datetime import date
from typing import Literal

from jinja2 import TemplateError as JinjaError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.engine.base import Speaker

Layout = tuple[str | int, ...]
"""The template's own pieces as text, and between them the numbers of the parts, in order."""

CHATML = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
"""For models that know its two marks but brought no template."""

# A persona greets first; some templates insist that the user begins.
OPENER = "Begin."
# Between the system's text and the user's, where they must share one message.
BETWEEN = "\n\n"

# Private-use characters: no space that a template could trim away, and no word of any template.
_SLOT = re.compile("\ue000(\\d+)\ue001")


class TemplateError(Exception):
    """The template cannot carry this order of speakers, or cannot be read at all."""


class ChatTemplate:
    def __init__(self, source: str, *, bos: str, eos: str, today: date) -> None:
        environment = ImmutableSandboxedEnvironment(
            trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
        )
        environment.filters["tojson"] = _to_json
        environment.globals.update(
            raise_exception=_raise_exception,
            strftime_now=today.strftime,
            bos_token=bos,
            eos_token=eos,
        )
        try:
            self._template = environment.from_string(source)
        except JinjaError as exc:
            raise TemplateError(f"its chat template cannot be read: {exc.message}") from exc
        self.system = self._where_system_goes()
        self._needs_opener = not self._carries("assistant", "user")
        # Told now, not at somebody's first message.
        self.layout(("system", "user", "assistant", "user"))

    def layout(self, speakers: Sequence[Speaker]) -> Layout:
        """A prompt that ends with an assistant's part is continued within that part."""
        if not speakers:
            raise TemplateError("a prompt needs at least one part")
        return self._render(self._messages(speakers), open_end=speakers[-1] == "assistant")

    def _messages(self, speakers: Sequence[Speaker]) -> list[dict[str, str]]:
        """Parts of one speaker that follow each other share a message."""
        messages: list[dict[str, str]] = []
        leading = True
        previous: Speaker | None = None
        for number, speaker in enumerate(speakers):
            leading = leading and speaker == "system"
            role = self._role(speaker, leading=leading)
            if role == "assistant" and self._needs_opener and all(_is_system(m) for m in messages):
                messages.append({"role": "user", "content": OPENER})
            slot = _slot(number)
            if messages and messages[-1]["role"] == role:
                messages[-1]["content"] += slot if previous == speaker else BETWEEN + slot
            else:
                messages.append({"role": role, "content": slot})
            previous = speaker
        return messages

    def _role(self, speaker: Speaker, *, leading: bool) -> Speaker:
        carried = self.system == "anywhere" or (self.system == "first" and leading)
        return "user" if speaker == "system" and not carried else speaker

    def _render(self, messages: list[dict[str, str]], *, open_end: bool) -> Layout:
        try:
            text = self._template.render(messages=messages, add_generation_prompt=not open_end)
        # A template is a program of its author's: it may raise anything.
        except Exception as exc:
            raise TemplateError("its chat template refuses this order of speakers") from exc
        split = _SLOT.split(text)
        layout = [int(piece) if at % 2 else piece for at, piece in enumerate(split)]
        slots = [piece for piece in layout if isinstance(piece, int)]
        wanted = sum(len(_SLOT.findall(message["content"])) for message in messages)
        if slots != list(range(wanted)):
            raise TemplateError("its chat template drops, repeats or reorders messages")
        if open_end:
            layout = layout[: layout.index(wanted - 1) + 1]
        return tuple(piece for piece in layout if piece != "")

    def _where_system_goes(self) -> Literal["anywhere", "first", "none"]:
        if not self._carries("system", "user"):
            return "none"
        late = self._carries("system", "user", "assistant", "system", "user")
        return "anywhere" if late and self._carries("system", "user", "system") else "first"

    def _carries(self, *roles: Speaker) -> bool:
        messages = [{"role": role, "content": _slot(at)} for at, role in enumerate(roles)]
        try:
            self._render(messages, open_end=False)
        except TemplateError:
            return False
        return True


def _slot(number: int) -> str:
    return f"\ue000{number}\ue001"


def _is_system(message: dict[str, str]) -> bool:
    return message["role"] == "system"


def _raise_exception(message: str) -> None:
    raise TemplateError(message)


def _to_json(value: object, indent: int | None = None, **_: object) -> str:
    # Without escapes, or a placeholder within would not be found again.
    return json.dumps(value, ensure_ascii=False, indent=indent)
