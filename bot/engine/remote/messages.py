"""A prompt's parts -> messages for a chat call, or one ChatML text for a completion. Pure.

The engine on the other side turns what is sent into tokens, and finds its control tokens in any
text. So what could be one is broken up here, in everybody's words and in the persona's.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bot.engine.base import Part, Speaker, is_raw
from bot.engine.template import BETWEEN, OPENER

Message = dict[str, str]
System = Literal["anywhere", "first", "none"]

CHATML_MARKS = ("<|im_end|>", "<|im_start|>")
"""Where a completion in ChatML ends, also for a model that writes its marks as text."""

# Control tokens of the known families: <|im_end|>, <｜User｜>, </s>, <start_of_turn>, <<SYS>>,
# [INST], [/INST], [gMASK], [control_8]. One space behind the first bracket makes plain letters of
# them: tokenizers look for the whole mark, and unlike an invisible character a space is taken out
# by no normaliser. That a harmless "<grin>" becomes "< grin>" is the price.
_MARK = re.compile(
    r"<(?=[|｜]|[^<>\s]{1,80}>)|\[(?=/?(?:[A-Z@][A-Z0-9_@]+|[gs]MASK|control_\d+|unused\d+)\])"
)


@dataclass(frozen=True, slots=True)
class Manners:
    """What the template on the other side carries."""

    system: System = "anywhere"
    needs_opener: bool = False


def without_marks(text: str) -> str:
    return _MARK.sub(lambda found: found[0] + " ", text)


def as_messages(parts: Sequence[Part], manners: Manners) -> list[Message]:
    """Parts of one speaker that follow each other share a message, as in `template.py`."""
    messages: list[Message] = []
    leading = True
    previous: Speaker | None = None
    for part in parts:
        leading = leading and part.speaker == "system"
        role = _role(part.speaker, manners, leading=leading)
        if role == "assistant" and manners.needs_opener and _only_system(messages):
            messages.append({"role": "user", "content": OPENER})
        if messages and messages[-1]["role"] == role:
            join = "" if previous == part.speaker else BETWEEN
            messages[-1]["content"] += join + part.text
        else:
            messages.append({"role": role, "content": part.text})
        previous = part.speaker
    # After they were put together: two parts could spell a mark that neither holds.
    return [{**message, "content": without_marks(message["content"])} for message in messages]


def as_chatml(parts: Sequence[Part]) -> str:
    """A prompt that ends with an assistant's part is continued within that part; one with a
    template of its own is written as it stands.
    """
    if is_raw(parts):
        return "".join(p.text if p.speaker == "template" else without_marks(p.text) for p in parts)
    messages = as_messages(parts, Manners())
    text = "".join(f"<|im_start|>{m['role']}\n{m['content']}<|im_end|>\n" for m in messages)
    if messages[-1]["role"] == "assistant":
        return text.removesuffix("<|im_end|>\n")
    return text + "<|im_start|>assistant\n"


class Echo:
    """Takes out the sent beginning of a continued message, where an engine says it again."""

    def __init__(self, sent: str) -> None:
        self._left = sent
        self._held = ""

    def feed(self, text: str) -> str:
        if not self._left:
            return text
        self._held += text
        if self._left.startswith(self._held) and self._held != self._left:
            return ""
        said, sent = self._held, self._left
        self._held = self._left = ""
        return said.removeprefix(sent)

    def finish(self) -> str:
        """What looked like an echo and did not become one."""
        return self._held


def _role(speaker: Speaker, manners: Manners, *, leading: bool) -> Speaker:
    carried = manners.system == "anywhere" or (manners.system == "first" and leading)
    return "user" if speaker == "system" and not carried else speaker


def _only_system(messages: Sequence[Message]) -> bool:
    return all(message["role"] == "system" for message in messages)
