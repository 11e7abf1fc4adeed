"""The documented thumbnail function's work on one file after the other: each line read is a path, each line written wall and CPU time in ms."""
import io
import sys
import time

from PIL import Image


def thumbnail(content):
    image = Image.open(io.BytesIO(content))
    if image.mode in ("RGBA", "LA", "P"):
        image = image.convert("RGB")
    image.thumbnail((200, 200))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()


for line in sys.stdin:
    wall, cpu = time.perf_counter(), time.process_time()
    with open(line.rstrip("\n"), "rb") as file:
        made = thumbnail(file.read())
    print(1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu), len(made), flush=True)
