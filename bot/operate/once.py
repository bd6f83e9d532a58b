"""The commands that do one thing and end: `check` and `models`. What they find is others' work."""

import time
from collections.abc import Mapping

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress

from bot.operate.check import check, print_findings
from bot.operate.models import DEMO, DEMO_WARNING, Listed, ModelError, describe, list_models
from bot.operate.pull import PullError, pull
from bot.settings import Config


async def run_check(config: Config, environ: Mapping[str, str], *, quick: bool) -> int:
    findings = await check(config, environ, now=time.time(), quick=quick)
    return print_findings(findings, Console())


def run_models(config: Config, wanted: str | None, sha256: str) -> int:
    """Lists the models that are there, or fetches the one that is wanted."""
    if wanted is None:
        print_models(list_models(config), Console())
        return 0
    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task("fetching", total=None)

        def show(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total or None)

        try:
            pulled = pull(wanted, config.engine.models, sha256=sha256, progress=show)
        except PullError as error:
            raise ModelError(str(error)) from None
    verb = "was there already" if pulled.was_there else "is there now"
    said = (
        f"{pulled.file} {verb}. Its sha256 is {pulled.sha256}.\n"
        f'To use it, put model = "{pulled.file.name}" under [engine] in config.toml.'
    )
    Console().print(said, markup=False, highlight=False, soft_wrap=True)
    return 0


def print_models(listed: list[Listed], console: Console) -> None:
    for one in listed:
        mark = "* " if one.configured else "  "
        console.print(f"{mark}[bold]{escape(one.name)}[/]", highlight=False)
        if one.file is not None:
            console.print(f"    {escape(str(one.file))}", highlight=False, soft_wrap=True)
        facts = one.problem if one.head is None else describe(one.head)
        console.print(f"    {escape(facts)}", highlight=False, soft_wrap=True)
    console.print("* is the one that `engine.model` chooses.", highlight=False)
    if any(one.configured and one.name == DEMO for one in listed):
        console.print(DEMO_WARNING, highlight=False)
