"""What the platform itself says in a room: why nobody is answered there."""

from bot.text import Text

CROWDED = Text(
    "Somebody else is in this room, or is invited to it. What we say is for two, so I am silent "
    "here until we are alone again."
)
ALONE_AGAIN = Text("We are alone again. Go on whenever you like.")
UNREADABLE = Text(
    "I could not read that: its key did not reach me. Please write it again; if that does not "
    "help, open a new direct room with me."
)
CAME_OPEN = Text(
    "That came without encryption, so I did not read it. Please write it again, encrypted."
)
NOT_ENCRYPTED = Text(
    "This room is not encrypted, so I say nothing here. Switch encryption on in its settings, or "
    "open a new direct room with me."
)
SIGNS = Text(
    "A sign that you put under my latest words is a button: 🔁 another answer, ⬅️ the answer before, "
    "➡️ the one after it, ⏩ more of this one, ⏹ stop. You can type them, too: `{prefix}help` lists "
    "all there is."
)
