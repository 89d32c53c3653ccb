"""The process that draws a stranger's image anew: takes the file from standard input, answers with a PNG.

Whatever is wrong with the file costs this process its life and nobody else anything: memory, time and open files are
limited, and it holds no secret.
"""

import io
import resource
import sys

MEMORY_BYTES = 768 << 20
CPU_SECONDS = 20

MOST_PIXELS = 50_000_000
"""Of the image as it came; the largest telephone takes pictures of this size."""

WIDEST = 1600
"""Pixels of the picture's longer side."""


def serve() -> None:
    """Answer for the one input."""
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        resource.setrlimit(limit, (most, most))
    sys.stdout.buffer.write(drawn(sys.stdin.buffer.read()))


def drawn(body: bytes) -> bytes:
    """Return the picture; what cannot be drawn ends in an exception of the library."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2  # the library raises at twice its limit and warns before
    with Image.open(io.BytesIO(body), formats=("PNG", "JPEG")) as image:
        image.draft("RGB", (WIDEST, WIDEST))  # a large JPEG is decoded at a fraction of its size
        upright = ImageOps.exif_transpose(image)
        upright.thumbnail((WIDEST, WIDEST))
        flat = Image.new("RGB", upright.size, "white")
        rgba = upright.convert("RGBA")
        flat.paste(rgba, mask=rgba)
    out = io.BytesIO()
    flat.save(out, "PNG", optimize=True)
    return out.getvalue()
