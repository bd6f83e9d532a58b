"""Random rule files and messages: nothing is raised, and nothing gets looser (I2, I3, M1, M4).

A sample; `make bench-rules` with FUZZ=100000 is the long one.
"""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.rule_files import try_one


@settings(deadline=None, max_examples=80, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_random_rules_and_messages_raise_nothing_and_are_never_looser(data: st.DataObject) -> None:
    try_one(data)
