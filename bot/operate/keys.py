"""Where the master key comes from: the environment, or its file."""

from collections.abc import Mapping

from bot.config import MASTER_KEY_VARIABLE, master_key_path
from bot.settings import Config
from bot.store.keys import MasterKey, master_key_from_text, read_master_key


def find_master_key(config: Config, environ: Mapping[str, str]) -> MasterKey | None:
    """None where there is none yet, and nothing that it could open. May raise StoreError."""
    if text := environ.get(MASTER_KEY_VARIABLE):
        return master_key_from_text(text, MASTER_KEY_VARIABLE)
    file = master_key_path(config, environ)
    if file.exists() or (config.data / "house.db").exists():
        return read_master_key(file)
    return None
