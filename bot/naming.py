"""What a community is called where a sentence shows it: its moderators' words, cleaned (SAFETY M8).

Answered from the platform's memory, so it asks nobody. It knows nothing of who reads it, and such a
name goes into no prompt.
"""

from collections.abc import Sequence

from bot.clean import clean_title
from bot.events import CommunityId
from bot.platforms.base import Platform


def name_community(platform: Platform, community: CommunityId) -> str:
    """As its platform knows it; else its number, which is what is left of the id."""
    return clean_title(platform.name_of(community) or "") or _number_of(community)


def tell_apart(
    platform: Platform, communities: Sequence[CommunityId]
) -> tuple[tuple[CommunityId, str], ...]:
    """Each with its name, and those of one name with their numbers."""
    names = [name_community(platform, one) for one in communities]
    folded = [name.casefold() for name in names]
    return tuple(
        (one, f"{name} ({_number_of(one)})" if folded.count(name.casefold()) > 1 else name)
        for one, name in zip(communities, names, strict=True)
    )


def find_called(
    platform: Platform, communities: Sequence[CommunityId], wanted: str
) -> tuple[CommunityId, ...]:
    """The one of this number; else all of this name, as it is shown or as it was copied."""
    typed = wanted.strip().casefold()
    for community in communities:
        if typed in (_number_of(community).casefold(), community.casefold()):
            return (community,)
    shown = tell_apart(platform, communities)
    if found := tuple(one for one, label in shown if label.casefold() == typed):
        return found
    name = clean_title(wanted).casefold()
    return tuple(one for one in communities if name_community(platform, one).casefold() == name)


def _number_of(community: CommunityId) -> str:
    """The id without its platform: never the same for two of one platform."""
    return community.split(":", 1)[-1]
