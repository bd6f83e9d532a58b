"""What is wrong in a file of rules: where it stands, what was found, and the mend.

Whatever the mistake, nothing is taken, and all mistakes are named at once.
"""

from dataclasses import dataclass

from bot.text import Text, lines, verbatim

SHOWN = 40
"""How much of what was found is shown."""


class Unfit(Exception):
    """One value does not fit. What was found is named where it stands in the file."""

    def __init__(self, mend: Text, found: object = None) -> None:
        """`found`: which one of several, where the value is a list."""
        super().__init__(str(mend))
        self.mend = mend
        self.found = found


@dataclass(frozen=True, slots=True)
class Problem:
    mend: Text
    line: int = 0
    rule: str = ""
    key: str = ""
    found: str = ""

    def say(self) -> Text:
        if self.rule and self.key:
            return IN_RULE.format(
                line=self.line, rule=self.rule, key=self.key, found=self.found, mend=self.mend
            )
        if self.key:
            return IN_FILE.format(line=self.line, key=self.key, found=self.found, mend=self.mend)
        if self.rule:
            return OF_RULE.format(line=self.line, rule=self.rule, mend=self.mend)
        return OF_FILE.format(line=self.line, mend=self.mend) if self.line else self.mend


class NotTaken(Exception):
    """Nothing of the file was taken."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(problem.say() for problem in problems))

    def say(self) -> Text:
        shown = self.problems[:MOST_SHOWN]
        more = len(self.problems) - len(shown)
        rest = (AND_MORE.format(count=more),) if more else ()
        return lines(NOTHING_TAKEN, *(problem.say() for problem in shown), *rest)


def as_found(value: object) -> str:
    """What stood there, on one short line."""
    if isinstance(value, bool):
        return str(value).lower()
    written = f'"{value}"' if isinstance(value, str) else str(value)
    seen = " ".join(written.split())
    return seen if len(seen) <= SHOWN else seen[:SHOWN] + "…"


def one_of(choices: tuple[str, ...]) -> Text:
    return ONE_OF.format(choices=verbatim(", ".join(choices)))


MOST_SHOWN = 20

NOTHING_TAKEN = Text("Nothing of it was taken:")
AND_MORE = Text("And {count} more.")
IN_RULE = Text("Line {line}, rule {rule}: `{key}` is {found}. {mend}")
IN_FILE = Text("Line {line}: `{key}` is {found}. {mend}")
OF_RULE = Text("Line {line}, rule {rule}: {mend}")
OF_FILE = Text("Line {line}: {mend}")

NO_TOML = Text("This is no TOML: {why}. Mend it there, or begin with `rules export`.")
TOO_LARGE = Text("The file is too large. At most {most} characters are read.")
TOO_MANY = Text("There are too many of these: at most {most}.")
UNKNOWN_KEY = Text("There is no such key here. Known: {known}.")
MISSING = Text("Something is missing: add {keys}.")
ONE_OF = Text("It has to be one of these: {choices}.")
WHOLE_NUMBER = Text("It has to be a whole number from {least} to {most}.")
YES_OR_NO = Text("It has to be true or false.")
WORDS_WANTED = Text(
    "It has to be text on one line between quotation marks, up to {most} characters."
)
LIST_WANTED = Text("It has to be a list in square brackets, with {least} to {most} entries.")
TWICE = Text("It stands here twice. Give each a name or value of its own.")
TIME_WANTED = Text("It has to be a time of day, such as 22:30.")
ZONE_WANTED = Text("It has to be a time zone, such as Europe/Berlin or UTC.")
NO_PATTERN = Text("RE2 cannot read this pattern: {why}. It knows no look-around and no references.")
PATTERN_TOO_LARGE = Text("This pattern is too large. Write shorter repetitions.")
MATCHES_EVERYTHING = Text("It matches everything, or nearly. Make it narrower.")
BARE_STAR = Text("A star stands at an end of at least two letters, as in spoil*.")
HOST_WANTED = Text("It has to be a host without a path, such as example.org.")
NOT_FIRMER = Text("Each step needs more hits than the one before, and is as firm or firmer.")
MINUTES_FOR_PAUSE = Text("A pause needs `pause_minutes`, and nothing else has them.")
AGAINST_NOBODY = Text(
    "What the model writes counts against nobody: `output` may only `mask` or `refuse`."
)
STEER_IS_INPUT = Text("`steer` goes with `input` alone, and needs a `hint`.")
NOT_A_HINT = Text("A hint may not speak of romance near somebody under 18, whatever it says of it.")
INPUT_ONLY = Text("This kind of rule holds for `input` alone.")
EMPTY_RULE = Text("The rule asks for nothing. Fill in one of these: {keys}.")
SAME_TIMES = Text("`from` and `to` are the same time.")
NOTHING_TO_MASK = Text("This kind of rule cannot `mask`: it finds no words that could be left out.")
