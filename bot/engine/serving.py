"""What the worker does once it is locked in: loads the model, tells its facts, serves requests."""

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Literal

from bot.engine.calibrate import calibrate, usable_cores
from bot.engine.desk import Desk
from bot.engine.llama import LoadError, Model
from bot.engine.pipes import Pipes
from bot.engine.scheduler import Scheduler
from bot.engine.sequences import Slots
from bot.engine.template import CHATML, ChatTemplate, TemplateError
from bot.engine.tokens import PromptTokens, Replies
from bot.engine.wire import Loading, ModelFacts


def serve(loading: Loading, pipes: Pipes) -> None:
    try:
        model = load(loading)
        drawing = loading.threads or calibrate(model, model.threads)
        source, origin = _template(model)
        template = ChatTemplate(
            source,
            bos=model.mark("bos"),
            eos=model.mark("eos"),
            today=date.fromisoformat(loading.today),
        )
        replies = Replies(loading.context)
        tokens = PromptTokens(model, template, replies)
        facts = ModelFacts(
            name=model.name or Path(loading.model).stem,
            description=model.description,
            trained_context=model.trained_context,
            context=loading.context,
            sequences=loading.sequences,
            threads=model.threads,
            drawing_threads=drawing,
            template=origin,
            append_only=tokens.is_append_only(),
            system=template.system,
        )
    except (LoadError, TemplateError) as exc:
        pipes.tell({"failed": str(exc)})
        pipes.flush()
        return
    pipes.tell({"ready": asdict(facts)})
    pipes.flush()
    scheduler = Scheduler(model, Slots(loading.sequences), replies, pipes.tell)
    desk = Desk(tokens, scheduler, context=loading.context, tell=pipes.tell)
    while True:
        for frame in pipes.read(wait=scheduler.idle):
            desk.take(frame)
        scheduler.step()
        pipes.flush()


def load(loading: Loading) -> Model:
    return Model(
        Path(loading.model),
        context=loading.context,
        sequences=loading.sequences,
        threads=loading.threads or usable_cores(),
        batch=loading.batch,
        gpu_layers=loading.gpu_layers,
    )


def _template(model: Model) -> tuple[str, Literal["model", "chatml"]]:
    source = model.chat_template
    if source is not None:
        return source, "model"
    if all(len(model.tokenize(mark, special=True)) == 1 for mark in ("<|im_start|>", "<|im_end|>")):
        return CHATML, "chatml"
    raise TemplateError("it has no chat template: take a model that was tuned for conversation")
