"""Secrets that lie in files of their own. What is in them is shown in no error."""

from pathlib import Path

from bot.config import ConfigError


def read_secret(key: str, file: Path, what: str, *, may_have_spaces: bool = False) -> str:
    """Of one line, without the end of it."""
    try:
        secret = file.read_text("utf-8").strip()
    except UnicodeDecodeError:
        secret = ""
    except OSError as error:
        raise ConfigError(
            f"{key}: {file} cannot be read ({error.strerror}); see who owns it"
        ) from None
    lines, is_one_word = len(secret.splitlines()), secret.isascii() and len(secret.split()) == 1
    if lines != 1 or not (may_have_spaces or is_one_word):
        raise ConfigError(f"{key}: {file} holds no {what}; it should be one line")
    return secret
