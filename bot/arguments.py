"""What may be typed after `parlour`. It reads nothing and does nothing."""

import argparse
from pathlib import Path

from bot.events import Role

_DEEDS = {
    "attest": "confirm that somebody is an adult",
    "revoke": "take back that somebody is an adult",
    "unlock": "open an under-18 lock that was wrong",
}


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="parlour", description="A companion bot of your own.")
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--config", type=Path, help="the settings; config.toml by default")
    shared.add_argument("--data", type=Path, help="where everything is kept, encrypted")
    commands = parser.add_subparsers(dest="command", required=True)

    chat = commands.add_parser("chat", parents=[shared], help="talk in this terminal")
    chat.add_argument("--person", default="you", help="who you are here")
    chat.add_argument("--community", default="home", help="whose guest you are")
    chat.add_argument(
        "--as",
        dest="role",
        choices=[role.name.lower() for role in Role],
        default="member",
        help="what you are in that community",
    )
    chat.add_argument("--model", help="a GGUF file, a model's name, or 'scripted' for none")

    commands.add_parser("run", parents=[shared], help="serve the platforms that are switched on")
    login = commands.add_parser(
        "login", parents=[shared], help="log the bot in, and keep that sealed"
    )
    login.add_argument("where", choices=("matrix",))
    login.add_argument("--token", action="store_true", help="by an access token, not a password")
    matrix = commands.add_parser("matrix", help="what the operator of a running bot does there")
    deeds = matrix.add_subparsers(dest="deed", required=True)
    verify = deeds.add_parser(
        "verify", parents=[shared], help="compare with who verifies the bot, and say what you saw"
    )
    verify.add_argument("word", nargs="?", choices=("list", "confirm", "refuse"), default="list")
    verify.add_argument("number", nargs="?", type=int, help="of a verification")
    commands.add_parser("init", parents=[shared], help="write config.toml and make a key")
    check = commands.add_parser("check", parents=[shared], help="is everything in place?")
    check.add_argument("--quick", action="store_true", help="for health checks: reads little")

    protocol = commands.add_parser(
        "protocol", parents=[shared], help="write the page on how people in danger are met"
    )
    protocol.add_argument("--contact", default="", help="whom people and authorities reach")
    referrals = commands.add_parser(
        "referrals", parents=[shared], help="how often help was named, by day and kind"
    )
    referrals.add_argument("year", type=int, help="as in 2027")
    referrals.add_argument("--csv", action="store_true", help="as a sheet instead of JSON")

    for verb, about in _DEEDS.items():
        deed = commands.add_parser(verb, parents=[shared], help=about)
        deed.add_argument("person", help="as in discord:123 or matrix:@ada:example.org")
        deed.add_argument("--by", required=True, help="your name, which is written down")
        deed.add_argument("--reason", default="", help="why; without dates, documents or proofs")
        if verb != "unlock":
            deed.add_argument("--community", default="", help="count there only; else everywhere")
        else:
            deed.set_defaults(community="")
        if verb == "attest":
            deed.add_argument(
                "--level",
                choices=("moderator", "verified"),
                default="moderator",
                help="verified: you saw a proof, checked elsewhere, and keep none of it",
            )

    models = commands.add_parser("models", parents=[shared], help="list models, or fetch one")
    verbs = models.add_subparsers(dest="verb")
    pull = verbs.add_parser("pull", parents=[shared], help="fetch a GGUF file")
    pull.add_argument("wanted", help="owner/repository/file.gguf, or an address")
    pull.add_argument("--sha256", default="", help="what the file's hash must be")
    models.set_defaults(wanted=None)
    return parser
