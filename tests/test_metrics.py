"""Counters: what they tell, and that nobody's words can get into them."""

import socket
import urllib.request

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import generate_latest

from bot.events import Rating
from bot.operate.exposition import ADDRESS, registry_of
from bot.operate.metrics import OTHER, PLATFORMS, RULES, Metrics, MetricsError
from bot.policy.facts import Decision, Outcome, Verdict
from bot.store.rows import State


def shown(metrics: Metrics) -> str:
    return generate_latest(registry_of(metrics.counted)).decode()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((ADDRESS, 0))
        port: int = probe.getsockname()[1]
        return port


def refusal(rule: str, number: str) -> Decision:
    return Decision(Outcome.REFUSE, (Verdict(rule, number, Outcome.REFUSE),), Rating.GENERAL)


def read(port: int) -> str:
    plain = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with plain.open(f"http://{ADDRESS}:{port}/metrics", timeout=10) as answer:
        return str(answer.read(), "utf-8")


def test_what_happened_is_counted() -> None:
    metrics = Metrics()
    metrics.message_handled("console")
    metrics.decided(refusal("under-18 content", "L1"))
    metrics.reply_ended(State.CUT)
    text = shown(metrics)
    for line in (
        'parlour_messages_total{platform="console"} 1.0',
        'parlour_decisions_total{outcome="refuse"} 1.0',
        'parlour_verdicts_total{rule="L1"} 1.0',
        'parlour_replies_total{state="cut"} 1.0',
    ):
        assert line in text.splitlines()


@given(platform=st.text(), rule=st.text(), number=st.text())
def test_no_word_becomes_a_label(platform: str, rule: str, number: str) -> None:
    metrics = Metrics()
    metrics.message_handled(platform)
    metrics.decided(refusal(rule, number))
    labels = {
        value
        for family in registry_of(metrics.counted).collect()
        for sample in family.samples
        for name, value in sample.labels.items()
        if name != "le"
    }
    fixed = {OTHER} | PLATFORMS | RULES | {one.name.lower() for one in Outcome}
    assert labels <= fixed | {state.value for state in State}


def test_two_houses_in_one_process_count_apart() -> None:
    one, other = Metrics(), Metrics()
    one.message_handled("console")
    assert 'platform="console"' not in shown(other)


@pytest.mark.live
def test_the_counters_are_read_on_this_machine_and_only_while_served() -> None:
    metrics, port = Metrics(), free_port()
    metrics.message_handled("matrix")
    with metrics.served(port):
        assert 'parlour_messages_total{platform="matrix"} 1.0' in read(port)
    with pytest.raises(OSError, match="refused"):
        read(port)


def test_port_0_serves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody_may(*_args: object, **_more: object) -> None:
        pytest.fail("a server was begun")

    monkeypatch.setattr("bot.operate.exposition.start_http_server", nobody_may)
    with Metrics().served(0):
        pass


def test_a_port_that_is_taken_is_said() -> None:
    with socket.socket() as taken:
        taken.bind((ADDRESS, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with (
            pytest.raises(MetricsError, match=f"metrics.port: {port} cannot be used"),
            Metrics().served(port),
        ):
            pytest.fail("the port was taken")
