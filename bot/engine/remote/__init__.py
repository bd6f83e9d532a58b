"""An engine on other machines, through OpenAI's interface."""

from bot.engine.remote.engine import RemoteEngine

__all__ = ["RemoteEngine"]
