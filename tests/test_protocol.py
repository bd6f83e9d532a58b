"""The page that an operator publishes, and the yearly count (SAFETY C5, C6)."""

import csv
import io
import json
from pathlib import Path

import pytest

from bot.config import ConfigError
from bot.operate import protocol
from bot.operate.protocol import publish, require_page, require_resources, write_page
from bot.operate.referrals import report, write_csv, write_json
from bot.policy import care, crisis
from bot.policy.decide import decide
from bot.settings import CareSettings, Config
from bot.store.rows import Referral
from tests.policy_facts import facts

THREE_HOURS = 3 * 3600.0


def settings(page: Path, region: str = "DE") -> Config:
    return Config(care=CareSettings(region=region, protocol=page))


COUNTED = [Referral("2027-01-15", "crisis", 2), Referral("2027-01-16", "crisis", 1)]


def page(contact: str = "care@example.org") -> str:
    return write_page(region="DE", disclose_every_s=THREE_HOURS, contact=contact)


def test_the_page_holds_what_the_code_itself_uses() -> None:
    text = page()
    for line in crisis.lines():
        assert line.name in text
        assert line.source in text
        assert line.checked.isoformat() in text
    said = decide(facts("I want to die", region="DE")).care[0].say
    for part in said.split("\n"):
        assert f"   > {part}".rstrip() in text
    assert care.DISCLOSURE in text
    assert "after every 3 hours" in text
    assert "Contact: care@example.org" in text


def test_the_page_never_promises_a_rarer_disclosure_than_the_law_allows() -> None:
    assert "after every 3 hours" in write_page(region="", disclose_every_s=1e9)
    assert "after every 1 hours" in write_page(region="", disclose_every_s=3600)


def test_without_resources_nothing_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    require_resources()
    monkeypatch.setattr(protocol, "RULES", ())
    with pytest.raises(ConfigError, match="C6"):
        require_resources()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "cannot be read"),
        ("", "no contact"),
        (page(contact=""), "no contact"),
        (page().replace("not kept", "kept"), "something else than the code"),
    ],
)
def test_a_community_is_not_served_without_a_page_that_is_true(
    tmp_path: Path, text: str | None, why: str
) -> None:
    file = tmp_path / "protocol.md"
    if text is not None:
        file.write_text(text)
    with pytest.raises(ConfigError, match=why):
        require_page(settings(file))


def test_a_page_as_it_was_written_is_accepted(tmp_path: Path) -> None:
    file = tmp_path / "protocol.md"
    file.write_text(page())
    require_page(settings(file))


def test_writing_it_anew_keeps_the_contact(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    publish(Config(), "care@example.org")
    written = publish(Config(), "")
    assert "Contact: care@example.org" in written.read_text()
    require_page(Config())


def test_the_count_is_read_back_from_json_and_from_a_sheet() -> None:
    counted = json.loads(write_json(2027, COUNTED))
    assert counted["total"] == 3
    assert counted["referrals"][0] == {"day": "2027-01-15", "kind": "crisis", "count": 2}
    rows = list(csv.DictReader(io.StringIO(write_csv(COUNTED))))
    assert [row["count"] for row in rows] == ["2", "1"]


async def test_without_a_house_there_is_nothing_to_report(tmp_path: Path) -> None:
    config = Config(data=tmp_path / "none")
    with pytest.raises(ConfigError, match="no house"):
        await report(config, {"HOME": str(tmp_path)}, 2027, as_csv=False)
