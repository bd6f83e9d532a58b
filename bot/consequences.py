"""What follows from a decision, whatever its outcome: what is remembered, and what care says."""

from datetime import UTC, datetime

from bot.commands.wishes import DAY_UNTIL, STRETCH, TOLD_OF_DAY, TOLD_OF_PAUSE, talk_marks
from bot.gather import close_romance
from bot.policy.facts import BESIDE, Care, Decision, Effect, Facts, Verdict
from bot.scene import Scene
from bot.store.house import House
from bot.store.rows import DOOR


async def bear(decision: Decision, scene: Scene, house: House, now: float) -> None:
    """Everything that the decision asks to be remembered; before anything is said."""
    vault = scene.vault
    if Effect.LOCK_UNDER_18 in decision.effects:
        await house.lock(scene.message.author.id, "A2", now)
        if vault:
            # Whoever opens the lock one day opens the door again, and not this session.
            await vault.withdraw_consent(DOOR)
    if Effect.COUNT_REFERRAL in decision.effects:
        day = datetime.fromtimestamp(now, UTC).date().isoformat()
        await house.count_referral(day, "crisis")
    if vault and Effect.CLOSE_ROMANCE in decision.effects:
        await close_romance(vault, scene.persona)
    if vault and Effect.TOLD_OF_PAUSE in decision.effects:
        await vault.set_mark(TOLD_OF_PAUSE, 1.0)
    if vault and Effect.TOLD_OF_DAY in decision.effects:
        await vault.set_mark(TOLD_OF_DAY, await vault.mark(DAY_UNTIL) or 0.0)
    if vault and ends_session(decision):
        await vault.end_session(now)


async def note_talk(facts: Facts, scene: Scene) -> None:
    """SAFETY H5: counts this message's talk; before `bear`, and not in a pause, which keeps nothing."""
    if scene.vault and facts.own and not facts.own.paused:
        await scene.vault.set_marks(talk_marks(facts.own.talk))


async def care(decision: Decision, facts: Facts, scene: Scene) -> bool:
    """Says what care has to say. True where that is the whole answer."""
    for verdict in decision.care:
        if verdict.care is Care.DISCLOSURE:
            await _disclose(verdict, facts, scene)
            continue
        if verdict.care is Care.BREAK and scene.vault:
            await scene.vault.set_mark(STRETCH, 0.0)
        if verdict.care is Care.SOFTEN and scene.vault:
            await scene.vault.set_mark("soften", 1.0)
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


def ends_session(decision: Decision) -> bool:
    return bool(decision.effects & {Effect.END_SCENE, Effect.LOCK_UNDER_18})


async def _disclose(verdict: Verdict, facts: Facts, scene: Scene) -> None:
    # The door's first words are this disclosure already.
    if facts.consented:
        if scene.vault:
            await scene.vault.set_mark("disclosed at", facts.now)
        await scene.notice(verdict.say, name=str(verdict.care))
