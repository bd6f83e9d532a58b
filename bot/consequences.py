"""What follows from a decision, whatever its outcome: what is remembered, and what care says."""

from datetime import UTC, datetime

from bot.gather import close_romance
from bot.policy.facts import Care, Decision, Effect, Facts
from bot.scene import Scene
from bot.store.house import House


async def bear(decision: Decision, scene: Scene, house: House, now: float) -> None:
    """Everything that the decision asks to be remembered; before anything is said."""
    vault = scene.vault
    if Effect.LOCK_UNDER_18 in decision.effects:
        await house.lock(scene.message.author.id, "A2", now)
    if Effect.COUNT_REFERRAL in decision.effects:
        day = datetime.fromtimestamp(now, UTC).date().isoformat()
        await house.count_referral(day, "crisis")
    if vault and Effect.CLOSE_ROMANCE in decision.effects:
        await close_romance(vault, scene.persona)
    if vault and ends_session(decision):
        await vault.end_session(now)


async def care(decision: Decision, facts: Facts, scene: Scene) -> bool:
    """Says what care has to say. True where that is the whole answer."""
    for verdict in decision.care:
        if verdict.care is Care.DISCLOSURE:
            if not facts.consented:
                continue  # The door's first words are this disclosure.
            if scene.vault:
                await scene.vault.set_mark("disclosed at", facts.now)
        if verdict.care is Care.SOFTEN and scene.vault:
            await scene.vault.set_mark("soften", 1.0)
        await scene.notice(verdict.say, name=str(verdict.care))
    return any(verdict.care is not Care.DISCLOSURE for verdict in decision.care)


def ends_session(decision: Decision) -> bool:
    return bool(decision.effects & {Effect.END_SCENE, Effect.LOCK_UNDER_18})
