"""Markdown as HTML that a client shows, and what other people's clients send back: tables."""

import json
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.matrix.html import as_html
from bot.platforms.matrix.reading import MARK, read_said
from bot.platforms.matrix.saying import PAGE_CHARS, edit, words

# --- Out --------------------------------------------------------------------------------------

SHOWN = [
    ("**loud** and *soft*", "<strong>loud</strong> and <em>soft</em>"),
    ("*She waves.* Hello!", "<em>She waves.</em> Hello!"),
    ("~~gone~~", "<s>gone</s>"),
    ("`a < b`", "<code>a &lt; b</code>"),
    ("```py\nx < 1\n```", '<pre><code class="language-py">x &lt; 1\n</code></pre>'),
    ("> so\n> it was", "<blockquote>\n<p>so<br />\nit was</p>\n</blockquote>"),
    ("- one\n- two", "<ul>\n<li>one</li>\n<li>two</li>\n</ul>"),
    ("1. one\n2. two", "<ol>\n<li>one</li>\n<li>two</li>\n</ol>"),
    ("# Title", "<h1>Title</h1>"),
    ("one\n\ntwo", "<p>one</p>\n<p>two</p>"),
    ("one\n\n---", "<p>one</p>\n<hr />"),
    ("one\n---", "<p>one</p>\n<hr />"),
    ("**one**\ntwo", "<strong>one</strong><br />\ntwo"),
    # Links lead nowhere, and pictures are not shown.
    ("**[here](https://example.org)**", "<strong>[here](https://example.org)</strong>"),
    ("*![me](mxc://example.org/a)*", "<em>![me](mxc://example.org/a)</em>"),
    ("*<https://example.org>*", "<em>&lt;https://example.org&gt;</em>"),
    # A tag that was written is words, and so is what stands for one.
    ("*a* <script>x</script>", "<em>a</em> &lt;script&gt;x&lt;/script&gt;"),
    ("*a* <mx-reply>x</mx-reply>", "<em>a</em> &lt;mx-reply&gt;x&lt;/mx-reply&gt;"),
    ("*a* &lt;b&gt; &#60;", "<em>a</em> &amp;lt;b&amp;gt; &amp;#60;"),
    # Nobody is called by it.
    ("*@ada:example.org* @room", "<em>@ada:example.org</em> @room"),
]
PLAIN = [
    "Good evening.",
    "one\ntwo",
    "<script>alert(1)</script>",
    "<!-- nothing -->",
    "[here](https://example.org)",
    "[a]: https://example.org\n[a]",
    "https://example.org/a_b_c",
    "@ada:example.org, @room",
    "snake_case_name",
    "||hidden||",
    "    further in",
    "&amp; &lt;b&gt;",
    # Half written, while it grows, and never ended.
    "**half a",
    "*half a thought",
    "~~half",
    "`half",
    "***",
]


@pytest.mark.parametrize(("text", "html"), SHOWN)
def test_marks_are_shown_and_nothing_else(text: str, html: str) -> None:
    assert as_html(text) == html


@pytest.mark.parametrize("text", PLAIN[:-1])
def test_what_html_would_show_no_better_is_said_plainly(text: str) -> None:
    assert as_html(text) == ""


@pytest.mark.parametrize("text", ["```\nlet x", "```py\nlet x = 1\n``"])
def test_a_program_that_is_still_being_written_is_one_already(text: str) -> None:
    assert as_html(text).startswith("<pre><code")


class Tags(HTMLParser):
    """Raises where a tag is not of Matrix's list, has more than it may, or is not closed."""

    VOID = frozenset({"br", "hr"})
    KNOWN = VOID | {"p", "em", "strong", "s", "code", "pre", "ul", "ol", "li", "blockquote"}
    HEADS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in self.KNOWN | self.HEADS, tag
        for name, value in attrs:
            is_fine = (tag, name) == ("ol", "start") and (value or "").isdigit()
            assert is_fine or (tag, name) == ("code", "class"), (tag, name)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    unknown_decl = handle_pi = handle_comment


PIECES = ["*", "**", "_", "`", "```", "~~", "> ", "- ", "1. ", "#", "\n", "\n\n", "---", "    ", "a",
          "<b>", "<script ", 'x="1">', "</p>", "&lt;", "[", "](javascript:a)", "!", "\\", "\0", "@a:b"]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=30))
def test_whatever_is_written_only_known_tags_come_of_it_and_all_are_closed(
    pieces: list[str],
) -> None:
    tags = Tags()
    tags.feed(as_html("".join(pieces)))
    tags.close()
    assert tags.open == []


@pytest.mark.parametrize(
    "piece",
    ["*a ", "_a_ ", "`", "[", ">", "- ", "**", "&", "<", "*_", "a**b", "1. ", "~~a ", "🌊*"],
)
def test_no_page_is_too_large_for_an_event_whatever_stands_in_it(piece: str) -> None:
    page = (piece * PAGE_CHARS)[:PAGE_CHARS]
    # Encrypted it grows by a third, and an event may have 65,536 bytes.
    assert len(json.dumps(words(page, is_persona=True))) < 45_000
    changed = edit("$one", page)
    assert len(json.dumps(changed)) < 45_000
    assert changed["m.new_content"]["body"] == page


def test_an_edit_can_be_read_by_clients_that_know_none() -> None:
    changed = edit("$one", "The **tide** comes")
    assert changed["body"] == "* The **tide** comes"
    assert changed["formatted_body"] == "* The <strong>tide</strong> comes"
    assert changed["m.relates_to"] == {"rel_type": "m.replace", "event_id": "$one"}
    assert changed["m.new_content"]["body"] == "The **tide** comes"
    # SAFETY H7, for those who read only one of the two.
    assert changed[MARK] is changed["m.new_content"][MARK] is True
    assert changed["m.mentions"] == changed["m.new_content"]["m.mentions"] == {}


# --- In ---------------------------------------------------------------------------------------

REPLY = {"m.relates_to": {"m.in_reply_to": {"event_id": "$before"}}}
HTML = {"format": "org.matrix.custom.html"}
READ: list[tuple[dict[str, Any], str]] = [
    ({"body": "Good evening"}, "Good evening"),
    ({"body": "plain", **HTML, "formatted_body": "<b>something else</b>"}, "plain"),
    ({"body": "a < b & c &lt;", **HTML, "formatted_body": "a &lt; b"}, "a < b & c &lt;"),
    # A pill stands in the body as the name that it shows.
    (
        {
            "body": "Ben: hello",
            **HTML,
            "formatted_body": '<a href="https://matrix.to/#/@ben:a">Ben</a>: hello',
        },
        "Ben: hello",
    ),
    # A spoiler stands there as the specification has it: where it can be found, not what it says.
    (
        {
            "body": "It is [Spoiler](mxc://a/b)",
            **HTML,
            "formatted_body": "<span data-mx-spoiler>x</span>",
        },
        "It is [Spoiler](mxc://a/b)",
    ),
    ({"body": "waves", "msgtype": "m.emote"}, "*waves*"),
    # What older clients quote before an answer is nobody's new word.
    ({"body": "> <@ben:a> the sea\n> is cold\n\nIs it?", **REPLY}, "Is it?"),
    ({"body": "> <@ben:a> the sea\n\n> a quotation of mine\nYes", **REPLY}, "> a quotation of mine\nYes"),
    ({"body": "> a quotation of mine\nYes"}, "> a quotation of mine\nYes"),
    ({"body": "Yes", **REPLY}, "Yes"),
    ({"body": "> only that", **REPLY}, ""),
    ({"body": "a.png", "msgtype": "m.image", "url": "mxc://a/b"}, ""),
    ({"body": "see", "filename": "a.png", "msgtype": "m.image", "url": "mxc://a/b"}, "see"),
    ({"body": "a.png", "filename": "a.png", "msgtype": "m.file", "url": "mxc://a/b"}, ""),
]  # fmt: skip


def message(content: dict[str, Any]) -> dict[str, Any]:
    whole = {"msgtype": "m.text", **content}
    return {"type": "m.room.message", "event_id": "$now", "sender": "@ada:a", "content": whole}


@pytest.mark.parametrize(("content", "text"), READ)
def test_of_what_people_write_only_the_plain_body_counts(
    content: dict[str, Any], text: str
) -> None:
    said = read_said(message(content))
    assert said is not None
    assert said.text == text


@pytest.mark.parametrize(
    "content",
    [
        {"body": "of another bot", "msgtype": "m.notice"},
        {"body": 5},
        {},
        {"body": ["a"], **HTML, "formatted_body": "<b>words</b>"},
        {"body": "x", "msgtype": "org.example.own"},
    ],
)
def test_what_is_broken_or_another_bots_says_nothing(content: dict[str, Any]) -> None:
    assert read_said(message(content)) is None


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ({"info": {"size": 5, "mimetype": "text/plain"}, "url": "mxc://a/b"}, ("", 5, "text/plain")),
        ({"body": "../a.toml", "url": "mxc://a/b"}, ("../a.toml", 0, "")),
        ({"body": "see", "filename": "a.toml", "url": "mxc://a/b"}, ("a.toml", 0, "")),
        ({"info": {"size": -1}, "url": "mxc://a/b"}, ("", 0, "")),
        ({"info": {"size": "many", "mimetype": 3}, "url": "mxc://a/b"}, ("", 0, "")),
        ({"info": {"size": float("inf")}, "url": "mxc://a/b"}, ("", 0, "")),
        ({"info": [], "file": "none"}, ("", 0, "")),
    ],
)  # fmt: skip
def test_what_is_told_of_a_file_is_taken_as_far_as_it_makes_sense(
    content: dict[str, Any], found: tuple[str, int, str]
) -> None:
    said = read_said(message({"msgtype": "m.file", **content}))
    assert said is not None
    assert said.file is not None
    assert (said.file.name, said.file.size, said.file.media_type) == found
