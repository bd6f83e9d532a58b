"""What trust needs of nio's client: the device's own keys, and that nio leaves verifications alone.
Of this package only this file knows nio.
"""

from typing import Any

from bot.platforms.matrix.trust.ports import OwnDevice


def own_device(client: Any) -> OwnDevice:
    """Of a client that is logged in and has a store."""
    account = client.olm.account
    keys = account.identity_keys
    return OwnDevice(
        client.user_id, client.device_id, keys["ed25519"], keys["curve25519"], account.sign
    )


def leave_verifications(client: Any) -> None:
    """nio's own side of them is not the specification's, and would answer beside ours."""

    def nothing(_event: object) -> None:
        pass

    client.olm.handle_key_verification = nothing
