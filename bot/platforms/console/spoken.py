"""What was said lately, by its id: so that the same nonce is one message and can be revised."""

from bot.events import EventId, Say

# A reply is a few pages; what lies this far back is not revised any more.
_MOST = 500


class Spoken:
    def __init__(self) -> None:
        self._said: dict[EventId, Say] = {}

    def add(self, id_: EventId, say: Say) -> bool:
        """False where it was said already."""
        if id_ in self._said:
            return False
        self._said[id_] = say
        if len(self._said) > _MOST:
            del self._said[next(iter(self._said))]
        return True

    def get(self, id_: EventId) -> Say | None:
        """None for what was said in another process: that cannot be changed here."""
        return self._said.get(id_)

    def set(self, id_: EventId, say: Say) -> None:
        self._said[id_] = say
