"""The second peer: simcord's Discord, written by other people than ours, behind a socket. See README.md."""

from tests.second.people import Somebody
from tests.second.server import SecondPeer, second_peer

__all__ = ["SecondPeer", "Somebody", "second_peer"]
