"""Whether Discord would take a form: messages, embeds, components, modals. Refuses, or says nothing."""

from typing import Any

from tests.discord import limits
from tests.discord.refusals import Body, Findings, empty_message

ROW, BUTTON, STRING_SELECT, TEXT_INPUT, LABEL = 1, 2, 3, 4, 18
SELECTS = {STRING_SELECT, 5, 6, 7, 8}
V2 = 1 << 15
LINK, PREMIUM = 5, 6
STYLES = {1, 2, 3, 4, LINK, PREMIUM}
EXCLUDED = {LINK: ("custom_id", "sku_id"), PREMIUM: ("custom_id", "label", "url", "emoji")}
IN_LABEL = {STRING_SELECT, TEXT_INPUT, 5, 6, 7, 8, 19, 21, 22, 23}
CHOSEN = {19: 0, 21: 2, 22: 1}
"""Files, one of a group, several of a group: how many options there are at least."""
Path = tuple[str | int, ...]


def check_message(body: Body, *, files: int = 0, had: Body | None = None) -> None:
    """A message to be made, or edited when `had` is the message that stands."""
    found = Findings()
    found.at_most(("content",), body.get("content"), limits.CONTENT)
    check_embeds(found, body.get("embeds") or [])
    flags = body.get("flags") or (had or {}).get("flags", 0)
    if flags & V2:
        check_v2(found, body)
    else:
        check_rows(found, body.get("components") or [])
    if isinstance(nonce := body.get("nonce"), str):
        found.at_most(("nonce",), nonce, limits.NONCE)
    check_mentions(found, body.get("allowed_mentions") or {})
    if files > limits.ATTACHMENTS:
        found.add(("files",), "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
    found.refuse()
    whole = {**(had or {}), **body}
    kept = len(whole.get("attachments") or []) if files == 0 else files
    if not any((str(whole.get("content") or "").strip(), kept)) and not any(
        whole.get(part) for part in ("embeds", "components", "sticker_ids")
    ):
        raise empty_message()


def check_mentions(found: Findings, mentions: Body) -> None:
    """Page "Message" (Allowed Mentions Object): a list beside its own `parse` is refused."""
    for kind in ("users", "roles"):
        if len(mentions.get(kind) or []) > limits.MENTIONS:
            words = "Must be 100 or fewer in length."
            found.add(("allowed_mentions", kind), "BASE_TYPE_MAX_LENGTH", words)
        if kind in (mentions.get("parse") or []) and mentions.get(kind):
            words = f"parse:[{kind!r}] and {kind}: [ids...] are mutually exclusive."
            found.add(("allowed_mentions",), "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", words)


def check_embeds(found: Findings, embeds: list[Body]) -> None:
    if len(embeds) > limits.EMBEDS:
        found.add(("embeds",), "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
    total = 0
    for number, embed in enumerate(trimmed(embeds)):
        here: Path = ("embeds", number)
        for part, most in limits.EMBED_TEXT.items():
            found.at_most((*here, part), embed.get(part), most)
            total += len(embed.get(part) or "")
        footer = (embed.get("footer") or {}).get("text") or ""
        author = (embed.get("author") or {}).get("name") or ""
        found.at_most((*here, "footer", "text"), footer, limits.FOOTER)
        found.at_most((*here, "author", "name"), author, limits.AUTHOR)
        total += len(footer) + len(author)
        fields = embed.get("fields") or []
        if len(fields) > limits.EMBED_FIELDS:
            found.add((*here, "fields"), "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
        for place, field in enumerate(fields):
            there = (*here, "fields", place)
            found.between((*there, "name"), field.get("name"), 1, limits.FIELD_NAME)
            found.between((*there, "value"), field.get("value"), 1, limits.FIELD_VALUE)
            total += len(field.get("name") or "") + len(field.get("value") or "")
    if total > limits.EMBEDS_TOTAL:
        words = "Embed size exceeds maximum size of 6000"
        found.add(("embeds",), "MAX_EMBED_SIZE_EXCEEDED", words)


def trimmed(value: Any) -> Any:
    """Page "Message" (Embed Limits): white space at both ends is not counted."""
    if isinstance(value, dict):
        return {key: trimmed(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [trimmed(inner) for inner in value]
    return value.strip() if isinstance(value, str) else value


def check_v2(found: Findings, body: Body) -> None:
    """Page "Component Reference": with components v2 there is no content and no embed."""
    for part in ("content", "embeds", "poll"):
        if body.get(part):
            words = "The 'content' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
            found.add((part,), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", words)
    count = sum(1 for _ in every(body.get("components") or []))
    if count > limits.COMPONENTS_V2:
        found.add(("components",), "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", "At most 40.")
    seen: set[str] = set()
    for one in every(body.get("components") or []):
        check_part(found, ("components",), one, seen)


def every(parts: list[Body]) -> "list[Body]":
    """All components, however deep."""
    flat: list[Body] = []
    for part in parts:
        flat.append(part)
        flat += every(part.get("components") or [])
        flat += every([one for one in (part.get("component"), part.get("accessory")) if one])
    return flat


def check_rows(found: Findings, rows: list[Body]) -> None:
    if len(rows) > limits.ROWS:
        found.add(("components",), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    seen: set[str] = set()
    for number, row in enumerate(rows):
        here: Path = ("components", number)
        if row.get("type") != ROW:
            words = 'Value of field "type" must be one of (1,).'
            found.add((*here, "type"), "UNION_TYPE_CHOICES", words)
            continue
        parts = row.get("components") or []
        selects = sum(1 for part in parts if part.get("type") in SELECTS)
        if not 1 <= len(parts) <= limits.BUTTONS_IN_ROW:
            words = "Must be between 1 and 5 in length."
            found.add((*here, "components"), "BASE_TYPE_BAD_LENGTH", words)
        elif selects and len(parts) > 1:
            words = "The specified component exceeds the maximum width"
            found.add((*here, "components"), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", words)
        for place, part in enumerate(parts):
            if part.get("type") not in SELECTS | {BUTTON}:
                words = 'Value of field "type" must be one of (2, 3, 5, 6, 7, 8).'
                found.add((*here, "components", place, "type"), "UNION_TYPE_CHOICES", words)
                continue
            check_part(found, (*here, "components", place), part, seen)


def check_part(found: Findings, here: Path, part: Body, seen: set[str]) -> None:
    kind = part.get("type")
    custom_id = part.get("custom_id")
    linked = kind == BUTTON and part.get("style") in {LINK, PREMIUM}
    if kind in SELECTS | IN_LABEL or (kind == BUTTON and not linked):
        found.between((*here, "custom_id"), custom_id, 1, limits.CUSTOM_ID)
        if custom_id in seen:
            words = "Component custom id cannot be duplicated"
            found.add((*here, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", words)
        seen.add(str(custom_id))
    if kind == BUTTON:
        check_button(found, here, part)
    elif kind in SELECTS:
        check_select(found, here, part)
    elif kind in CHOSEN:
        check_chosen(found, here, part)
    elif kind == TEXT_INPUT:
        found.at_most((*here, "value"), part.get("value"), limits.TEXT_INPUT)
        found.at_most((*here, "placeholder"), part.get("placeholder"), limits.TEXT_PLACEHOLDER)
        found.at_most((*here, "label"), part.get("label"), limits.LABEL)
        found.number((*here, "min_length"), part.get("min_length"), 0, limits.TEXT_INPUT)
        found.number((*here, "max_length"), part.get("max_length"), 1, limits.TEXT_INPUT)


def check_chosen(found: Findings, here: Path, part: Body) -> None:
    """Page "Component Reference" (File Upload, Radio Group, Checkbox Group)."""
    found.number((*here, "min_values"), part.get("min_values"), 0, limits.CHOSEN)
    found.number((*here, "max_values"), part.get("max_values"), 1, limits.CHOSEN)
    least = CHOSEN[part["type"]]
    options: list[Body] = part.get("options") or []
    if least and not least <= len(options) <= limits.CHOSEN:
        words = f"Must be between {least} and {limits.CHOSEN} in length."
        found.add((*here, "options"), "BASE_TYPE_BAD_LENGTH", words)
    for number, option in enumerate(options):
        there = (*here, "options", number)
        found.between((*there, "label"), option.get("label"), 1, limits.OPTION_TEXT)
        found.between((*there, "value"), option.get("value"), 1, limits.OPTION_TEXT)


def check_button(found: Findings, here: Path, part: Body) -> None:
    """Page "Component Reference" (Button): what a style needs, and what it excludes."""
    style = part.get("style")
    found.at_most((*here, "label"), part.get("label"), limits.BUTTON_LABEL)
    if style not in STYLES:
        words = "Value must be one of (1, 2, 3, 4, 5, 6)."
        found.add((*here, "style"), "BASE_TYPE_CHOICES", words)
    elif style == LINK:
        found.between((*here, "url"), part.get("url"), 1, limits.BUTTON_URL)
    elif style == PREMIUM:
        found.between((*here, "sku_id"), part.get("sku_id"), 1, 20)
    elif not (part.get("label") or part.get("emoji")):
        found.add(here, "BUTTON_COMPONENT_INVALID", "A button must have a label or emoji")
    for field in EXCLUDED.get(int(style or 0), ("url", "sku_id")):
        if part.get(field):
            words = f"A button of this style cannot have {field}"
            found.add((*here, field), "BUTTON_COMPONENT_INVALID", words)


def check_select(found: Findings, here: Path, part: Body) -> None:
    found.at_most((*here, "placeholder"), part.get("placeholder"), limits.PLACEHOLDER)
    found.number((*here, "min_values"), part.get("min_values"), 0, limits.OPTIONS)
    found.number((*here, "max_values"), part.get("max_values"), 1, limits.OPTIONS)
    if part.get("type") != STRING_SELECT:
        return
    options: list[Body] = part.get("options") or []
    if not 1 <= len(options) <= limits.OPTIONS:
        words = "Must be between 1 and 25 in length."
        found.add((*here, "options"), "BASE_TYPE_BAD_LENGTH", words)
    values: set[Any] = set()
    for number, option in enumerate(options):
        there = (*here, "options", number)
        found.between((*there, "label"), option.get("label"), 1, limits.OPTION_TEXT)
        found.between((*there, "value"), option.get("value"), 1, limits.OPTION_TEXT)
        found.at_most((*there, "description"), option.get("description"), limits.OPTION_TEXT)
        if option.get("value") in values:
            words = "The specified option value is already used"
            found.add((*there, "value"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", words)
        values.add(option.get("value"))
    if (part.get("max_values") or 1) > max(1, len(options)):
        words = f"Must be between 1 and {len(options)}."
        found.add((*here, "max_values"), "NUMBER_TYPE_MAX", words)


def check_modal(data: Body) -> None:
    """Page "Receiving and Responding" (Modal)."""
    found = Findings()
    found.between(("data", "title"), data.get("title"), 1, limits.MODAL_TITLE)
    found.between(("data", "custom_id"), data.get("custom_id"), 1, limits.CUSTOM_ID)
    parts = data.get("components") or []
    if not 1 <= len(parts) <= limits.MODAL_PARTS:
        words = "Must be between 1 and 5 in length."
        found.add(("data", "components"), "BASE_TYPE_BAD_LENGTH", words)
    seen: set[str] = set()
    for number, part in enumerate(parts):
        here: Path = ("data", "components", number)
        if part.get("type") == LABEL:
            found.between((*here, "label"), part.get("label"), 1, limits.LABEL)
            found.at_most((*here, "description"), part.get("description"), limits.LABEL_MORE)
            check_asked(found, (*here, "component"), part.get("component") or {}, IN_LABEL, seen)
        for place, inner in enumerate(part.get("components") or []):
            if inner.get("type") == TEXT_INPUT:
                there = (*here, "components", place, "label")
                found.between(there, inner.get("label"), 1, limits.LABEL)
            check_asked(found, (*here, "components", place), inner, {TEXT_INPUT}, seen)
    found.refuse()


def check_asked(found: Findings, here: Path, part: Body, kinds: set[int], seen: set[str]) -> None:
    """Pages "Component Reference" (Label, Action Row) and (String Select): no button, none off."""
    if part.get("type") not in kinds:
        words = f'Value of field "type" must be one of {tuple(sorted(kinds))}.'
        found.add((*here, "type"), "UNION_TYPE_CHOICES", words)
        return
    if part.get("disabled"):
        words = "Components in a modal cannot be disabled"
        found.add((*here, "disabled"), "COMPONENT_DISABLED_IN_MODAL", words)
    check_part(found, here, part, seen)
