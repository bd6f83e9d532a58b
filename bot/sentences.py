"""What the bot says as itself, where no rule has words of its own. Short and kind."""

from collections.abc import Sequence

from bot.text import Text, lines

ALREADY_IN = Text("You are in already: just write.")
TOO_LONG = Text(
    "That is longer than I can read at once (at most {most} characters). "
    "Nothing of it was kept; send it in smaller pieces."
)
TOO_LONG_FOR_MODEL = Text(
    "That is longer than this model can hold in mind at once. "
    "Nothing of it was kept; send it in smaller pieces."
)
NO_WORDS = Text(
    "I found no words in that one. This model sees no pictures or stickers and hears no voice "
    "messages: tell me in words what is in it, if you like."
)
TOO_MANY = Text(
    "You have messages that wait already ({count}). I did not take this one: send it again in a "
    "moment."
)
BUSY = Text(
    "So many people are talking that I could not take your message. Send it again in a moment."
)
BROKEN = Text("Something broke on my side, and that message has no answer. Send it again, please.")
STORE_BROKEN = Text(
    "I cannot keep anything at the moment, so I have not answered yet. Once that is mended I do; "
    "the operator can see why with `parlour check`."
)
ENGINE_BROKEN = Text(
    "The model stopped before it could answer. Your message is kept: say `{prefix}again`."
)
ENGINE_BROKE_OFF = Text(
    "The model stopped in the middle. What it said is kept: say `{prefix}again` for another answer."
)
NOTHING_SAID = Text("I have no words for that one. Say it another way, or `{prefix}again`.")
NOTHING_MORE = Text(
    "There is nothing more in that answer. Write on as you like, or `{prefix}again` for another one."
)
NO_MORE_ROOM = Text(
    "That answer is as long as this model can hold in mind. Write on, and we go on from there."
)
CANNOT_GO_ON = Text(
    "The model could not go on with that answer. It stands as it was: write on, or `{prefix}again`."
)
EDIT_REFUSED = Text(
    "I cannot keep that message as you changed it, so I have forgotten it. "
    "Write it another way if you like."
)
STOPPED = Text("Stopped.")
NO_GUEST_ANY_MORE = Text(
    "I do not find you in the community any more whose rules held here, so I have stopped. What we "
    "said stays sealed in your vault."
)
LEFT_THE_DOOR = Text("That is all right. Nothing of yours was kept.")
LEFT = Text(
    "You are out. What we said stays sealed in your vault until you say `{prefix}erase confirm`; "
    "`{prefix}begin` leads to the door again."
)
ERASE_WHAT = Text(
    "This goes, for good: every word between us, your consents, your settings, and the key of your "
    "vault. What stays: an under-18 lock, if there is one. Say `{prefix}erase confirm` and it is done."
)
EXPORTED = Text(
    "This is everything that is kept of you, as one file. Whoever has the file can read it: keep it "
    "where only you can."
)
EXPORT_TOO_LARGE = Text(
    "What is kept of you is too large for one file here. Please ask the operator for it."
)
ALONE_PLEASE = Text("I cannot answer you here. Please write to me directly.")
FILE_NOT_TAKEN = Text(
    "I could not hand over the file here. Perhaps I may not attach files in this place: where the "
    "two of us are alone it works."
)
NOTHING_TO_ERASE = Text("There is nothing of yours here.")
NO_REPLY_YET = Text("I have not answered anything yet.")
NO_OTHER = Text("There is no other answer in that direction.")
UNDONE = Text("The last exchange is gone, as if it had not been said.")
NO_PERSONA = Text("There is no persona called that. There are: {names}.")
WITH = Text("You are with {name}: {tagline} A persona, played by software.")
MEMORY_ON = Text("Memory is on, intimate memory is off.")
MEMORY_INTIMATE = Text("Memory is on, intimate memory is on.")
MEMORY_OFF = Text("Memory is off, intimate memory is off.")
MEMORY_HOW = Text(
    "`{prefix}memory on`, `{prefix}memory intimate` and `{prefix}memory off` change it. With memory "
    "on, a persona finds again what you say to each other in private from then on; switching it off "
    "deletes what is kept for that."
)
ABOUT = Text(
    "I am software, not a human. I play personas with a language model that runs on this machine; "
    "what they say is made up and can be wrong. This is for adults, and may not be suitable for "
    "some minors."
)
PRIVACY = Text(
    "What is kept of you, why, on what basis, how long, and how it ends:\n"
    "- Our talk, to answer you: your consent at the door; until you erase it; `undo` takes back the "
    "last exchange, `erase` all of it.\n"
    "- By which words of our talk you are known again, if you chose memory: your consent; until you "
    "take it back; `memory off`, `erase`.\n"
    "- Your limits, ceiling, safe word, breaks, quiet hours, reminders, time zone and language, to keep to them: your "
    "own wish; until you take them back; each command takes back what it sets, `mute` every reminder.\n"
    "- That you said you are an adult, with date and level and no birth date, and who else said so, "
    "when and why: the law's duty to keep minors out; twelve months at most; `erase` ends it.\n"
    "- Which accounts you have linked, and whose guest you chose to be: your own wish; until "
    "you part them, choose another, or erase; `unlink`, `sponsor`, `erase`.\n"
    "- An under-18 lock, if there is one, as a code and a keyed hash: the same duty; until a "
    "moderator opens it; it outlives `erase`.\n"
    "- How often help was named, by day and kind and without any name: the law's yearly report; as "
    "long as it asks; nothing in it is yours.\n"
    "All but that count lies encrypted on this machine, your words in a vault of your own; nothing is "
    "sent anywhere, unless the operator has said so. Moderators cannot see it. Whoever operates this "
    "machine holds its keys; on Discord, Discord itself can read direct messages. `export` gives you "
    "all of it, `pause` keeps nothing until `resume`, `leave` ends your consent."
)
PRIVACY_OF_MEMORY = Text(
    "- What was made of our talk, if you chose memory (facts about you with the words that they come "
    "from, and the story so far), and what you had remembered yourself, so that a persona knows you "
    "again: your consent; until you have it forgotten or take the words back that it comes from; "
    "`memory show` shows it, `memory forget` and `memory off` end it.\n"
    "- How long our talk is kept, if not until you erase it: your own wish or the operator's, whichever "
    "is shorter; `memory keep`. Incognito sessions keep nothing beyond themselves; `incognito`."
)
PRIVACY_OF_RULES = Text(
    "- What the rules of a community did with you: cases (rule, action, end, never your words), what "
    "counts towards firmer steps, pauses, how much you wrote today: to keep its rules and for your "
    "right to appeal, the community's legitimate interest; cases as long as its log, what counts a "
    "year at most, today's use two days; `why` and `appeal`; `erase` takes out of them who it was, "
    "and a pause or a block stays to its end as a keyed hash. Moderators see these cases, without "
    "your name where we were alone, and words of yours only if you add them to an appeal or a report."
)
SAFE_WORD = Text(
    "Write `red`, in any spelling, and the scene ends at once; `yellow` makes it gentler. "
    "Neither ever counts against you. A word after `safeword` is one of your own beside them."
)
OWN_SAFE_WORD_SET = Text(
    "Kept. As a whole message your own word now ends a scene, as `red` does. `safeword off` takes "
    "it away."
)
OWN_SAFE_WORD_OFF = Text("Your own word is gone. `red` and `yellow` stay.")
SAFE_WORD_TOO_COMMON = Text(
    "That is said too often to end a scene each time. Choose a word that you would not say otherwise."
)
SAFE_WORD_IS_A_NAME = Text(
    "Somebody here is called that. Choose a word that you would not say otherwise."
)
SAFE_WORD_IS_A_COMMAND = Text("That is a command. Choose a word that you would not say otherwise.")
PAUSE_BEGUN = Text(
    "We are paused. Until you write `resume`, nothing that you write is answered or kept, and "
    "reminders rest too. `red` and calls for help are heard all the same."
)
RESUMED = Text("We go on. Nothing of the pause was kept.")
NOT_PAUSED = Text("We are not paused: just write.")
LIMITS = Text("Your own limits, which hold with every persona:")
NO_LIMITS = Text(
    "You have set no limits. `{prefix}limits hard WORDS` keeps something out, "
    "`{prefix}limits soft WORDS` asks for care with it."
)
HARD_LIMIT = Text("{number}: {text} (hard)")
SOFT_LIMIT = Text("{number}: {text} (soft)")
LIMITS_HOW = Text("`{prefix}limits remove NUMBER` takes one away.")
LIMIT_HOW = Text("Which one? As in `{prefix}limits hard spiders`.")
HARD_LIMIT_KEPT = Text(
    "Kept as a hard limit: {text}. A reply that comes to these words is stopped before it."
)
SOFT_LIMIT_KEPT = Text("Kept as a soft limit: {text}. Gently, and not unless you ask.")
LIMIT_TOO_LONG = Text(
    "A limit has at most {most} characters: the words that should not come are enough."
)
LIMIT_SAYS_NOTHING = Text(
    "I find no word in that to look for. Write the words that should not come, as in `spiders`."
)
LIMIT_NOT_TOLD = Text(
    "The model may not read those words, in whatever frame. `hard` in place of `soft` keeps them out."
)
LIMITS_FULL = Text(
    "You have {most} limits, which is as many as I can keep. `{prefix}limits remove NUMBER` makes room."
)
LIMIT_REMOVED = Text("It is gone. The model is told with your next message.")
LIMITS_REMOVED = Text("They are all gone. The model is told with your next message.")
NO_SUCH_LIMIT = Text("There is no limit with that number. `{prefix}limits` lists them.")
NEGOTIATE = Text(
    "Before we begin: what should not come, and what only gently? `{prefix}limits` lists what you "
    "have set; `red` ends a scene at any time. Or just write."
)
CHECK_IN_ON = Text(
    "After a scene that the safe word ended I ask how you are. `checkin off` ends that."
)
CHECK_IN_OFF = Text("I do not ask after a scene. `checkin on` changes that.")
BREAK_SET = Text("After {minutes} minutes of talk without a pause I suggest a break.")
BREAK_OFF = Text("I suggest no breaks.")
DAILY_SET = Text("After {minutes} min of talk in a day I fall silent until your next day.")
DAILY_OFF = Text("There is no daily limit.")
DAILY_FROM_TOMORROW = Text(
    "Kept. Today stays as you wished it before; the change holds from your next day on."
)
BREAK_HOW = Text(
    "It is set with `{prefix}break 45`, `{prefix}break off`, `{prefix}break daily 60` or "
    "`{prefix}break daily off`, in minutes: a break from 5 to 600, a day up to 1440."
)
QUIET_SET = Text("From {begins} to {ends} no reminder comes. `quiet off` ends that.")
QUIET_OFF = Text("There are no quiet hours. `quiet 22:00-07:00` sets some.")
QUIET_HOW = Text("Write two times of the day that differ, as in `quiet 22:00-07:00`.")
REMINDER = Text("You asked to be reminded at {time}: {text}\n(`mute` ends all reminders.)")
REMINDER_ONCE = Text("I remind you once, at {time}: {text}. `mute` ends all reminders.")
REMINDER_DAILY = Text("I remind you every day at {time}: {text}. `mute` ends all reminders.")
REMINDER_IN_QUIET = Text("That lies in your quiet hours, so it comes when they end, at {time}.")
REMINDERS_OFF = Text("No reminder comes any more.")
REMINDER_OFF = Text("That reminder is gone.")
NO_SUCH_REMINDER = Text("There is no reminder with that number. `{prefix}remind` lists them.")
NO_REMINDERS = Text(
    "You have set no reminders, and I never write first otherwise. `{prefix}remind 20:00 stretch` sets one."
)
LISTED_ONCE = Text("{number}: once at {time}: {text}")
LISTED_DAILY = Text("{number}: every day at {time}: {text}")
REMINDERS_HOW = Text("`{prefix}remind off NUMBER` takes one away, `mute` all of them.")
REMIND_HOW = Text(
    "Write a time of the day and what for, as in `{prefix}remind 20:00 stretch` or "
    "`{prefix}remind daily 20:00 stretch`."
)
REMINDER_TOO_LONG = Text("A reminder has at most {most} characters.")
REMINDER_REFUSED = Text(
    "I cannot keep that as a reminder, since it may light up on any screen. Try other words."
)
REMINDERS_FULL = Text(
    "You have {most} reminders, which is as many as I can keep. "
    "`{prefix}remind off NUMBER` makes room."
)
ZONE_SET = Text("Your clock is that of {zone} now. A day that has begun ends as it would have.")
ZONE_IS = Text("Your clock is that of {zone}.")
ZONE_UNSET = Text(
    "This goes by the clock of the machine that I run on; `timezone Europe/Berlin` sets yours."
)
ZONE_UNKNOWN = Text("I know no time zone of that name. Try one like `Europe/Berlin`, or `+02:00`.")
OWN_GENERAL = Text(
    "From now on no persona courts you or flirts with you. `{prefix}romance` allows it again, where "
    "persona and community do."
)
OWN_ROMANCE = Text(
    "From now on what is written for you goes as far as romance and no further. `{prefix}general` "
    "ends courting and flirting, too."
)
FELL = Text("I stopped there: less may be written here than a moment ago. Write on as you like.")
WHERE = Text(
    "The rules of {community} hold here. The ceiling is {ceiling}, your own is {own}, and what is "
    "open with this persona now is {open}."
)
STATUS = Text(
    "{community}: the ceiling is {ceiling}. The least age level is {entry} to come in, and {mature} "
    "for mature."
)
CEILING_SET = Text("The ceiling is {ceiling} now, from everybody's next message on.")
ENTRY_ASKS = Text("To come in, this community asks for {level} from everybody's next message on.")
MATURE_ASKS = Text("For mature, this community asks for {level} from everybody's next message on.")
MATURE_NEEDS_MORE = Text(
    "One's own word opens no mature: choose a higher level. Nothing was changed."
)
ATTESTED = Text(
    "It is written down: in this community, {person} is an adult by your word, for a year at most. "
    "`revoke` takes it back."
)
REVOKED = Text("It is taken back: {person} is no adult by a moderator's word here any more.")
NOT_ATTESTED = Text("No moderator of this community has confirmed that {person} is an adult.")
NOT_YOUR_OWN_AGE = Text("Your own age is for another moderator to confirm.")
LOCKED_SO_NOT = Text(
    "{person} is locked for having said that they are under 18. If that was wrong, `unlock` comes "
    "first; they say then themselves that they are adults, and you can confirm it."
)
REASON_NAMES_A_DATE = Text(
    "That looks like a date, and none is kept of anybody's birth. Write how you know, without dates "
    "or documents. Nothing was changed."
)
UNLOCKED = Text("{person} may come to the door again. Your name and your reason are on record.")
NOT_YOUR_OWN = Text("A lock of your own is for another moderator to open.")
NOT_LOCKED = Text("{person} is not locked.")
PLACE = Text("People before you: {count}. I'll be with you soon.")
ERASED = Text("Erased:")
STAYS = Text("What stays:")
NOTHING_STAYS = Text("Nothing stays.")
LISTED = Text("- {text}")
LANGUAGE_IS = Text("I speak English with you. `{prefix}language NAME` changes that: {names}.")
LANGUAGE_SET = Text("From now on I speak English with you. The personas answer as you write.")
LANGUAGE_SET_AT_DOOR = Text(
    "From now on I speak English with you. It is kept once you are in; until then I forget it when I "
    "am started anew."
)
LANGUAGE_UNKNOWN = Text("I do not speak that language yet. I speak: {names}.")
LANGUAGE_HINT = Text("{names}: `{prefix}language NAME`")
PERSONA = Text("{id} - {name}: {tagline}")
SOFTENING = "The person has asked to go more gently. Soften the scene."


def write_receipt(gone: Sequence[Text], stays: Sequence[Text]) -> Text:
    """What erasing did, in one message."""
    listed = [ERASED, *(LISTED.format(text=one) for one in gone)]
    listed += [STAYS, *(LISTED.format(text=one) for one in stays)] if stays else [NOTHING_STAYS]
    return lines(*listed)
