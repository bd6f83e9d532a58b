"""`rules …`, declared: what moderators do with their community's rules. What a rule is, policy knows."""

from dataclasses import dataclass

from bot.commands.declaration import Declares
from bot.commands.parameters import Kind, Parameter, number, one_of
from bot.commands.rule_words import ACTIONS, SET
from bot.events import Role
from bot.policy.community.forms import KINDS
from bot.text import Text

LONGEST_VALUE = 2_000
MOST_FILE_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class ShowRules:
    rule: str = ""


@dataclass(frozen=True, slots=True)
class AddRule:
    kind: str
    does: str
    what: str = ""


@dataclass(frozen=True, slots=True)
class EditRule:
    rule: str
    key: str
    value: str


@dataclass(frozen=True, slots=True)
class RemoveRule:
    rule: str


@dataclass(frozen=True, slots=True)
class TestRules:
    sentence: str


@dataclass(frozen=True, slots=True)
class DryRun:
    is_on: bool
    rule: str = ""


@dataclass(frozen=True, slots=True)
class History:
    below: str = ""


@dataclass(frozen=True, slots=True)
class Diff:
    old: str = ""
    new: str = ""


@dataclass(frozen=True, slots=True)
class Rollback:
    version: str


@dataclass(frozen=True, slots=True)
class ExportRules: ...


@dataclass(frozen=True, slots=True)
class ImportRules:
    file: str
    """Its name, by which nothing is done."""


@dataclass(frozen=True, slots=True)
class Presets:
    name: str = ""
    is_sure: bool = False


@dataclass(frozen=True, slots=True)
class Stats: ...


RulesCommand = (
    ShowRules | AddRule | EditRule | RemoveRule | TestRules | DryRun | History | Diff | Rollback
    | ExportRules | ImportRules | Presets | Stats
)  # fmt: skip

ABOUT = Text("what goes in this community, and what happens otherwise; for moderators")

_RULE = Parameter("rule", Kind.WORD, Text("the rule's name, with hyphens for spaces"))
_ONE_RULE = Parameter(
    "rule", Kind.WORD, Text("one rule's name, with hyphens for spaces"), is_required=False
)


RULING: tuple[Declares[RulesCommand], ...] = (
    Declares(
        "rules show",
        Text("shows the rules that hold, or one of them"),
        lambda values: ShowRules(values.get("rule", "")),
        words=("rules",),
        parameters=(_ONE_RULE,),
        least=Role.MODERATOR,
    ),
    Declares(
        "rules add",
        Text("adds a rule"),
        lambda values: AddRule(values["kind"], values["does"], values.get("what", "")),
        parameters=(
            Parameter(
                "kind",
                Kind.CHOICE,
                Text("what it looks for"),
                choices=tuple(KINDS),
                meanings=(
                    Text("words: words and phrases, with commas between"),
                    Text("patterns: one pattern in RE2's syntax"),
                    Text("topics: violence, politics and others, with commas between"),
                    Text("own-topic: a topic in a sentence of yours"),
                    Text("links: links, but to these hosts"),
                    Text("invites: invitations to elsewhere"),
                    Text("languages: all but these, as in en, de"),
                    Text("length: messages longer than so many characters"),
                    Text("flood: so many messages in so many seconds, as in 6 in 10"),
                    Text("repetition: the same so often in so many seconds, as in 3 in 60"),
                    Text("personas: who may be played, as in only=wren or never=tock"),
                    Text("ceiling: how far talk may go: general, romance or mature"),
                    Text("quiet-hours: when nobody is answered, as in 22:00 to 07:00"),
                    Text("session-length: the longest session, in minutes"),
                    Text("least-age: how well an age is founded, as in entry=platform"),
                    Text("entry: who may come in, as in account_days=30 approval=true"),
                ),
            ),
            Parameter(
                "does",
                Kind.CHOICE,
                Text("what happens"),
                choices=(*ACTIONS, SET),
                meanings=(
                    Text("steer: answered, and the model is told something, as in hint=Stay calm."),
                    Text("mask: answered, without the words in question"),
                    Text("refuse: not answered, and told so"),
                    Text("warn: refused, and told that it counts"),
                    Text("pause: refused, and nothing is answered for an hour"),
                    Text("revoke: refused, and the door is closed"),
                    Text(
                        "set: it is simply so; with personas, ceiling, quiet-hours and those after"
                    ),
                ),
            ),
            Parameter(
                "what",
                Kind.LINE,
                Text("the words, topics or numbers; anything else by its key, as in say=Not here."),
                most_chars=LONGEST_VALUE,
                is_required=False,
            ),
        ),
        least=Role.MODERATOR,
    ),
    Declares(
        "rules edit",
        Text("changes one line of a rule, as it stands in the file"),
        lambda values: EditRule(values["rule"], values["key"], values["value"]),
        parameters=(
            _RULE,
            Parameter("key", Kind.WORD, Text("which line: does, say, words, steps, …")),
            Parameter("value", Kind.LINE, Text("the new value"), most_chars=LONGEST_VALUE),
        ),
        least=Role.MODERATOR,
    ),
    Declares(
        "rules remove",
        Text("takes a rule away"),
        lambda values: RemoveRule(values["rule"]),
        parameters=(_RULE,),
        least=Role.MODERATOR,
    ),
    Declares(
        "rules test",
        Text("says what the rules would do with a sentence, and why; nothing is kept"),
        lambda values: TestRules(values["sentence"]),
        parameters=(
            Parameter("sentence", Kind.LINE, Text("the sentence"), most_chars=LONGEST_VALUE),
        ),
        least=Role.MODERATOR,
    ),
    Declares(
        "rules dry-run",
        Text("lets the rules, or one of them, act on nothing and only be counted"),
        lambda values: DryRun(values["wish"] == "on", values.get("rule", "")),
        parameters=(
            Parameter(
                "wish",
                Kind.CHOICE,
                Text("whether"),
                choices=("on", "off"),
                meanings=(Text("on: only counted"), Text("off: in earnest")),
            ),
            _ONE_RULE,
        ),
        least=Role.MODERATOR,
    ),
    Declares(
        "rules history",
        Text("lists who changed the rules, when and how"),
        lambda values: History(values.get("below", "")),
        parameters=(number("below", Text("only those with a smaller number"), is_required=False),),
        least=Role.MODERATOR,
    ),
    Declares(
        "rules diff",
        Text("shows what is different between two versions"),
        lambda values: Diff(values.get("old", ""), values.get("new", "")),
        parameters=(
            number("old", Text("without it, the one before the newest"), is_required=False),
            number("new", Text("without it, the newest"), is_required=False),
        ),
        least=Role.MODERATOR,
    ),
    Declares(
        "rules rollback",
        Text("makes an old version hold again"),
        lambda values: Rollback(values["version"]),
        parameters=(number("version", Text("its number in the history")),),
        least=Role.MODERATOR,
    ),
    Declares(
        "rules export",
        Text("hands over the rules as one file"),
        lambda _: ExportRules(),
        least=Role.MODERATOR,
    ),
    Declares(
        "rules import",
        Text("takes the rules from an attached file; with one wrong line nothing is taken"),
        lambda values: ImportRules(values["file"]),
        parameters=(Parameter("file", Kind.FILE, Text("the file"), most_bytes=MOST_FILE_BYTES),),
        least=Role.MODERATOR,
    ),
    Declares(
        "rules presets",
        Text("lists rules to start from, or takes one of them"),
        lambda values: Presets(values.get("name", ""), is_sure="sure" in values),
        parameters=(
            Parameter("name", Kind.WORD, Text("which one"), is_required=False),
            *one_of(
                "sure",
                Text("without it you are shown them"),
                confirm=Text("confirm: take it in place of the rules that hold"),
            ),
        ),
        least=Role.MODERATOR,
    ),
    Declares(
        "rules stats",
        Text("counts what the rules did, as numbers and a picture"),
        lambda _: Stats(),
        least=Role.MODERATOR,
    ),
)
