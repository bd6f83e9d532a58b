"""Personas' pictures: what is taken, and how Discord shows them without a server of ours."""

import struct
from dataclasses import replace
from pathlib import Path

import pytest

from bot.engine.scripted import ScriptedEngine
from bot.files import File
from bot.personas import PersonaError, load_personas
from bot.personas.picture import MOST_BYTES, read_picture
from tests.conftest import PERSONAS
from tests.discord import DiscordServer, discord_server
from tests.discord_help import said_in, serving
from tests.test_discord_rooms import asks, harbour

PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0\x00\x04ab"


def png(width: int = 128, height: int = 128, more: bytes = b"") -> bytes:
    return PNG + struct.pack(">I4sII", 13, b"IHDR", width, height) + more


def jpeg(width: int = 128, height: int = 128) -> bytes:
    return JPEG + b"\xff\xc2\x00\x11\x08" + struct.pack(">HH", height, width) + b"\x03"


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [("a.png", png(), "image/png"), ("b_1.jpg", jpeg(64, 1024), "image/jpeg")],
)
def test_a_small_png_or_jpeg_is_taken(tmp_path: Path, name: str, content: bytes, kind: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert read_picture(tmp_path, name) == File(name, content, kind)


@pytest.mark.parametrize(
    ("content", "mend"),
    [
        (png(63), "63 x 128 pixels"),
        (jpeg(128, 1025), "128 x 1025 pixels"),
        (png(more=b"x" * MOST_BYTES), "larger than 256 KiB"),
        (b"GIF89a" + b"x" * 30, "no PNG or JPEG"),
        (PNG, "no PNG or JPEG"),
        (JPEG, "no PNG or JPEG"),
        (JPEG + b"\xff\xe1\xff\xff", "no PNG or JPEG"),
        (b"", "no PNG or JPEG"),
        (None, "cannot be read"),
    ],
)
def test_what_is_none_is_refused_with_the_mend(
    tmp_path: Path, content: bytes | None, mend: str
) -> None:
    if content is not None:
        (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(ValueError, match=mend):
        read_picture(tmp_path, "a.png")


@pytest.mark.parametrize("name", ["../a.png", "/etc/a.png", "x/a.png", "a.svg", ".png", "a\n.png"])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="is no name"):
        read_picture(tmp_path, name)


def test_nor_does_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere.png").write_bytes(png())
    folder = tmp_path / "personas"
    folder.mkdir()
    (folder / "a.png").symlink_to(tmp_path / "elsewhere.png")
    with pytest.raises(ValueError, match="leads out of the folder"):
        read_picture(folder, "a.png")


def test_a_personas_file_names_its_picture_and_a_wrong_one_stops_the_start(tmp_path: Path) -> None:
    text = (PERSONAS / "wren.toml").read_text()
    (tmp_path / "wren.toml").write_text(f'avatar = "wren.png"\n{text}')
    with pytest.raises(PersonaError, match=r"wren\.toml: avatar 'wren\.png' cannot be read"):
        load_personas(tmp_path)
    (tmp_path / "wren.png").write_bytes(png())
    assert load_personas(tmp_path)["wren"].avatar == File("wren.png", png(), "image/png")


# --- On Discord -------------------------------------------------------------------------------


def icon(server: DiscordServer) -> str:
    (emoji,) = server.world.emojis
    return f"https://cdn.discordapp.com/emojis/{emoji['id']}.png"


@pytest.mark.live
async def test_it_stands_in_the_header_and_beside_the_name_of_a_webhook(tmp_path: Path) -> None:
    personas = load_personas(PERSONAS)
    personas["wren"] = replace(personas["wren"], avatar=File("w.png", png(), "image/png"))
    async with discord_server() as server:
        anna = server.person("Anna")
        place = harbour(server, "manage_webhooks")
        engine = ScriptedEngine()
        async with serving(
            server, tmp_path / "d", engine, has_buttons=True, personas=personas
        ) as bot:
            await server.until(lambda: server.world.emojis, "the picture")
            await bot.let_in(anna)
            (begun,) = [m for m in said_in(anna.dm, server) if m.data["embeds"]]
            expected = {"name": "Wren", "icon_url": icon(server)}
            assert begun.data["embeds"][0]["author"] == expected
            before = len(said_in(anna.dm, server))
            await anna.runs("/who", anna.dm)
            who = (await bot.said(anna.dm, before + 1))[-1]
            await server.until(lambda: who.data["embeds"], "its header")
            assert who.data["embeds"][0]["author"] == expected
            await asks(server, anna, place, "How is the sea?")
            await server.until(
                lambda: [m for m in place.shown if m.avatar_url == icon(server)], "the persona"
            )


@pytest.mark.live
async def test_a_start_sends_what_is_new_and_takes_away_what_is_no_more(tmp_path: Path) -> None:
    async with discord_server() as server:
        server.world.emojis.append({"id": "7", "name": "of_somebody_else", "image": ""})
        seen: list[list[str]] = []
        async with serving(server, tmp_path / "d", ScriptedEngine()) as bot:
            for content in (png(), png(), png(200, 200), None):
                given = {"Wren": File("w.png", content, "image/png")} if content else {}
                await bot.platform.pictures.register(given)
                seen.append([one["name"] for one in server.world.emojis])
        first, second, third, last = seen
        assert first == second and len(first) == 2
        assert third != first and len(third) == 2
        assert last == ["of_somebody_else"]


@pytest.mark.live
async def test_where_discord_takes_no_picture_the_persona_has_none(tmp_path: Path) -> None:
    personas = load_personas(PERSONAS)
    personas["wren"] = replace(personas["wren"], avatar=File("w.png", png(), "image/png"))
    async with discord_server() as server:
        anna = server.person("Anna")
        server.fail("POST /applications/{}/emojis", 403)
        async with serving(
            server, tmp_path / "d", ScriptedEngine(), has_buttons=True, personas=personas
        ) as bot:
            await bot.let_in(anna)
            assert not [m for m in said_in(anna.dm, server) if m.data["embeds"]]
