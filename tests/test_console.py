"""The console over real pipes and at a real terminal; a small driver plays the bot's side."""

import asyncio
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.events import (
    Busy,
    EventId,
    Idle,
    Message,
    Remove,
    Revise,
    Role,
    Room,
    RoomId,
    Say,
    Voice,
)
from bot.platforms.base import Platform
from bot.platforms.console import Console
from bot.platforms.console.lines import LONGEST_LINE
from bot.platforms.console.output import on_one_line, printable
from bot.platforms.console.wrap import Wrap

ROOT = Path(__file__).parent.parent
PATIENCE_S = 20.0
"""How long a test waits before it calls something hung; no test takes as long."""

COMMANDS = (("/help", "lists the commands"), ("/persona wren", "Wren"), ("/personas", "lists"))


# --- Behind a pipe ----------------------------------------------------------------------------


@dataclass
class Pipes:
    """What a script holds: the other ends of the console's input and output."""

    console: Console
    feed_fd: int
    read_fd: int
    open_fds: set[int] = field(default_factory=set)

    def feed(self, data: bytes) -> None:
        os.write(self.feed_fd, data)

    def end_input(self) -> None:
        self.close(self.feed_fd)

    def close(self, fd: int) -> None:
        os.close(fd)
        self.open_fds.remove(fd)

    def printed(self) -> str:
        """All that is printed by now."""
        text = b""
        while select.select([self.read_fd], [], [], 0)[0]:
            chunk = os.read(self.read_fd, 1 << 16)
            if not chunk:
                break
            text += chunk
        return text.decode()


@contextmanager
def piped(
    *,
    person: str = "ada",
    community: str | None = "home",
    role: Role = Role.MEMBER,
    script: Path | None = None,
) -> Iterator[Pipes]:
    out_of, feed = os.pipe()
    if script is not None:
        os.close(out_of)
        out_of = os.open(script, os.O_RDONLY)
    read, into = os.pipe()
    number = count()
    with os.fdopen(out_of, "rb", 0) as stdin, os.fdopen(into, "wb", 0) as stdout:
        console = Console(
            person=person,
            community=community,
            role=role,
            page_chars=4000,
            stdin=stdin,  # type: ignore[arg-type] # only its descriptor is used
            stdout=stdout,  # type: ignore[arg-type] # only its descriptor is used
            new_id=lambda: f"m{next(number)}",
            clock=lambda: 1000.0,
        )
        pipes = Pipes(console, feed, read, {feed, read})
        try:
            yield pipes
        finally:
            for fd in list(pipes.open_fds):
                pipes.close(fd)


async def say(
    platform: Platform,
    message: Message,
    text: str,
    *,
    nonce: str = "",
    name: str = "Wren",
    voice: Voice = Voice.PERSONA,
) -> EventId:
    action = Say(message.room, text, nonce or f"re {message.id}", voice, name, message.id)
    id_ = await platform.do(action)
    assert id_ is not None
    return id_


async def notice(platform: Platform, message: Message, text: str) -> EventId:
    return await say(platform, message, text, nonce=f"n {text}", voice=Voice.NOTICE, name="")


async def messages(console: Console) -> AsyncGenerator[Message, None]:
    async with asyncio.timeout(PATIENCE_S), aclosing(console.events()) as events:
        async for event in events:
            assert isinstance(event, Message)
            yield event


async def answer_all(pipes: Pipes, reply: Callable[[Message], str]) -> list[Message]:
    """The bot's side: one whole answer to each message, until the input ends."""
    heard = []
    async for message in messages(pipes.console):
        heard.append(message)
        await say(pipes.console, message, reply(message))
        await pipes.console.do(Idle(message.room))
    return heard


async def test_a_line_is_a_message_from_this_person_in_their_own_room() -> None:
    with piped(person="ada", community="harbour", role=Role.MODERATOR) as pipes:
        pipes.feed(b"Hello\r\n")
        pipes.end_input()
        (message,) = await answer_all(pipes, lambda _: "Good evening.")
        assert message.text == "Hello"
        assert message.author.id == "console:ada"
        assert message.author.name == "ada"
        assert message.author.role is Role.MODERATOR
        assert message.room.id == "console:ada"
        assert message.room.is_direct
        assert message.room.sponsor == "console:harbour"
        assert message.at == 1000.0
        assert message.addresses_bot
        assert pipes.printed() == "Wren: Good evening.\n"


async def test_a_name_is_made_fit_for_an_id_and_an_empty_one_is_refused() -> None:
    with piped(person=" a\tda\x1b\u202e" + "x" * 80, community=None) as pipes:
        pipes.feed(b"Hello\n")
        pipes.end_input()
        (message,) = await answer_all(pipes, lambda _: "")
        assert message.author.id == "console:ada" + "x" * 61
        assert message.room.sponsor is None
        assert pipes.console.reaches(message.author.id)
    with pytest.raises(ValueError, match="person: a name needs"), piped(person=" \n\x00"):
        pass
    with pytest.raises(ValueError, match="community: a name needs"), piped(community=""):
        pass


async def test_the_next_line_is_read_only_when_the_bot_is_idle() -> None:
    with piped() as pipes:
        pipes.feed(b"one\ntwo\n")
        events = messages(pipes.console)
        first = await anext(events)
        coming = asyncio.ensure_future(anext(events))
        for _ in range(10):
            await asyncio.sleep(0)
        assert not coming.done()
        await pipes.console.do(Idle(first.room))
        assert (await coming).text == "two"
        await events.aclose()


async def test_an_answer_is_printed_once_at_its_end_with_its_final_text() -> None:
    with piped() as pipes:
        pipes.feed(b"Hello\n")
        pipes.end_input()
        async for message in messages(pipes.console):
            await pipes.console.do(Busy(message.room))
            await notice(pipes.console, message, "One moment.")
            first = await say(pipes.console, message, "The ti", nonce="page 0")
            await pipes.console.do(Revise(message.room, first, "The tide"))
            await say(pipes.console, message, "again", nonce="page 0")
            await pipes.console.do(Revise(message.room, first, "The tide turns."))
            second = await say(pipes.console, message, "An", nonce="page 1")
            gone = await say(pipes.console, message, "Never mind.", nonce="page 2")
            await pipes.console.do(Revise(message.room, second, "And again."))
            await pipes.console.do(Remove(message.room, gone, "undone"))
            assert pipes.printed() == ""
            await pipes.console.do(Idle(message.room))
        assert pipes.printed() == "* One moment.\nWren: The tide turns.\nWren: And again.\n"


async def test_further_lines_are_indented_so_that_no_text_can_pass_for_a_speaker() -> None:
    with piped() as pipes:
        pipes.feed(b"Hello\n")
        pipes.end_input()
        text = "One\n* two\n\nWren: three\u2028Wren: four\u0085\x0b\x0cfive"
        await answer_all(pipes, lambda _: text)
        assert pipes.printed() == "Wren: One\n  * two\n  \n  Wren: three\n  Wren: fourfive\n"
        assert len(on_one_line("Wr\nen: \x1bmine").splitlines()) == 1


async def test_what_is_said_outside_a_messages_time_is_printed_at_once() -> None:
    with piped() as pipes:
        pipes.feed(b"Hello\n")
        events = messages(pipes.console)
        message = await anext(events)
        await pipes.console.do(Idle(message.room))
        late = await say(pipes.console, message, "By the way.", nonce="late")
        await say(pipes.console, message, "By the way.", nonce="late")
        assert pipes.printed() == "Wren: By the way.\n"
        await pipes.console.do(Revise(message.room, late, "By the way, good night."))
        assert pipes.printed() == "Wren: By the way, good night.\n"
        await pipes.console.do(Revise(message.room, EventId("another process's"), "Hm."))
        assert pipes.printed() == ""
        await events.aclose()


async def test_i1_what_is_for_somebody_else_is_not_shown_to_who_sits_here() -> None:
    """An answer to an appeal, told by a moderator at their own terminal."""
    with piped() as pipes:
        theirs = Room(RoomId("console:ben"), is_direct=True)
        said = Say(theirs, "Your case is lifted.", "told", Voice.NOTICE)
        assert await pipes.console.do(said) is None
        assert pipes.printed() == ""


async def test_blank_lines_are_no_messages_and_a_last_line_needs_no_end() -> None:
    with piped() as pipes:
        pipes.feed(b"\n  \n\t\r\none\n\ntwo")
        pipes.end_input()
        heard = await answer_all(pipes, lambda m: m.text)
        assert [m.text for m in heard] == ["one", "two"]


async def test_bytes_that_are_no_text_become_replacement_characters() -> None:
    with piped() as pipes:
        pipes.feed(b"\xef\xbb\xbfcaf\xe9 \xed\xa0\xbd ok\x00\n")
        pipes.end_input()
        (message,) = await answer_all(pipes, lambda m: m.text + "\ud83d")
        assert message.text == "caf\ufffd \ufffd\ufffd\ufffd ok\x00"
        assert pipes.printed() == "Wren: caf\ufffd \ufffd\ufffd\ufffd ok\ufffd\n"


async def test_a_line_of_a_megabyte_is_one_message_and_a_plain_file_is_read(tmp_path: Path) -> None:
    script = tmp_path / "lines.txt"
    script.write_bytes(b"a" * 1_000_000 + b"\n" + b"b" * (LONGEST_LINE + 99) + b"\nlast\n")
    with piped(script=script) as pipes:
        heard = await answer_all(pipes, lambda _: "Hm.")
        assert [len(m.text) for m in heard] == [1_000_000, LONGEST_LINE, 4]


async def test_a_reader_that_goes_away_ends_the_platform_quietly() -> None:
    with piped() as pipes:
        pipes.feed(b"one\ntwo\nthree\n")
        pipes.close(pipes.read_fd)
        heard = await answer_all(pipes, lambda m: m.text)
        assert [m.text for m in heard] == ["one"]


async def test_a_slow_reader_gets_every_byte_of_a_long_answer() -> None:
    text = "tide " * 100_000
    with piped() as pipes:
        pipes.feed(b"Hello\n")
        pipes.end_input()
        async with asyncio.TaskGroup() as group:
            reading = group.create_task(asyncio.to_thread(read_line, pipes.read_fd))
            await answer_all(pipes, lambda _: text)
        assert reading.result() == f"Wren: {text.strip()}\n".encode()


def read_line(fd: int) -> bytes:
    data = b""
    while not data.endswith(b"\n"):
        data += os.read(fd, 4096)
    return data


def test_a_terminal_is_never_steered_by_anybodys_text() -> None:
    hostile = "a\x1b[2Jb\x9b31mc\x07d\x08e\rf\x7fg\u202eh\u2066i\u2069j\x00k\x1b]0;title\x07l"
    shown = printable(hostile)
    assert shown == "a[2Jb31mcdefghijk]0;titlel"
    assert (
        printable("one\ttwo\nthree \u200fשלום é 👩\u200d🚀")
        == "one\ttwo\nthree \u200fשלום é 👩\u200d🚀"
    )


def run_python(code: str, **more: Any) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, **more
    )


BUILD = """
import sys
from bot.events import Role
from bot.platforms.console import Console

console = Console(
    person="ada", community=None, role=Role.MEMBER, page_chars=400,
    stdin=sys.stdin, stdout=sys.stdout,
)
"""


def test_what_draws_a_terminal_is_not_loaded_for_a_pipe() -> None:
    code = BUILD + "print([m for m in sys.modules if m in ('rich', 'readline', 'termios')])"
    assert run_python(code, input=b"").stdout == b"[]\n"


def test_ids_differ_between_processes() -> None:
    code = BUILD + (
        "import asyncio\n"
        "async def first(): print((await anext(console.events())).id)\n"
        "asyncio.run(first())\n"
    )
    first, second = (run_python(code, input=b"Hello\n").stdout for _ in range(2))
    assert len(first) > 16
    assert first != second


def test_a_process_ends_although_its_input_stays_open() -> None:
    code = BUILD + (
        "import asyncio\n"
        "async def listen():\n"
        "    async for event in console.events(): pass\n"
        "async def once():\n"
        "    listening = asyncio.ensure_future(listen())\n"
        "    await asyncio.sleep(0)\n"
        "    listening.cancel()\n"
        "asyncio.run(once())\n"
    )
    read, write = os.pipe()
    try:
        done = run_python(code, stdin=read, timeout=PATIENCE_S)
    finally:
        os.close(read)
        os.close(write)
    assert done.stdout == done.stderr == b""


# --- Wrapping ---------------------------------------------------------------------------------


@given(
    st.lists(st.text(alphabet="ab \n", max_size=12), max_size=30),
    st.integers(min_value=4, max_value=30),
)
def test_streamed_text_breaks_between_words_and_loses_none(pieces: list[str], width: int) -> None:
    wrap = Wrap(lambda: width)
    written = "".join(wrap.feed(piece) for piece in pieces) + wrap.flush()
    assert written.split() == "".join(pieces).split()
    column = 0
    for part in re.findall(r"\n| |[ab]+", written):
        if part == "\n":
            column = 0
            continue
        begins = column % width if column else 0
        assert begins + len(part) <= width or len(part) > width or part == " "
        column = (column + len(part) - 1) % width + 1
    assert wrap.column == column


def test_a_script_without_spaces_streams_sign_by_sign_and_breaks_anywhere() -> None:
    wrap = Wrap(lambda: 10)
    assert wrap.feed("星星星") == "星星星"
    assert wrap.feed("星星星。") == "星星\n星。"


def test_a_word_is_held_back_until_it_is_whole() -> None:
    wrap = Wrap(lambda: 10)
    assert wrap.feed("the tide tu") == "the tide"
    assert wrap.feed("rns") == ""
    assert wrap.feed(" ") == "\nturns"
    assert wrap.feed("now") == ""
    assert wrap.flush() == " now"


# --- At a terminal ----------------------------------------------------------------------------


async def play_bot(console: Console) -> None:
    """One room's worker, as the bot has it: a newer message stops what is being written."""
    inbox: asyncio.Queue[Message] = asyncio.Queue(maxsize=10)
    newer = asyncio.Event()

    async def work() -> None:
        while True:
            message = await inbox.get()
            if inbox.empty():
                newer.clear()
            await answer(console, message, newer)
            if inbox.empty():
                await console.do(Idle(message.room))

    async with asyncio.TaskGroup() as group:
        worker = group.create_task(work())
        async with aclosing(console.events()) as events:
            async for event in events:
                assert isinstance(event, Message)
                newer.set()
                await inbox.put(event)
        worker.cancel()


async def answer(console: Console, message: Message, newer: asyncio.Event) -> None:
    room = message.room
    await console.do(Busy(room))
    match message.text:
        case "tell me":
            first = await say(console, message, "Once upon")
            await console.do(Revise(room, first, "Once upon a "))
            await newer.wait()
            await console.do(Revise(room, first, "Once upon a time"))
        case "deaf":
            await say(console, message, "Still")
            await asyncio.Event().wait()
        case "/stop":
            await notice(console, message, "Stopped.")
        case "change":
            first = await say(console, message, "One thing")
            await console.do(Revise(room, first, "Another thing"))
        case "later":
            await console.do(Idle(room))
            await asyncio.to_thread(os.read, int(os.environ["LATER"]), 1)
            await notice(console, message, "By the way.")
        case "steer":
            await say(console, message, "a\x1b[2Jb\x9b31mc", name="W\x1b]0;x\x07ren")
        case text:
            first = await say(console, message, "You said")
            await console.do(Revise(room, first, f"You said {text!r}"))
            await console.do(Revise(room, first, f"You said {text!r} to me."))


def play_at_terminal() -> None:
    """The process at the other end of the tests' terminal."""
    console = Console(
        person="ada",
        community="home",
        role=Role.MEMBER,
        page_chars=4000,
        stdin=sys.stdin,
        stdout=sys.stdout,
        completions=COMMANDS,
    )
    asyncio.run(play_bot(console), debug=True)
    is_echoing = bool(termios.tcgetattr(0)[3] & termios.ECHO)
    is_cooked = bool(termios.tcgetattr(0)[3] & termios.ICANON)
    os.write(1, f"ended, {is_echoing=}, {is_cooked=}\n".encode())


class AtTerminal:
    """Hands on the keyboard and eyes on the screen of a real pseudo-terminal."""

    def __init__(self, *, columns: int = 100, **env: str) -> None:
        self.fd, other = pty.openpty()
        fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        read, self.later_fd = os.pipe()
        base = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "INPUTRC": os.devnull}
        self.process = subprocess.Popen(
            [sys.executable, "-X", "dev", "-c", f"import {__name__} as t; t.play_at_terminal()"],
            cwd=ROOT,
            stdin=other,
            stdout=other,
            stderr=other,
            pass_fds=[read],
            env={**base, "LATER": str(read), "LANG": "C.UTF-8", **env},
            start_new_session=True,
            # Its own controlling terminal, so that Ctrl-C is a signal.
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - no threads here
        )
        os.close(other)
        os.close(read)
        self.screen = ""
        self._seen = 0

    def type(self, keys: str) -> None:
        os.write(self.fd, keys.encode("utf-8", "surrogateescape"))

    def see(self, pattern: str) -> str:
        """Waits until this stands on the screen, after what was seen last."""
        while (found := re.compile(pattern, re.DOTALL).search(self.screen, self._seen)) is None:
            ready, _, _ = select.select([self.fd], [], [], PATIENCE_S)
            assert ready, f"{pattern!r} never came:\n{self.screen[self._seen :]!r}"
            try:
                self.screen += os.read(self.fd, 1 << 16).decode("utf-8", "replace")
            except OSError:
                pytest.fail(f"{pattern!r} never came, and it ended:\n{self.screen[self._seen :]!r}")
        self._seen = found.end()
        return found.group()

    def end(self) -> None:
        """Ends with the terminal as it was found."""
        self.see(r"ended, is_echoing=True, is_cooked=True")
        assert self.process.wait(PATIENCE_S) == 0
        assert "Traceback" not in self.screen


@pytest.fixture
def at_terminal() -> Iterator[Callable[..., AtTerminal]]:
    open_ones: list[AtTerminal] = []

    def sit_down(**how: Any) -> AtTerminal:
        open_ones.append(AtTerminal(**how))
        return open_ones[-1]

    yield sit_down
    for one in open_ones:
        one.process.kill()
        one.process.wait()
        os.close(one.fd)
        os.close(one.later_fd)


Sit = Callable[..., AtTerminal]


def test_a_talk_at_a_terminal_streams_in_colour_and_ends_with_ctrl_d(at_terminal: Sit) -> None:
    one = at_terminal()
    one.see(r"ada> ")
    one.type("hello\r")
    one.see(r"\x1b\[[0-9;]+mWren:\x1b\[0m You said 'hello' to me\.\r\n")
    one.see(r"ada> ")
    one.type("\r")
    one.see(r"ada> ")
    one.type("caf\u00e9 \udcff\r")
    one.see(r"You said 'café \S+' to me\.\r\n")
    one.see(r"ada> ")
    one.type("\x04")
    one.end()
    assert one.screen.count("You said 'hello'") == 1


def test_only_what_is_new_is_printed_and_what_changed_is_printed_again(at_terminal: Sit) -> None:
    one = at_terminal()
    one.see(r"ada> ")
    one.type("change\r")
    one.see(r"One thing\r\n\S*Wren:\S* Another thing\r\n")
    one.see(r"ada> ")
    one.type("\x04")
    one.end()


def test_ctrl_c_while_the_bot_writes_stops_it_and_at_the_prompt_ends(at_terminal: Sit) -> None:
    one = at_terminal()
    one.see(r"ada> ")
    one.type("tell me\r")
    one.see(r"Once upon")
    one.type("\x03")
    one.see(r"a\^C\r\ntime\r\n\S*\* Stopped\.")
    assert one.screen.count("Once upon") == 1
    one.see(r"ada> ")
    one.type("half a thou")
    one.see(r"half a thou")
    one.type("\x03")
    one.end()


def test_a_second_ctrl_c_ends_what_does_not_stop(at_terminal: Sit) -> None:
    one = at_terminal()
    one.see(r"ada> ")
    one.type("deaf\r")
    one.see(r"Wren:")
    one.type("\x03")
    one.see(r"\^C\r\n")
    one.type("\x03")
    one.end()


def test_a_line_typed_while_the_bot_writes_interrupts_it(at_terminal: Sit) -> None:
    one = at_terminal()
    one.see(r"ada> ")
    one.type("tell me\r")
    one.see(r"Once upon")
    one.type("\rwait\r")
    one.see(r"You said 'wait' to me\.\r\n")
    one.see(r"ada> ")
    one.type("\x04")
    one.end()


def test_ctrl_d_while_the_bot_writes_ends(at_terminal: Sit) -> None:
    one = at_terminal()
    one.see(r"ada> ")
    one.type("tell me\r")
    one.see(r"Once upon")
    one.type("\x04")
    one.end()


def test_what_is_typed_ahead_is_taken_over_into_the_next_prompt(at_terminal: Sit) -> None:
    one = at_terminal()
    one.see(r"ada> ")
    one.type("tell me\r")
    one.see(r"Once upon")
    one.type("wait\rand th")
    one.see(r"You said 'wait' to me\.")
    one.see(r"ada> \S*and th")
    one.type("en\r")
    one.see(r"You said 'and then' to me\.")
    one.see(r"ada> ")
    one.type("\x04")
    one.end()


def test_tab_completes_commands_and_shows_what_they_do(at_terminal: Sit) -> None:
    one = at_terminal()
    one.see(r"ada> ")
    one.type("/h\t")
    one.see(r"/help")
    one.type("\r")
    one.see(r"You said '/help ?' to me\.")
    one.see(r"ada> ")
    one.type("/p\t")
    one.see(r"/p\S*ersona")
    one.type("\t\t")
    one.see(r"  /persona wren +Wren\r\n  /personas +lists\r\n")
    one.see(r"ada> \S*/persona")
    one.type("s\r")
    one.see(r"You said '/personas' to me\.")
    one.see(r"ada> ")
    one.type("\x04")
    one.end()


def test_a_notice_at_the_prompt_leaves_what_is_being_typed(at_terminal: Sit) -> None:
    one = at_terminal()
    one.see(r"ada> ")
    one.type("later\r")
    one.see(r"ada> ")
    one.type("half a th")
    one.see(r"half a th")
    os.write(one.later_fd, b"x")
    one.see(r"\* By the way\..*ada> \S*half a th")
    one.type("ought\r")
    one.see(r"You said 'half a thought' to me\.")
    one.see(r"ada> ")
    one.type("\x04")
    one.end()


def test_escape_sequences_in_texts_and_names_do_not_reach_the_terminal(at_terminal: Sit) -> None:
    one = at_terminal(TERM="dumb")
    one.see(r"ada> ")
    one.type("steer\r")
    one.see(r"W\]0;xren: a\[2Jb31mc\r\n")
    one.see(r"ada> ")
    one.type("\x04")
    one.end()


def test_no_color_is_honoured(at_terminal: Sit) -> None:
    one = at_terminal(NO_COLOR="1")
    one.see(r"ada> ")
    one.type("hello\r")
    one.see(r"Wren:.*to me\.")
    one.see(r"ada> ")
    one.type("\x04")
    one.end()
    colours = re.findall(r"\x1b\[([0-9;]*)m", one.screen)
    assert not [c for c in colours if re.search(r"(^|;)(3|4|9|10)[0-7]", c)]


def test_a_narrow_terminal_breaks_lines_between_words(at_terminal: Sit) -> None:
    one = at_terminal(columns=24)
    one.see(r"ada> ")
    one.type("abcdefghij\r")
    one.see(r"Wren:\S* You said\r\n'abcdefghij' to me\.\r\n")
    one.see(r"ada> ")
    one.type("\x04")
    one.end()
