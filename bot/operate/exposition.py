"""The counters as Prometheus reads them, on this machine only. What is counted stands in `metrics`."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from bot.operate.metrics import Kind, MetricsError

ADDRESS = "127.0.0.1"

Counted = Callable[[], Mapping[Kind, Mapping[str, int]]]


class _Counters(Collector):
    """The library's own class: what is asked of it is `collect`."""

    def __init__(self, counted: Counted) -> None:
        self._counted = counted

    def collect(self) -> Iterator[CounterMetricFamily]:
        for kind, counts in self._counted().items():
            family = CounterMetricFamily(kind.name, kind.about, labels=[kind.label])
            for value, count in counts.items():
                family.add_metric([value], count)
            yield family


def registry_of(counted: Counted) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(_Counters(counted))
    return registry


@contextmanager
def exposed(counted: Counted, port: int) -> Iterator[None]:
    """Readable while the block runs. Raises MetricsError where the port cannot be used."""
    try:
        server, thread = start_http_server(port, addr=ADDRESS, registry=registry_of(counted))
    except OSError as exc:
        raise MetricsError(
            f"metrics.port: {port} cannot be used ({exc.strerror}); take another, or 0 for none"
        ) from None
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
