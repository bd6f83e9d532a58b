"""Files of a message: which stay, which come, how many and how large (page "Reference", Uploading Files)."""

from tests.discord import limits
from tests.discord.refusals import Body, Refused, too_large
from tests.discord.world import World

Files = dict[str, tuple[str, bytes]]
"""By the name of their part, `files[n]`: what they are called and what is in them."""


def check_sizes(files: Files) -> None:
    """The limit is each file's own."""
    if any(len(content) > limits.FILE for _, content in files.values()):
        raise too_large()


def attachments(world: World, body: Body, files: Files, had: Body | None) -> list[Body]:
    """What a message holds after it is made, or edited where `had` is the message that stands.

    Of an edit only what `attachments` names stays and comes; without it everything does.
    """
    named = {str(one.get("id")): one for one in body.get("attachments") or []}
    free = had is None or "attachments" not in body
    kept = [
        one | described(named.get(one["id"], {}))
        for one in (had or {}).get("attachments", [])
        if free or one["id"] in named
    ]
    come = [
        (name, content, named.get(number, {}))
        for part, (name, content) in files.items()
        if free or number_of(part) in named
        for number in [number_of(part)]
    ]
    if len(kept) + len(come) > limits.ATTACHMENTS:
        words = "Maximum number of attachments in a message reached (10)"
        raise Refused(400, 30015, words)
    made = [world.keep_file(name, content) | described(more) for name, content, more in come]
    return [*kept, *made]


def number_of(part: str) -> str:
    return part.removeprefix("files[").removesuffix("]")


def described(more: Body) -> Body:
    return {"description": more["description"]} if more.get("description") else {}
