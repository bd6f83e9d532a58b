"""What a person edits or deletes on the platform changes in the transcript, too.

An edit is decided like a message (SAFETY L7): what would have been refused is forgotten instead.
"""

from dataclasses import replace

from bot import sentences
from bot.clean import LONGEST_MESSAGE
from bot.consequences import bear, care
from bot.events import Deleted
from bot.gather import gather_facts
from bot.judging import Judging
from bot.policy.decide import decide
from bot.policy.facts import Decision, Outcome
from bot.rulings import Rulings, masked
from bot.scene import Habits, Scene
from bot.store.house import House
from bot.store.rows import Exchange, Side, State
from bot.store.vault import Vault


async def drop_deleted(change: Deleted, vault: Vault) -> None:
    turn = await vault.turn_of(change.room.id, change.id)
    if turn is not None and turn.side is Side.PERSON:
        await vault.drop([turn.id])


async def take_edit(
    scene: Scene,
    vault: Vault,
    house: House,
    habits: Habits,
    judging: Judging,
    *,
    rulings: Rulings,
    now: float,
) -> Decision | None:
    """The scene's message is the edited one; models read it as they would a new one (L6).
    What was decided of it; None where it is no turn any more, or says what it said."""
    turn = scene.look.turn if scene.look else None
    if turn is None or turn.side is not Side.PERSON or turn.text == scene.message.text:
        return None
    facts = await gather_facts(
        scene, house, habits, now, rulings=rulings, guard_ready=judging.guard_ready
    )
    if facts.own:
        # An edit is no talk: who has talked enough for today may mend a word all the same.
        facts = replace(facts, own=replace(facts.own, daily_s=0.0))
    # Nor does it ask whose guest they are: what they said is theirs, also where nobody answers.
    facts = replace(facts, is_guest=True)
    decision = decide(facts)
    if len(scene.message.text) <= LONGEST_MESSAGE:
        facts, decision = await judging.judged(facts, decision, scene)
    await bear(decision, facts, scene, house, rulings=rulings, is_talk=False)
    scene = masked(scene, facts, decision)
    cared = await care(decision, facts, scene)
    if decision.outcome >= Outcome.REFUSE or len(scene.message.text) > LONGEST_MESSAGE:
        await vault.drop([turn.id])
        if not cared:
            say = decision.say or sentences.EDIT_REFUSED
            await scene.alone(say, sentences.ALONE_PLEASE, name="edit")
    else:
        await vault.revise_turn(turn.id, scene.message.text, now, decision.ceiling)
    return decision


async def cut_short(scene: Scene, vault: Vault) -> Exchange | None:
    """The message and what there is of its answer, which a change cut short; None where it was
    whole by then, or where the person has gone on."""
    said = await vault.last_exchange(scene.session.id) if scene.session else None
    if said is None or said[0].id != scene.turn:
        return None
    answer = said[1]
    return said if answer is None or answer.state is State.CUT else None
