"""Synapse's settings for the tests: loopback only, no federation, nothing slowed down."""

import base64
import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Settings = Mapping[str, Any]

NAME = "parlour.test"
"""The part of every id after the colon; `.test` belongs to nobody."""

UNLIMITED = {"per_second": 100_000, "burst_count": 100_000}
RATES: dict[str, Any] = {
    **dict.fromkeys(
        (
            "rc_message",
            "rc_registration",
            "rc_joins_per_room",
            "rc_key_requests",
            "rc_media_create",
            "rc_reports",
            "rc_room_creation",
            "rc_user_directory",
            "rc_profile",
        ),
        UNLIMITED,
    ),
    "rc_login": dict.fromkeys(("address", "account", "failed_attempts"), UNLIMITED),
    "rc_joins": dict.fromkeys(("local", "remote"), UNLIMITED),
    "rc_invites": dict.fromkeys(("per_room", "per_user", "per_issuer"), UNLIMITED),
}


def write_settings(folder: Path, port: int, secret: str, more: Settings) -> Path:
    """JSON is YAML, too, so nothing has to be known of YAML here."""
    log = folder / "log.json"
    log.write_text(json.dumps({"version": 1, "root": {"level": "WARNING"}}))
    whole = {**_settings(folder, port, secret), **RATES, **more, "log_config": str(log)}
    path = folder / "homeserver.json"
    path.write_text(json.dumps(whole, indent=1))
    return path


def _settings(folder: Path, port: int, secret: str) -> dict[str, Any]:
    key = folder / "signing.key"
    if not key.exists():
        seed = base64.b64encode(secrets.token_bytes(32)).decode().rstrip("=")
        key.write_text(f"ed25519 test {seed}\n")
    listener = {
        "port": port,
        "type": "http",
        "bind_addresses": ["127.0.0.1"],
        # No federation among the resources: nobody else can be spoken to, or come.
        "resources": [{"names": ["client"]}],
    }
    return {
        "server_name": NAME,
        "public_baseurl": f"http://127.0.0.1:{port}/",
        "listeners": [listener],
        "federation_domain_whitelist": [],
        "trusted_key_servers": [],
        "report_stats": False,
        "database": {"name": "sqlite3", "args": {"database": str(folder / "homeserver.db")}},
        "media_store_path": str(folder / "media"),
        "signing_key_path": str(key),
        "macaroon_secret_key": secret,
        "form_secret": secret,
        "registration_shared_secret": secret,
        "bcrypt_rounds": 4,
        # An identical first sync within two minutes would get the earlier answer.
        "caches": {"sync_response_cache_duration": "0s"},
        "presence": {"enabled": False},
    }
