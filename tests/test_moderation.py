"""What moderators and people do with rules, cases, appeals and reports, on the whole bot."""

import re
from dataclasses import replace

import pytest

from bot.commands import case_deeds, follow_cases
from bot.commands.duties import NOT_YOURS
from bot.commands.rule_lines import add, edit, remove, write
from bot.events import Author, CommunityId, Message, PersonId, Revise, Role, Room, RoomId, Say
from bot.files import Attached, File
from bot.platforms.signs import spelled_out
from bot.store.case_lists import Wanted
from bot.store.case_rows import CaseState, HoldKind, NewCase
from tests.conftest import Parlour
from tests.fakes import PaperPlatform, Shown, noticed, spoken

FILE = """
[[rule]]
name = "no spoilers"
kind = "words"
words = ["spoiler"]
does = "warn"
"""


async def as_mod(parlour: Parlour, text: str, who: str = "mo") -> str:
    return noticed(await parlour.paper.say(text, who, Role.MODERATOR))


def held(paper: PaperPlatform, person: str = "ada", *, is_direct: bool = True) -> NewCase:
    return NewCase(
        paper.tea,
        "no spoilers",
        1,
        "pause",
        1_800_000_000.0,
        PersonId(f"paper:{person}"),
        until=1_800_003_600.0,
        is_direct=is_direct,
        hold=HoldKind.PAUSE,
    )


async def attach(parlour: Parlour, content: bytes, who: str = "mo") -> str:
    """A file comes with `rules import`."""

    async def read(most: int) -> bytes:
        return content

    message = parlour.paper.message("/rules import", who, Role.MODERATOR)
    attached = Attached("rules.toml", len(content), "application/toml", read)
    before = len(parlour.paper.shown)
    parlour.paper.tell(
        Message(
            message.id, message.room, message.author, message.text, message.at, attached=(attached,)
        )
    )
    await parlour.paper.rest(message.room.id)
    return noticed(parlour.paper.shown[before:])


# --- Rules ---------------------------------------------------------------------------------------


async def test_rules_are_added_shown_changed_and_taken_away(parlour: Parlour) -> None:
    assert "no rules of its own" in await as_mod(parlour, "/rules")
    assert "Version 1 holds" in await as_mod(parlour, "/rules add words warn spoiler, the ending")
    assert "words-1: words, warned" in await as_mod(parlour, "/rules show")
    shown = await as_mod(parlour, '/rules edit words-1 say "No endings, please."')
    assert "Version 2 holds" in shown and '+say = "No endings, please."' in shown
    assert "ending" in await as_mod(parlour, "/rules show words-1")
    assert "Version 3 holds" in await as_mod(parlour, "/rules remove words-1")
    assert "no rule of that name" in await as_mod(parlour, "/rules remove words-1")
    history = await as_mod(parlour, "/rules history")
    assert [int(n) for n in re.findall(r"Version (\d+)", history)] == [3, 2, 1]
    assert history.count("paper:mo") == 3


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("length warn many", "whole number"),
        ("flood pause 6 in a while", "whole number"),
        ("topics refuse gardens", "one of these"),
        ("patterns refuse (?=a)b", "RE2 cannot read"),
        ("patterns refuse .*", "matches everything"),
        ("words refuse", "add words"),
    ],
)
async def test_m4_what_is_no_rule_is_named_with_its_mend_and_nothing_is_taken(
    parlour: Parlour, line: str, says: str
) -> None:
    said = await as_mod(parlour, f"/rules add {line}")
    assert says in said and "Nothing of it was taken" in said
    assert await parlour.house.moderation.rules.newest(parlour.paper.tea) is None


async def test_going_back_is_a_new_version_with_the_old_text(parlour: Parlour) -> None:
    await as_mod(parlour, "/rules add words warn spoiler")
    await as_mod(parlour, "/rules add links refuse example.org")
    assert "Version 3 holds" in await as_mod(parlour, "/rules rollback 1")
    rules = parlour.house.moderation.rules
    first, third = [await rules.version(parlour.paper.tea, n) for n in (1, 3)]
    assert first is not None
    assert third is not None
    assert first.text == third.text
    assert "-kind" in await as_mod(parlour, "/rules diff 2 3")
    assert "no such version" in await as_mod(parlour, "/rules rollback 9")
    assert "like that already" in await as_mod(parlour, "/rules rollback 3")


async def test_of_two_moderators_the_second_sees_the_firsts_change_and_says_it_again(
    parlour: Parlour,
) -> None:
    await as_mod(parlour, "/rules add words warn spoiler")
    await as_mod(parlour, "/rules show", "nell")
    await as_mod(parlour, "/rules edit words-1 does refuse")
    said = await as_mod(parlour, "/rules remove words-1", "nell")
    assert "changed since you looked" in said
    assert "paper:mo" in said and "-does" in said
    newest = await parlour.house.moderation.rules.newest(parlour.paper.tea)
    assert newest is not None and newest.version == 2
    assert "Version 3 holds" in await as_mod(parlour, "/rules remove words-1", "nell")


async def test_who_has_not_looked_is_shown_what_holds_before_they_change_it(
    parlour: Parlour,
) -> None:
    await as_mod(parlour, "/rules add words warn spoiler")
    assert "changed since you looked" in await as_mod(parlour, "/rules remove words-1", "nell")
    # To add takes nothing away.
    assert "Version 2 holds" in await as_mod(parlour, "/rules add links refuse", "ova")


async def test_who_is_no_moderator_any_more_changes_nothing(parlour: Parlour) -> None:
    await as_mod(parlour, "/rules add words warn spoiler")
    said = await parlour.paper.say("/rules remove words-1", "mo", Role.MEMBER)
    assert "no command" in noticed(said)
    newest = await parlour.house.moderation.rules.newest(parlour.paper.tea)
    assert newest is not None and newest.version == 1


async def test_an_import_takes_all_or_nothing_and_names_the_wrong_line(parlour: Parlour) -> None:
    assert "Version 1 holds" in await attach(parlour, FILE.encode())
    wrong = FILE + '\n[[rule]]\nname = "b"\nkind = "lenght"\n'
    said = await attach(parlour, wrong.encode())
    assert "Line 10" in said and "Nothing of it was taken" in said
    newest = await parlour.house.moderation.rules.newest(parlour.paper.tea)
    assert newest is not None and newest.version == 1


async def test_an_export_is_imported_again_and_says_which_version_it_was(parlour: Parlour) -> None:
    await attach(parlour, FILE.encode())
    await as_mod(parlour, "/rules export")
    exported = handed_over(parlour)[-1].content
    assert exported.startswith(b"# version 1\n")
    await as_mod(parlour, "/rules add links refuse")
    await as_mod(parlour, "/rules show", "nell")
    # Of the version before the last: its writer did not see that one.
    changed = exported.replace(b"spoiler", b"ending")
    assert "changed since you looked" in await attach(parlour, changed, "nell")
    assert "Version 3 holds" in await attach(
        parlour, changed.replace(b"version 1", b"version 2"), "nell"
    )


def handed_over(parlour: Parlour) -> list[File]:
    said = [one for one in parlour.paper.actions if isinstance(one, Say)]
    return [one.file for one in said if one.file]


async def test_discords_own_keyword_rules_can_be_imported(parlour: Parlour) -> None:
    automod = b"""[{"name": "Endings", "enabled": true, "trigger_type": 1,
        "trigger_metadata": {"keyword_filter": ["spoiler*"]},
        "actions": [{"type": 1, "metadata": {}}]}]"""
    assert "Version 1 holds" in await attach(parlour, automod)
    assert "Endings: words" in await as_mod(parlour, "/rules show")


async def test_a_preset_is_shown_first_and_taken_when_it_is_confirmed(parlour: Parlour) -> None:
    assert "careful" in await as_mod(parlour, "/rules presets")
    assert "There are these" in await as_mod(parlour, "/rules presets best")
    await as_mod(parlour, "/rules presets careful")
    assert await parlour.house.moderation.rules.newest(parlour.paper.tea) is None
    await as_mod(parlour, "/rules presets careful confirm")
    newest = await parlour.house.moderation.rules.newest(parlour.paper.tea)
    assert newest is not None
    assert (newest.version, newest.note) == (1, "preset careful")


async def test_a_sentence_is_tried_and_nothing_of_it_is_kept(parlour: Parlour) -> None:
    await as_mod(parlour, "/rules add words warn spoiler")
    said = await as_mod(parlour, "/rules test is that a sp0iler?")
    assert "words-1: `warn`" in said
    assert "No rule says anything" in await as_mod(parlour, "/rules test a quiet evening")
    await as_mod(parlour, "/rules dry-run on words-1")
    assert "dry run" in await as_mod(parlour, "/rules test a spoiler")


async def test_a_moderator_who_tries_a_sentence_is_not_taken_at_its_word(parlour: Parlour) -> None:
    await parlour.let_in("mo")
    await as_mod(parlour, "/rules add words warn spoiler")
    await as_mod(parlour, "/rules test I am 15 years old")
    assert not await parlour.house.locked(PersonId("paper:mo"))


async def test_a_community_narrows_who_may_and_unknown_roles_are_not_held(
    parlour: Parlour,
) -> None:
    await attach(parlour, b'[may]\nchange_rules = ["7"]\nlift = ["7"]\n' + FILE.encode())
    assert await as_mod(parlour, "/rules remove no-spoilers") == NOT_YOURS
    await parlour.house.moderation.cases.open(held(parlour.paper))
    assert await as_mod(parlour, "/lift 1 a mistake") == NOT_YOURS
    assert "no spoilers" in await as_mod(parlour, "/cases")
    for roles, may in ((frozenset({"7"}), True), (frozenset({"8"}), False)):
        message = parlour.paper.message("/rules history", f"r{may}", Role.MODERATOR)
        author = Author(message.author.id, "R", Role.MODERATOR, roles=roles)
        before = len(parlour.paper.shown)
        parlour.paper.tell(Message(message.id, message.room, author, message.text, message.at))
        await parlour.paper.rest(message.room.id)
        assert (noticed(parlour.paper.shown[before:]) != NOT_YOURS) is may
    # So that no community locks itself out.
    said = noticed(await parlour.paper.say("/rules remove no-spoilers", "op", Role.OPERATOR))
    assert said != NOT_YOURS


async def test_stats_count_by_rule_and_hand_over_a_picture(parlour: Parlour) -> None:
    assert "No rule" in await as_mod(parlour, "/rules stats")
    rules, cases, tea = (
        parlour.house.moderation.rules,
        parlour.house.moderation.cases,
        parlour.paper.tea,
    )
    for is_dry, times in ((False, 3), (True, 2)):
        for _ in range(times):
            await rules.count(tea, "2027-01-15", "no spoilers", is_dry=is_dry)
    await cases.open(held(parlour.paper))
    await parlour.let_in()
    await parlour.paper.say("/appeal 1")
    await as_mod(parlour, "/uphold 1 it stands")
    said = await as_mod(parlour, "/rules stats")
    assert "no spoilers: 3 and 2" in said
    assert "100 of 100" in said
    picture = handed_over(parlour)[-1]
    assert picture.media_type == "image/png"
    assert picture.content.startswith(b"\x89PNG")


# --- Cases and appeals ---------------------------------------------------------------------------


async def test_m2_a_person_sees_why_appeals_once_and_is_told_how_it_ends(parlour: Parlour) -> None:
    await parlour.let_in()
    assert "has stopped you" in noticed(await parlour.paper.say("/why"))
    await parlour.house.moderation.cases.open(held(parlour.paper))
    why = noticed(await parlour.paper.say("/why"))
    assert "no spoilers" in why and "version 1" in why and "paused" in why
    assert "without any words" in noticed(await parlour.paper.say("/appeal 1"))
    assert "cannot be appealed" in noticed(await parlour.paper.say("/appeal 1 please"))
    assert "appealed" in await as_mod(parlour, "/cases appealed")
    before = len(parlour.paper.shown)
    assert "is lifted" in await as_mod(parlour, "/lift 1 it was a quotation")
    told = [one for one in parlour.paper.shown[before:] if one.room == "paper:ada"]
    assert "it was a quotation" in noticed(told)
    strikes = await parlour.house.moderation.strikes.of(
        PersonId("paper:ada"), parlour.paper.tea, parlour.clock()
    )
    assert not strikes.holds


async def test_m9_moderators_see_no_name_of_who_talks_alone_and_no_words(parlour: Parlour) -> None:
    await parlour.let_in()
    await parlour.house.moderation.cases.open(held(parlour.paper))
    await parlour.paper.say("/appeal 1")
    for command in ("/cases", "/case 1"):
        said = await as_mod(parlour, command)
        assert "ada" not in said.lower()
        assert re.search(r"somebody \([a-z2-7]{6}\)", said)
    await parlour.house.moderation.cases.open(held(parlour.paper, is_direct=False))
    assert "paper:ada" in await as_mod(parlour, "/case 2")


async def test_words_of_an_appeal_are_shown_only_where_they_were_added(parlour: Parlour) -> None:
    await parlour.let_in()
    for _ in range(2):
        await parlour.house.moderation.cases.open(held(parlour.paper))
    await parlour.paper.say("/appeal 1 it was a quotation")
    await parlour.paper.say("/appeal 2")
    assert "it was a quotation" in await as_mod(parlour, "/case 1")
    assert "quotation" not in await as_mod(parlour, "/case 2")


async def test_somebody_elses_case_is_none_of_theirs(parlour: Parlour) -> None:
    await parlour.let_in("ben")
    await parlour.house.moderation.cases.open(held(parlour.paper))
    assert "cannot be appealed" in noticed(await parlour.paper.say("/appeal 1", "ben"))
    assert "has stopped you" in noticed(await parlour.paper.say("/why", "ben"))
    assert "has stopped you" in noticed(await parlour.paper.say("/cases", "ben"))
    assert "no command" in noticed(await parlour.paper.say("/case 1", "ben"))


async def test_a_moderator_decides_nothing_about_themselves(parlour: Parlour) -> None:
    await parlour.house.moderation.cases.open(held(parlour.paper, "mo"))
    assert await as_mod(parlour, "/lift 1 a mistake") == case_deeds.NOT_YOUR_OWN_CASE


async def test_notes_are_for_moderators_and_stay_with_the_case(parlour: Parlour) -> None:
    await parlour.let_in()
    await parlour.house.moderation.cases.open(held(parlour.paper))
    assert "Noted" in await as_mod(parlour, "/note 1 seems a mistake")
    assert "seems a mistake" in await as_mod(parlour, "/case 1")
    assert "seems" not in noticed(await parlour.paper.say("/why"))
    for command in ("/note 9 x", "/case 9", "/lift 9 x", "/case nine", "/uphold #9 x"):
        assert "no case with that number" in await as_mod(parlour, command)


async def test_ten_cases_a_page(parlour: Parlour) -> None:
    for _ in range(23):
        await parlour.house.moderation.cases.open(held(parlour.paper))
    first = await as_mod(parlour, "/cases")
    assert [int(n) for n in re.findall(r"^(\d+)\.", first, re.MULTILINE)] == list(range(23, 13, -1))
    assert "/cases all 14" in first
    rest = await as_mod(parlour, "/cases all 4")
    assert [int(n) for n in re.findall(r"^(\d+)\.", rest, re.MULTILINE)] == [3, 2, 1]


async def test_approving_lets_one_account_in_and_can_be_taken_back(parlour: Parlour) -> None:
    strikes, tea = parlour.house.moderation.strikes, parlour.paper.tea
    assert "may come in" in await as_mod(parlour, "/approve ada")
    assert (await strikes.of(PersonId("paper:ada"), tea, parlour.clock())).approved
    assert "taken back" in await as_mod(parlour, "/approve ada withdraw")
    assert not (await strikes.of(PersonId("paper:ada"), tea, parlour.clock())).approved
    assert "no yes" in await as_mod(parlour, "/approve ada withdraw")


# --- Reports -------------------------------------------------------------------------------------


def in_room(parlour: Parlour, text: str, person: str, role: Role = Role.MEMBER) -> Message:
    """In a room of the community, with others."""
    message = parlour.paper.message(text, person, role)
    room = Room(RoomId("paper:tea/talk"), is_direct=False, sponsor=parlour.paper.tea)
    return Message(message.id, room, message.author, text, message.at)


async def say_in_room(
    parlour: Parlour, text: str, person: str, role: Role = Role.MEMBER
) -> list[Shown]:
    before = len(parlour.paper.shown)
    message = in_room(parlour, text, person, role)
    parlour.paper.tell(message)
    await parlour.paper.rest(message.room.id)
    return parlour.paper.shown[before:]


async def test_m5_a_reply_is_reported_and_attached_only_by_choice(parlour: Parlour) -> None:
    await parlour.let_in()
    reply = (await parlour.paper.say("tell me of the tide"))[-1].text
    assert "nobody is told" in noticed(await parlour.paper.say("/report reply alone odd"))
    assert "nobody is told" in noticed(await parlour.paper.say("/report reply attach"))
    alone, attached = [await as_mod(parlour, f"/case {n}") for n in (1, 2)]
    assert reply not in alone and "odd" in alone
    assert reply in attached
    assert "ada" not in (alone + attached).lower()


async def test_m5_a_reported_person_is_told_nothing_of_it(parlour: Parlour) -> None:
    await parlour.let_in("ben")
    await say_in_room(parlour, "/report person ben shouts at everybody", "ada")
    story = await as_mod(parlour, "/case 1")
    assert "paper:ben" in story and "shouts" in story
    assert "ada" not in story.lower()
    assert "has stopped you" in noticed(await parlour.paper.say("/why", "ben"))
    assert "cannot be appealed" in noticed(await parlour.paper.say("/appeal 1", "ben"))


async def test_m5_reports_are_limited_by_day(parlour: Parlour) -> None:
    await parlour.let_in()
    await parlour.paper.say("tell me of the tide")
    said = [noticed(await parlour.paper.say("/report reply alone")) for _ in range(7)]
    assert [one for one in said if "as many reports" in one] == said[follow_cases.MOST_REPORTS :]
    parlour.clock.now += 86_400
    assert "nobody is told" in noticed(await parlour.paper.say("/report reply alone"))


async def test_each_case_is_told_in_the_log_room_and_a_room_that_is_gone_is_said(
    parlour: Parlour, monkeypatch: pytest.MonkeyPatch
) -> None:
    await say_in_room(parlour, "/caselog here", "mo", Role.MODERATOR)
    shown = await say_in_room(parlour, "/report person ben shouts", "ada")
    card = next(one.text for one in shown if "Case 1" in one.text)
    assert "paper:ben" in card and "shouts" not in card and "ada" not in card.lower()
    log_rooms = parlour.house.moderation.log_rooms
    await log_rooms.note(parlour.paper.tea, failed=True)
    assert "did not get into the room" in await as_mod(parlour, "/cases")
    await say_in_room(parlour, "/caselog off", "mo", Role.MODERATOR)
    assert "did not get" not in await as_mod(parlour, "/cases")


async def test_a_card_names_its_commands_which_are_spelled_out_where_nothing_can_be_pressed(
    parlour: Parlour,
) -> None:
    await say_in_room(parlour, "/caselog here", "mo", Role.MODERATOR)
    await say_in_room(parlour, "/report person ben shouts", "ada")
    (card,) = [one for one in parlour.paper.actions if isinstance(one, Say) and one.commands]
    assert card.commands == ("case 1", "uphold 1 …", "lift 1 …", "note 1 …")
    typed = spelled_out(card, "!")
    assert typed.text.splitlines()[-1] == "`!case 1`  `!uphold 1 …`  `!lift 1 …`  `!note 1 …`"
    assert spelled_out(typed, "!") is typed
    await as_mod(parlour, "/uphold 1 seen to")
    (anew,) = [one for one in parlour.paper.actions if isinstance(one, Revise)]
    assert anew.commands == () and "upheld (paper:mo, " in anew.text
    assert spelled_out(anew, "!") is anew


# --- Lines of a file -----------------------------------------------------------------------------


def test_a_line_that_is_changed_changes_nothing_else() -> None:
    text = edit(FILE, "No-Spoilers", "words", "ending, finale")
    assert '["ending", "finale"]' in text and 'does = "warn"' in text
    assert "say" not in edit(
        edit(FILE, "no-spoilers", "say", "Please."), "no-spoilers", "say", '""'
    )
    assert 'say = "42"' in edit(FILE, "no-spoilers", "say", "42")
    assert "pause_minutes = 60" in edit(FILE, "no-spoilers", "does", "pause")
    assert "[[rule]]" not in remove(FILE, "no-spoilers")
    assert 'name = "words-2"' in add(add("", "words", "warn", "a b"), "words", "warn", "c d")


def test_texts_with_any_sign_are_written_so_that_they_are_read_again() -> None:
    import tomllib

    for said in ('a "quoted" one', "back\\slash", "tab\tand \x7f", "ü 🌊", "new\nline"):
        text = edit(FILE, "no-spoilers", "say", said)
        assert tomllib.loads(text)["rule"][0]["say"] == said
        assert write(tomllib.loads(text)) == text


async def test_a_report_is_looked_at_and_what_was_attached_goes(parlour: Parlour) -> None:
    await parlour.let_in()
    await parlour.paper.say("tell me of the tide")
    await parlour.paper.say("/report reply attach")
    assert "stands" in await as_mod(parlour, "/uphold 1 we have read it")
    assert "You said" in await as_mod(parlour, "/case 1")
    await parlour.house.moderation.tidy(parlour.clock() + 31 * 86_400)
    assert "You said" not in await as_mod(parlour, "/case 1")


async def test_what_nobody_ever_answered_goes_after_a_year(parlour: Parlour) -> None:
    await parlour.let_in()
    await parlour.house.moderation.cases.open(held(parlour.paper))
    await parlour.paper.say("/appeal 1 a quince")
    await parlour.house.moderation.tidy(parlour.clock() + 365 * 86_400)
    assert "quince" in await as_mod(parlour, "/case 1")
    await parlour.house.moderation.tidy(parlour.clock() + 367 * 86_400)
    assert "quince" not in await as_mod(parlour, "/case 1")


async def test_a_case_of_another_community_is_shown_and_can_be_appealed(parlour: Parlour) -> None:
    await parlour.let_in()
    cake, cases = CommunityId("paper:cake"), parlour.house.moderation.cases
    for _ in range(2):
        await cases.open(replace(held(parlour.paper, is_direct=False), community=cake))
    await cases.open(held(parlour.paper))
    why = noticed(await parlour.paper.say("/why"))
    assert "cake" in why
    for number in (1, 2):
        assert "waits for the moderators" in noticed(await parlour.paper.say(f"/appeal {number}"))
    states = [
        (await cases.page(Wanted(community), parlour.clock()))[-1].state
        for community in (parlour.paper.tea, cake)
    ]
    assert states == [CaseState.APPEALED, CaseState.OPEN], "of two first cases, their sponsor's"


async def test_who_needs_a_moderators_yes_comes_in_with_it(parlour: Parlour) -> None:
    entry = b'[[rule]]\nname = "known people"\nkind = "entry"\napproval = true\n'
    assert "Version 1 holds" in await attach(parlour, entry)
    assert "moderator says yes" in noticed(await parlour.paper.say("hello"))
    await as_mod(parlour, "/approve ada")
    await parlour.let_in()
    assert spoken(await parlour.paper.say("good evening"))
