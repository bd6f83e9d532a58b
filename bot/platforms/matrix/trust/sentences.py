"""What the bot says of keys and devices. Where it is said, and in which language, is others' work."""

from bot.text import Text

COMPARE = Text(
    "Your app shows seven pictures now, and the operator of this bot sees mine. Compare them with "
    "the operator by telephone or face to face, and not by messages here: whoever could come "
    "between us could change those, too. Say that they match only after that; I cannot look for "
    "myself."
)
NEW_DEVICE = Text(
    "A new device of yours reads along in here from now on: {devices}. If you do not know it, log "
    "it out in your app's settings and change your password."
)
NEW_DEVICES = Text(
    "New devices of yours read along in here from now on: {devices}. If you do not know one of "
    "them, log it out in your app's settings and change your password."
)
MANY_NEW_DEVICES = Text(
    "Many new devices of yours read along in here from now on; there are {count}. If you do not "
    "know them, log them out in your app's settings and change your password."
)
