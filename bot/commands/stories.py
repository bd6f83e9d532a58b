"""`story …`, declared: what was told of a person's talks with a persona, read, told in their own words,
and gone on from. Where we are alone (INVARIANT I1).
"""

from dataclasses import dataclass

from bot.commands.declaration import Declares
from bot.commands.parameters import Kind, Parameter, Place
from bot.text import Text


@dataclass(frozen=True, slots=True)
class StoryShow: ...


@dataclass(frozen=True, slots=True)
class StoryEdit:
    words: str


@dataclass(frozen=True, slots=True)
class StoryForget: ...


@dataclass(frozen=True, slots=True)
class StoryAgain: ...


StoryCommand = StoryShow | StoryEdit | StoryForget | StoryAgain

ABOUT = Text("the story of our talks so far")

STORIES: tuple[Declares[StoryCommand], ...] = (
    Declares(
        "story show",
        Text("shows the story so far, as it is remembered"),
        lambda _: StoryShow(),
        words=("story",),
        place=Place.DIRECT,
    ),
    Declares(
        "story edit",
        Text("tells the story so far in your own words"),
        lambda values: StoryEdit(values["words"]),
        parameters=(
            Parameter("words", Kind.LINE, Text("the story, as you want it told"), most_chars=800),
        ),
        place=Place.DIRECT,
    ),
    Declares(
        "story forget",
        Text("forgets your own words for the story"),
        lambda _: StoryForget(),
        place=Place.DIRECT,
    ),
    Declares(
        "story again",
        Text("begins a new session from the story so far"),
        lambda _: StoryAgain(),
        place=Place.DIRECT,
    ),
)
