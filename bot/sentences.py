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
MEMORY_IS = (
    "Memory is {memory}, intimate memory is {intimate}. `{prefix}memory on`, `{prefix}memory "
    "intimate` and `{prefix}memory off` change it. This version remembers nothing beyond the talk "
    "itself; your choice is kept for when it can."
)
ABOUT = (
    "I am software, not a human. I play personas with a language model that runs on this machine; "
    "what they say is made up and can be wrong. This is for adults, and may not be suitable for "
    "some minors."
)
PRIVACY = (
    "What is kept of you, why, on what basis, how long, and how it ends:\n"
    "- Our talk, to answer you: your consent at the door; until you erase it; `undo` takes back the "
    "last exchange, `erase` all of it.\n"
    "- Your limits, ceiling, safe word, breaks, quiet hours, reminders and time zone, to keep to them: your "
    "own wish; until you take them back; each command takes back what it sets, `mute` every reminder.\n"
    "- That you said you are an adult, with date and level and no birth date, and who else said so, "
    "when and why: the law's duty to keep minors out; twelve months at most; `erase` ends it.\n"
    "- An under-18 lock, if there is one, as a code and a keyed hash: the same duty; until a "
    "moderator opens it; it outlives `erase`.\n"
    "- How often help was named, by day and kind and without any name: the law's yearly report; as "
    "long as it asks; nothing in it is yours.\n"
    "All but that count lies encrypted on this machine, your words in a vault of your own; nothing is "
    "sent anywhere, unless the operator has said so. Moderators cannot see it. Whoever operates this "
    "machine holds its keys; on Discord, Discord itself can read direct messages. `export` gives you "
    "all of it, `pause` keeps nothing until `resume`, `leave` ends your consent."
)
SAFE_WORD = (
    "Write `red`, in any spelling, and the scene ends at once; `yellow` makes it gentler. "
    "Neither ever counts against you. A word after `safeword` is one of your own beside them."
)
OWN_SAFE_WORD_SET = (
    "Kept. As a whole message your own word now ends a scene, as `red` does. `safeword off` takes "
    "it away."
)
OWN_SAFE_WORD_OFF = "Your own word is gone. `red` and `yellow` stay."
SAFE_WORD_TOO_COMMON = "That is said too often to end a scene each time. Choose a word that you would not say otherwise."
SAFE_WORD_IS_A_NAME = (
    "Somebody here is called that. Choose a word that you would not say otherwise."
)
SAFE_WORD_IS_A_COMMAND = "That is a command. Choose a word that you would not say otherwise."
PAUSE_BEGUN = (
    "We are paused. Until you write `resume`, nothing that you write is answered or kept, and "
    "reminders rest too. `red` and calls for help are heard all the same."
)
RESUMED = "We go on. Nothing of the pause was kept."
NOT_PAUSED = "We are not paused: just write."
LIMITS = "Your own limits, which hold with every persona:"
NO_LIMITS = (
    "You have set no limits. `{prefix}limits hard WORDS` keeps something out, "
    "`{prefix}limits soft WORDS` asks for care with it."
)
HARD_LIMIT = "{number}: {text} (hard)"
SOFT_LIMIT = "{number}: {text} (soft)"
LIMITS_HOW = "`{prefix}limits remove NUMBER` takes one away."
LIMIT_HOW = "Which one? As in `{prefix}limits hard spiders`."
HARD_LIMIT_KEPT = (
    "Kept as a hard limit: {text}. A reply that comes to these words is stopped before it."
)
SOFT_LIMIT_KEPT = "Kept as a soft limit: {text}. Gently, and not unless you ask."
LIMIT_TOO_LONG = "A limit has at most {most} characters: the words that should not come are enough."
LIMIT_SAYS_NOTHING = (
    "I find no word in that to look for. Write the words that should not come, as in `spiders`."
)
LIMIT_NOT_TOLD = "The model may not read those words, in whatever frame. `hard` in place of `soft` keeps them out."
LIMITS_FULL = "You have {most} limits, which is as many as I can keep. `{prefix}limits remove NUMBER` makes room."
LIMIT_REMOVED = "It is gone. The model is told with your next message."
LIMITS_REMOVED = "They are all gone. The model is told with your next message."
NO_SUCH_LIMIT = "There is no limit with that number. `{prefix}limits` lists them."
NEGOTIATE = (
    "Before we begin: what should not come, and what only gently? `{prefix}limits` lists what you "
    "have set; `red` ends a scene at any time. Or just write."
)
CHECK_IN_ON = "After a scene that the safe word ended I ask how you are. `checkin off` ends that."
CHECK_IN_OFF = "I do not ask after a scene. `checkin on` changes that."
BREAK_SET = "After {minutes} minutes of talk without a pause I suggest a break."
BREAK_OFF = "I suggest no breaks."
DAILY_SET = "After {minutes} minutes of talk in a day I fall silent until your next day."
DAILY_OFF = "There is no daily limit."
DAILY_FROM_TOMORROW = (
    "Kept. Today stays as you wished it before; the change holds from your next day on."
)
BREAK_HOW = (
    "It is set with `{prefix}break 45`, `{prefix}break off`, `{prefix}break daily 60` or "
    "`{prefix}break daily off`, in minutes: a break from 5 to 600, a day up to 1440."
)
QUIET_SET = "From {begins} to {ends} no reminder comes. `quiet off` ends that."
QUIET_OFF = "There are no quiet hours. `quiet 22:00-07:00` sets some."
QUIET_HOW = "Write two times of the day that differ, as in `quiet 22:00-07:00`."
REMINDER = "You asked to be reminded at {time}: {text}\n(`mute` ends all reminders.)"
REMINDER_ONCE = "I remind you once, at {time}: {text}. `mute` ends all reminders."
REMINDER_DAILY = "I remind you every day at {time}: {text}. `mute` ends all reminders."
REMINDER_IN_QUIET = "That lies in your quiet hours, so it comes when they end, at {time}."
REMINDERS_OFF = "No reminder comes any more."
REMINDER_OFF = "That reminder is gone."
NO_SUCH_REMINDER = "There is no reminder with that number. `{prefix}remind` lists them."
NO_REMINDERS = "You have set no reminders, and I never write first otherwise. `{prefix}remind 20:00 stretch` sets one."
LISTED_ONCE = "{number}: once at {time}: {text}"
LISTED_DAILY = "{number}: every day at {time}: {text}"
REMINDERS_HOW = "`{prefix}remind off NUMBER` takes one away, `mute` all of them."
REMIND_HOW = (
    "Write a time of the day and what for, as in `{prefix}remind 20:00 stretch` or "
    "`{prefix}remind daily 20:00 stretch`."
)
REMINDER_TOO_LONG = "A reminder has at most {most} characters."
REMINDER_REFUSED = (
    "I cannot keep that as a reminder, since it may light up on any screen. Try other words."
)
REMINDERS_FULL = (
    "You have {most} reminders, which is as many as I can keep. "
    "`{prefix}remind off NUMBER` makes room."
)
ZONE_SET = "Your clock is that of {zone} now. A day that has begun ends as it would have."
ZONE_IS = "Your clock is that of {zone}."
ZONE_UNSET = (
    "This goes by the clock of the machine that I run on; `timezone Europe/Berlin` sets yours."
)
ZONE_UNKNOWN = "I know no time zone of that name. Try one like `Europe/Berlin`, or `+02:00`."
OWN_GENERAL = (
    "From now on no persona courts you or flirts with you. `{prefix}romance` allows it again, where "
    "persona and community do."
)
OWN_ROMANCE = (
    "From now on what is written for you goes as far as romance and no further. `{prefix}general` "
    "ends courting and flirting, too."
)
FELL = "I stopped there: less may be written here than a moment ago. Write on as you like."
WHERE = (
    "The rules of {community} hold here. The ceiling is {ceiling}, your own is {own}, and what is "
    "open with this persona now is {open}."
)
STATUS = (
    "{community}: the ceiling is {ceiling}. The least age level is {entry} to come in, and {mature} "
    "for mature."
)
CEILING_SET = "The ceiling is {ceiling} now, from everybody's next message on."
ENTRY_ASKS = "To come in, this community asks for {level} from everybody's next message on."
MATURE_ASKS = "For mature, this community asks for {level} from everybody's next message on."
MATURE_NEEDS_MORE = "One's own word opens no mature: choose a higher level. Nothing was changed."
ATTESTED = (
    "It is written down: in this community, {person} is an adult by your word, for a year at most. "
    "`revoke` takes it back."
)
REVOKED = "It is taken back: {person} is no adult by a moderator's word here any more."
NOT_ATTESTED = "No moderator of this community has confirmed that {person} is an adult."
NOT_YOUR_OWN_AGE = "Your own age is for another moderator to confirm."
LOCKED_SO_NOT = (
    "{person} is locked for having said that they are under 18. If that was wrong, `unlock` comes "
    "first; they say then themselves that they are adults, and you can confirm it."
)
REASON_NAMES_A_DATE = (
    "That looks like a date, and none is kept of anybody's birth. Write how you know, without dates "
    "or documents. Nothing was changed."
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
