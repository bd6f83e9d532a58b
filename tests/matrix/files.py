"""Files and pictures in encrypted rooms: encrypted here, uploaded, fetched and decrypted there."""

import io

from nio.crypto import decrypt_attachment

from tests.matrix.person import Person, fine
from tests.matrix.shown import Shown


async def send_file(
    person: Person,
    room: str,
    data: bytes,
    name: str,
    *,
    kind: str = "m.file",
    mime: str = "text/plain",
    caption: str = "",
) -> str:
    """A picture is `kind="m.image"`; gives the event."""
    uploaded, keys = await person.client.upload(
        io.BytesIO(data), mime, name, encrypt=True, filesize=len(data)
    )
    file = {**keys, "url": fine(uploaded).content_uri}
    info = {"mimetype": mime, "size": len(data)}
    words = {"body": caption, "filename": name} if caption else {"body": name}
    return await person.send(room, {"msgtype": kind, **words, "info": info, "file": file})


async def fetch_file(person: Person, message: Shown) -> bytes:
    file = message.content["file"]
    found = fine(await person.client.download(file["url"])).body
    return bytes(decrypt_attachment(found, file["key"]["k"], file["hashes"]["sha256"], file["iv"]))
