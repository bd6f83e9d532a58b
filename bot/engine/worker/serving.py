"""What the worker does once it is locked in: loads its models, tells their facts, serves requests.

The models share the machine: while several have work, they compute in turn.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any, Literal, Protocol

from bot.engine.template import CHATML, ChatTemplate, TemplateError
from bot.engine.wire import Cuts, Frame, Loading, ModelFacts, Tuning
from bot.engine.worker.calibrate import tune
from bot.engine.worker.context import Context, Shape
from bot.engine.worker.desk import Station, TalkDesk, take
from bot.engine.worker.embedding import Embedder
from bot.engine.worker.holding import Holding
from bot.engine.worker.llama import Graphics, LoadError, Model
from bot.engine.worker.pace import Pace
from bot.engine.worker.pipes import Pipes
from bot.engine.worker.scheduler import Scheduler, Tell
from bot.engine.worker.states import States
from bot.engine.worker.tokens import PromptTokens, Replies

_MB = 1_000_000


class AdapterError(LoadError):
    """An adapter that does not fit its model."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"the adapter '{name}' is not usable: {why}")
        self.name = name


class Computes(Protocol):
    @property
    def busy(self) -> bool: ...

    @property
    def idle(self) -> bool: ...

    def step(self, share: float = 1.0) -> None: ...


@dataclass(frozen=True, slots=True)
class Place:
    """One model at work."""

    station: Station
    computes: Computes
    facts: ModelFacts


def serve(loadings: Sequence[Loading], pipes: Pipes) -> None:
    places: dict[str, Place] = {}
    for loading in loadings:
        try:
            places[loading.role] = load(loading, pipes.tell)
        except (LoadError, TemplateError) as exc:
            adapter = exc.name if isinstance(exc, AdapterError) else None
            pipes.tell({"failed": str(exc), "model": loading.role, "adapter": adapter})
            pipes.flush()
            return
    pipes.tell({"ready": {role: asdict(place.facts) for role, place in places.items()}})
    pipes.flush()
    room = _Room(places, pipes)
    while True:
        room.go_on()


class _Room:
    """The models side by side, and the pipes between them and the bot."""

    def __init__(self, places: Mapping[str, Place], pipes: Pipes) -> None:
        self._places = places
        self._pipes = pipes
        self._resting: list[int] = []
        """Who wants to be told when nothing is left to do."""

    def go_on(self) -> None:
        idle = all(place.computes.idle for place in self._places.values())
        if idle:
            for number in self._resting:
                self._pipes.tell({"id": number})
            self._resting.clear()
            self._pipes.flush()
        for frame in self._pipes.read(wait=idle):
            self._take(frame)
        busy = [place for place in self._places.values() if place.computes.busy]
        for place in busy or self._places.values():
            place.computes.step(1 / max(1, len(busy)))
        self._pipes.flush()

    def _take(self, frame: Frame) -> None:
        match frame["do"]:
            case "rest":
                self._resting.append(frame["id"])
            case "cancel" | "forget":
                for place in self._places.values():
                    place.station.drop(frame)
                if frame["do"] == "forget":
                    self._pipes.tell({"id": frame["id"]})
            case _:
                take(frame, self._places[frame["model"]].station, self._pipes.tell)


def load(loading: Loading, tell: Tell) -> Place:
    graphics = Graphics(loading.gpu_layers, loading.gpu_main, loading.gpu_split, loading.gpu_shares)
    model = Model(Path(loading.model), graphics)
    tuning = loading.tuning or tune(model, loading)
    shape = Shape(
        context=loading.context,
        sequences=loading.sequences,
        batch=loading.batch,
        threads=tuning.reading_threads,
        flash_attention=tuning.flash_attention,
        kv_type=loading.kv_type,
        embeds=loading.role == "embedding",
    )
    context = Context(model, shape)
    context.threads(tuning.drawing_threads, tuning.reading_threads)
    if loading.role == "embedding":
        # Behind what it was trained for, llama.cpp has no positions for some of these models.
        most = min(loading.context, model.trained_context)
        embedder = Embedder(context, model, most=most, tell=tell)
        return Place(embedder, embedder, _facts(model, loading, tuning))
    return _talking(model, context, loading, tuning, tell)


def _talking(model: Model, context: Context, loading: Loading, tuning: Tuning, tell: Tell) -> Place:
    template, origin = _template(model, loading)
    context.know_adapters(
        {name: _load_adapter(model, name, Path(file)) for name, file in loading.adapters}
    )
    replies = Replies(loading.context)
    tokens = PromptTokens(model, template, replies)
    cuts = context.cuts()
    scheduler = Scheduler(
        context,
        Holding(context, loading.sequences, States(loading.states_mb * _MB), cuts),
        replies,
        pace=Pace(loading.longest_pause_s),
        clock=perf_counter,
        tell=tell,
    )
    desk = TalkDesk(tokens, scheduler, context.sampler, context=loading.context)
    return Place(
        desk,
        scheduler,
        _facts(
            model,
            loading,
            tuning,
            template=origin,
            append_only=tokens.is_append_only(),
            system=template.system,
            cuts=cuts,
        ),
    )


def _facts(
    model: Model,
    loading: Loading,
    tuning: Tuning,
    *,
    template: Literal["model", "chatml", "none"] = "none",
    append_only: bool = True,
    system: Literal["anywhere", "first", "none"] = "none",
    cuts: Cuts = "anywhere",
) -> ModelFacts:
    return ModelFacts(
        name=model.name or Path(loading.model).stem,
        description=model.description,
        trained_context=model.trained_context,
        context=loading.context,
        sequences=loading.sequences,
        tuning=tuning,
        template=template,
        append_only=append_only,
        system=system,
        cuts=cuts,
    )


def _load_adapter(model: Model, name: str, file: Path) -> Any:
    try:
        return model.load_adapter(file)
    except LoadError as exc:
        raise AdapterError(name, str(exc)) from exc


def _template(model: Model, loading: Loading) -> tuple[ChatTemplate, Literal["model", "chatml"]]:
    def made_of(source: str) -> ChatTemplate:
        return ChatTemplate(
            source,
            bos=model.mark("bos"),
            eos=model.mark("eos"),
            today=date.fromisoformat(loading.today),
        )

    try:
        source, origin = _source(model)
        return made_of(source), origin
    except TemplateError:
        if loading.role != "guard":
            raise
        # A guard's template may want what no talk has; it is asked with a template of the asker's.
        return made_of(CHATML), "chatml"


def _source(model: Model) -> tuple[str, Literal["model", "chatml"]]:
    source = model.chat_template
    if source is not None:
        return source, "model"
    if all(len(model.tokenize(mark, special=True)) == 1 for mark in ("<|im_start|>", "<|im_end|>")):
        return CHATML, "chatml"
    raise TemplateError("it has no chat template: take a model that was tuned for conversation")
