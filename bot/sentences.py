"""What the bot says as itself, where no rule has words of its own. Short and kind."""

from collections.abc import Sequence

NOT_IN = "You are not in yet. Say `begin`, and I tell you what this is."
ALREADY_IN = "You are in already: just write."
TOO_LONG = (
    "That is longer than I can read at once (at most {most:,} characters). "
    "Nothing of it was kept; send it in smaller pieces."
)
TOO_LONG_FOR_MODEL = (
    "That is longer than this model can hold in mind at once. "
    "Nothing of it was kept; send it in smaller pieces."
)
TOO_MANY = (
    "{count} of your messages wait already. I did not take this one: send it again in a moment."
)
BUSY = "So many people are talking that I could not take your message. Send it again in a moment."
BROKEN = "Something broke on my side, and that message has no answer. Send it again, please."
STORE_BROKEN = (
    "I cannot keep anything at the moment, so I have not answered yet. Once that is mended I do; "
    "the operator can see why with `parlour check`."
)
ENGINE_BROKEN = (
    "The model stopped before it could answer. Your message is kept: say `{prefix}again`."
)
ENGINE_BROKE_OFF = (
    "The model stopped in the middle. What it said is kept: say `{prefix}again` for another answer."
)
NOTHING_SAID = "I have no words for that one. Say it another way, or `{prefix}again`."
EDIT_REFUSED = (
    "I cannot keep that message as you changed it, so I have forgotten it. "
    "Write it another way if you like."
)
STOPPED = "Stopped."
LEFT_THE_DOOR = "That is all right. Nothing of yours was kept."
LEFT = (
    "You are out. What we said stays sealed in your vault until you say `{prefix}erase confirm`; "
    "`{prefix}begin` leads to the door again."
)
ERASE_WHAT = (
    "This goes, for good: every word between us, your consents, your settings, and the key of your "
    "vault. What stays: an under-18 lock, if there is one. Say `{prefix}erase confirm` and it is done."
)
NOTHING_TO_ERASE = "There is nothing of yours here."
NO_REPLY_YET = "I have not answered anything yet."
NO_OTHER = "There is no other answer in that direction."
UNDONE = "The last exchange is gone, as if it had not been said."
NO_PERSONA = "There is no persona called that. There are: {names}."
NEW_SESSION = "A fresh start with {name}."
WITH = "You are with {name}: {tagline} A persona, played by software."
ABOUT = (
    "I am software, not a human. I play personas with a language model that runs on this machine; "
    "what they say is made up and can be wrong. This is for adults, and may not be suitable for "
    "some minors."
)
PRIVACY = (
    "What you write and what you are answered is kept encrypted on this machine, in a vault of your "
    "own, until you erase it. It is used to answer you, and for nothing else; nothing is sent "
    "anywhere. Moderators cannot see it. Whoever operates this machine holds its keys; on Discord, "
    "Discord itself can read direct messages. `export` gives you all of it, `erase` deletes it, "
    "`leave` ends your consent."
)
SAFE_WORD = (
    "Write `red`, in any spelling, and the scene ends at once; `yellow` makes it gentler. "
    "Neither ever counts against you."
)
WHERE = "The rules of {community} hold here. The ceiling is {ceiling}."
STATUS = "{community}: the ceiling is {ceiling}, the least age level is {age_level}."
CEILING_SET = "The ceiling is {ceiling} now, from everybody's next message on."
NO_MATURE = (
    "mature needs a guard model, and none is configured here: a word list cannot tell enough "
    "(SAFETY L10). The ceiling stays as it was."
)
UNLOCKED = "{person} may come to the door again. Your name and your reason are on record."
NOT_YOUR_OWN = "A lock of your own is for another moderator to open."
NOT_LOCKED = "{person} is not locked."
SOFTENING = "The person has asked to go more gently. Soften the scene."


def write_place(before: int) -> str:
    """How many people are answered first, to somebody who has waited a little."""
    who = "1 person is" if before == 1 else f"{before} people are"
    return f"{who} before you; I'll be with you soon."


def write_receipt(gone: Sequence[str], stays: Sequence[str]) -> str:
    """What erasing did, in one message."""
    lines = ["Erased:", *(f"- {one}" for one in gone)]
    lines += ["What stays:", *(f"- {one}" for one in stays)] if stays else ["Nothing stays."]
    return "\n".join(lines)
