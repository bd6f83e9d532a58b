"""What Discord answers when it refuses: a status, a code, a message and nested `errors`.

The shape is that of the page "Reference" (Error Messages), the codes are those of the page "Opcodes
and Status Codes" (JSON Error Codes). Nothing here knows a route.
"""

from typing import Any

Body = dict[str, Any]


class Refused(Exception):
    """A request that Discord refuses, as it answers it."""

    def __init__(self, status: int, code: int, message: str, errors: Body | None = None) -> None:
        super().__init__(f"{status} {code} {message}")
        self.status = status
        self.body: Body = {"message": message, "code": code}
        if errors:
            self.body["errors"] = errors


def unknown(what: str) -> Refused:
    codes = {
        "Channel": 10003,
        "Guild": 10004,
        "Member": 10007,
        "Message": 10008,
        "User": 10013,
        "Webhook": 10015,
        "Interaction": 10062,
        "Emoji": 10014,
        "Application Command": 10063,
        "Application Command Permissions": 10066,
    }
    return Refused(404, codes[what], f"Unknown {what}")


def missing_access() -> Refused:
    return Refused(403, 50001, "Missing Access")


def missing_permissions() -> Refused:
    return Refused(403, 50013, "Missing Permissions")


def too_large() -> Refused:
    return Refused(413, 40005, "Request entity too large")


def closed_to_messages() -> Refused:
    return Refused(403, 50007, "Cannot send messages to this user")


def empty_message() -> Refused:
    return Refused(400, 50006, "Cannot send an empty message")


def anothers_message() -> Refused:
    return Refused(403, 50005, "Cannot edit a message authored by another user")


def bots_not_here() -> Refused:
    return Refused(403, 20001, "Bots cannot use this endpoint")


def already_acknowledged() -> Refused:
    return Refused(400, 40060, "Interaction has already been acknowledged.")


class Findings:
    """Collects what is wrong with a form, then refuses it as a whole."""

    def __init__(self) -> None:
        self.errors: Body = {}

    def add(self, path: tuple[str | int, ...], code: str, message: str) -> None:
        place = self.errors
        for part in path:
            place = place.setdefault(str(part), {})
        place.setdefault("_errors", []).append({"code": code, "message": message})

    def at_most(self, path: tuple[str | int, ...], text: object, most: int) -> None:
        if isinstance(text, str) and len(text) > most:
            self.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")

    def between(self, path: tuple[str | int, ...], text: object, least: int, most: int) -> None:
        if not isinstance(text, str) or not text:
            self.add(path, "BASE_TYPE_REQUIRED", "This field is required")
        elif not least <= len(text) <= most:
            words = f"Must be between {least} and {most} in length."
            self.add(path, "BASE_TYPE_BAD_LENGTH", words)

    def number(self, path: tuple[str | int, ...], value: object, least: int, most: int) -> None:
        if isinstance(value, int) and not least <= value <= most:
            self.add(path, "NUMBER_TYPE_RANGE", f"Must be between {least} and {most}.")

    def refuse(self) -> None:
        if self.errors:
            raise Refused(400, 50035, "Invalid Form Body", self.errors)
