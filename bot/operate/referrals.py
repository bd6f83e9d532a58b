"""`parlour referrals`: how often help was named in a year, by day and kind (SAFETY C5).

There is nothing else in it: who it was is written nowhere.
"""

import csv
import io
import json
import time
from collections.abc import Mapping, Sequence

from bot.config import ConfigError
from bot.operate.keys import find_master_key
from bot.settings import Config
from bot.store.house import House
from bot.store.rows import Referral


async def report(config: Config, environ: Mapping[str, str], year: int, *, as_csv: bool) -> str:
    """May raise StoreError: a bot that runs holds the house for itself."""
    key = find_master_key(config, environ)
    if key is None or not (config.data / "house.db").exists():
        raise ConfigError(f"{config.data}: there is no house yet, so nothing was counted")
    house = await House.open(config.data, key, open_vaults=1, idle_s=1.0, clock=time.time)
    try:
        counted = await house.referrals.of(year)
    finally:
        await house.close()
    return write_csv(counted) if as_csv else write_json(year, counted)


def write_json(year: int, referrals: Sequence[Referral]) -> str:
    days = [{"day": one.day, "kind": one.kind, "count": one.count} for one in referrals]
    total = sum(one.count for one in referrals)
    return json.dumps({"year": year, "total": total, "referrals": days}, indent=1) + "\n"


def write_csv(referrals: Sequence[Referral]) -> str:
    sheet = io.StringIO()
    rows = csv.writer(sheet, lineterminator="\n")
    rows.writerow(("day", "kind", "count"))
    rows.writerows((one.day, one.kind, one.count) for one in referrals)
    return sheet.getvalue()
