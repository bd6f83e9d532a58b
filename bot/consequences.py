"""What follows from a decision, whatever its outcome: what is remembered, and what care says."""

from datetime import UTC, datetime

from bot.commands.wishes import SOFTENED, STRETCH, TOLD_OF_DAY, TOLD_OF_PAUSE, talk_marks
from bot.gather import romance_closed
from bot.policy.facts import BESIDE, Care, Decision, Effect, Facts, Verdict
from bot.rulings import Rulings
from bot.scene import Scene
from bot.store.house import House
from bot.store.rows import DOOR


async def bear(
    decision: Decision,
    facts: Facts,
    scene: Scene,
    house: House,
    *,
    rulings: Rulings | None = None,
    is_talk: bool = True,
) -> None:
    """Everything that the decision asks to be remembered; before anything is said. Without
    `rulings` nothing of a community's rules is carried out: it was, when the message came."""
    if rulings is not None:
        await rulings.carry_out(decision, facts, scene)
    vault, now = scene.vault, facts.now
    if Effect.LOCK_UNDER_18 in decision.effects:
        await house.lock(scene.message.author.id, "A2", now)
        if vault:
            # Whoever opens the lock one day opens the door again, and not this session.
            await vault.withdraw_consent(DOOR)
    if Effect.COUNT_REFERRAL in decision.effects:
        day = datetime.fromtimestamp(now, UTC).date().isoformat()
        await house.referrals.count(day, "crisis")
    if vault and (marks := _marks(decision, facts, scene, is_talk=is_talk)):
        await vault.set_marks(marks)
    if vault and ends_session(decision, scene):
        await vault.end_session(now)


async def care(decision: Decision, facts: Facts, scene: Scene) -> bool:
    """Says what care has to say. True where that is the whole answer."""
    for verdict in decision.care:
        if verdict.care is Care.DISCLOSURE:
            await _disclose(verdict, facts, scene)
            continue
        if verdict.care is Care.CRISIS:
            # SAFETY C3: it is nobody else's, and it comes whatever happens.
            await scene.alone(verdict.say, otherwise=verdict.say, name=str(verdict.care))
        else:
            await scene.notice(verdict.say, name=str(verdict.care))
    return any(verdict.care not in BESIDE for verdict in decision.care)


async def disclose(decision: Decision, facts: Facts, scene: Scene) -> None:
    """For what a command brings about: a greeting, another answer (SAFETY H1)."""
    for verdict in decision.care:
        if verdict.care is Care.DISCLOSURE:
            await _disclose(verdict, facts, scene)


def is_urgent(decision: Decision) -> bool:
    """A cry for help, the safe word or an age, which are heard in whatever they are said."""
    urgent = {Care.CRISIS, Care.SAFE_WORD, Care.SOFTEN}
    cares = {verdict.care for verdict in decision.care}
    return bool(cares & urgent) or Effect.LOCK_UNDER_18 in decision.effects


def ends_session(decision: Decision, scene: Scene) -> bool:
    """Who is nobody's guest with this account may have a session with another of theirs: that one
    has another sponsor, and goes on."""
    if decision.effects & {Effect.END_SCENE, Effect.LOCK_UNDER_18}:
        return True
    return Effect.LOST_SPONSOR in decision.effects and scene.session is not None


def _marks(decision: Decision, facts: Facts, scene: Scene, *, is_talk: bool) -> dict[str, float]:
    """All of them, so that they are written at once."""
    marks: dict[str, float] = {}
    cares = {verdict.care for verdict in decision.care}
    # SAFETY H5: talk is counted, but in a pause, which keeps nothing.
    if is_talk and facts.own and not facts.own.paused:
        marks |= talk_marks(facts.own.talk)
        if Effect.TOLD_OF_DAY in decision.effects:
            marks[TOLD_OF_DAY] = facts.own.talk.day_until
    if Care.BREAK in cares:
        marks[STRETCH] = 0.0
    if Care.SOFTEN in cares:
        marks[SOFTENED] = 1.0
    if Effect.TOLD_OF_PAUSE in decision.effects:
        marks[TOLD_OF_PAUSE] = 1.0
    if Effect.COUNT_REFERRAL in decision.effects:
        # Who cried for help is not met with silence next: a pause and a day's end are said again.
        marks |= {TOLD_OF_PAUSE: 0.0, TOLD_OF_DAY: 0.0}
    if Effect.CLOSE_ROMANCE in decision.effects:
        marks[romance_closed(scene.persona)] = 1.0
    return marks


async def _disclose(verdict: Verdict, facts: Facts, scene: Scene) -> None:
    # The door's first words are this disclosure already.
    if facts.consented:
        if scene.vault:
            await scene.vault.set_mark("disclosed at", facts.now)
        await scene.notice(verdict.say, name=str(verdict.care))
