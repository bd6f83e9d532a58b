"""`rules stats`: what the rules did, by day, as numbers and a picture (SAFETY M9). Never who."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.commands.chart import Bar, draw
from bot.commands.desk import Answer, Desk
from bot.files import File
from bot.store.case_rows import CaseState, Count
from bot.text import Text, lines

DAYS = 28
MOST_RULES = 8
"""In words and in the picture; the rest is one."""

NOTHING = Text("No rule of this community has said anything in the last {days} days.")
TITLE = Text("The last {days} days, by rule: in earnest, and in a dry run.")
RULE = Text("{rule}: {live} and {dry}")
OTHERS = Text("others: {live} and {dry}")
CASES = Text(
    "Cases so far: {total}; waiting for an answer: {appealed}; upheld: {upheld}; lifted: {lifted}."
)
SHARE = Text("Of the appeals that were answered, {share} of 100 were upheld.")


async def tell(desk: Desk) -> Answer:
    moderation, community = desk.house.moderation, desk.community.id
    today = datetime.fromtimestamp(desk.now, UTC).date()
    days = [(today - timedelta(days=ago)).isoformat() for ago in reversed(range(DAYS))]
    counts = await moderation.rules.counts(community, days[0])
    cases = (await moderation.cases.standings(community)).cases
    told = [*_by_rule(counts)] if counts else [NOTHING.format(days=DAYS)]
    upheld, lifted = await moderation.cases.appeals(community)
    told.append(
        CASES.format(
            total=sum(cases.values()),
            appealed=cases.get(CaseState.APPEALED, 0),
            upheld=cases.get(CaseState.UPHELD, 0),
            lifted=cases.get(CaseState.LIFTED, 0),
        )
    )
    if upheld + lifted:
        told.append(SHARE.format(share=round(100 * upheld / (upheld + lifted))))
    if not counts:
        return Answer(lines(*told))
    picture = draw(_bars(counts, days), _legend(counts, upheld, lifted))
    return Answer(lines(*told), file=File("rules.png", picture, "image/png"))


def _by_rule(counts: Sequence[Count]) -> list[Text]:
    live, dry = _sums(counts)
    named = _names(counts)
    told = [TITLE.format(days=DAYS)]
    told += [RULE.format(rule=name, live=live[name], dry=dry[name]) for name in named]
    rest = (live.keys() | dry.keys()) - set(named)
    if rest:
        sums = (sum(of[name] for name in rest) for of in (live, dry))
        told.append(OTHERS.format(live=next(sums), dry=next(sums)))
    return told


def _bars(counts: Sequence[Count], days: Sequence[str]) -> list[Bar]:
    """One for each day, made of its rules; those in a dry run stand beside."""
    named = _names(counts)
    live: dict[str, Counter[int]] = {day: Counter() for day in days}
    dry: Counter[str] = Counter()
    for one in counts:
        part = named.index(one.rule) if one.rule in named else len(named)
        if one.is_dry:
            dry[one.day] += one.count
        elif one.day in live:
            live[one.day][part] += one.count
    parts = range(len(named) + 1)
    return [Bar(day[5:], tuple(live[day][part] for part in parts), dry[day]) for day in days]


def _legend(counts: Sequence[Count], upheld: int, lifted: int) -> list[str]:
    """In plain letters, which the picture's own alphabet has; rules' names are moderators' words."""
    told = _names(counts)
    others = len({one.rule for one in counts}) - len(told)
    return [*told, f"others: {others}", "dry run", f"appeals upheld {upheld}, lifted {lifted}"]


def _sums(counts: Sequence[Count]) -> tuple[Counter[str], Counter[str]]:
    live: Counter[str] = Counter()
    dry: Counter[str] = Counter()
    for one in counts:
        (dry if one.is_dry else live)[one.rule] += one.count
    return live, dry


def _names(counts: Sequence[Count]) -> list[str]:
    """Those that spoke most often."""
    live, dry = _sums(counts)
    both = live + dry
    return sorted(both, key=lambda name: (-both[name], name))[:MOST_RULES]
