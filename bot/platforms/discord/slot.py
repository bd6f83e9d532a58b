"""Where an interaction is answered: the place that Discord keeps while it shows "thinking…", and
further messages behind it, for fifteen minutes. It knows nothing of who asked, or what is said.
"""

import logging
from dataclasses import dataclass

import discord

from bot.drafts import cut_pages
from bot.events import EventId, Say
from bot.platforms.discord.asker import FAILED, code_of
from bot.platforms.discord.buttons import Body, as_view
from bot.platforms.discord.files import as_upload
from bot.platforms.discord.saying import PAGE_CHARS

log = logging.getLogger(__name__)

_NOBODY = discord.AllowedMentions.none()


@dataclass(slots=True)
class Slot:
    interaction: discord.Interaction
    is_kept: bool
    """A place is kept for the answer, and everybody waits."""

    async def say(
        self, say: Say, rows: list[Body], *, is_private: bool, header: Body | None = None
    ) -> tuple[EventId, EventId]:
        """The first page's message and the last one's, under which the buttons and the file are."""
        pages, ids = cut_pages(say.text, PAGE_CHARS), []
        for number, page in enumerate(pages):
            is_last = number == len(pages) - 1
            view = as_view(rows) if is_last else None
            files = [as_upload(say.file)] if is_last and say.file else []
            embeds = [discord.Embed.from_dict(header)] if header and number == 0 else []
            if self.is_kept:
                message: discord.Message = await self.interaction.edit_original_response(
                    content=page,
                    view=view,
                    attachments=files,
                    embeds=embeds,
                    allowed_mentions=_NOBODY,
                )
                self.is_kept = False
            else:
                message = await self.interaction.followup.send(
                    page,
                    view=view or discord.utils.MISSING,
                    files=files,
                    embeds=embeds,
                    ephemeral=is_private,
                    allowed_mentions=_NOBODY,
                    wait=True,
                )
            ids.append(EventId(str(message.id)))
        return ids[0], ids[-1]

    async def give_up(self) -> None:
        """Nobody is left with a place that is kept for nothing."""
        if not self.is_kept:
            return
        self.is_kept = False
        try:
            await self.interaction.delete_original_response()
        except FAILED as error:
            log.info("discord: an empty answer stays: code %s", code_of(error))
