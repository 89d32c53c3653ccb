"""A bucket over HTTP, as far as the store of files needs one: put, get, delete and list, the list by pages."""

import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from xml.sax.saxutils import escape, unescape

from aiohttp import web
from aiohttp.test_utils import TestServer

PAGE = 2
"""Keys of one answer, so that listing has to go on."""


@dataclass
class Bucket:
    """What lies in the bucket, and how it behaves."""

    objects: dict[str, bytes] = field(default_factory=dict)
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    away: bool = False
    broken: int = 0
    """How many requests are answered with an error of the service's own; counted down."""
    signed: int = 0
    """Requests that carried a signature."""

    async def serve(self, request: web.Request) -> web.Response:
        """Answer one request of the API."""
        self.signed += "AWS4-HMAC-SHA256" in request.headers.get("Authorization", "")
        if self.broken:
            self.broken -= 1
            return web.Response(status=503)
        if self.away:
            return web.Response(status=403, text="<Error><Code>AccessDenied</Code></Error>", content_type="text/xml")
        key = request.match_info.get("key", "")
        match request.method:
            case "PUT":
                self.objects[key] = await request.read()
                return web.Response(headers={"ETag": f'"{hashlib.md5(self.objects[key]).hexdigest()}"'})
            case "POST" if "delete" in request.query:
                return self._removed(await request.text())
            case "GET" if not key:
                return self._listed(request)
            case "GET" if key in self.objects:
                return web.Response(body=self.objects[key], headers=self._told(key))
            case _:
                return web.Response(status=404, text="<Error><Code>NoSuchKey</Code></Error>", content_type="text/xml")

    def _removed(self, asked: str) -> web.Response:
        keys = re.findall(r"<Key>(.*?)</Key>", asked)
        for key in keys:
            self.objects.pop(unescape(key), None)
        done = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in keys)
        return web.Response(text=f"<DeleteResult>{done}</DeleteResult>", content_type="application/xml")

    def _told(self, key: str) -> dict[str, str]:
        return {
            "Last-Modified": self.at.strftime("%a, %d %b %Y %H:%M:%S GMT"),
            "ETag": f'"{hashlib.md5(self.objects[key]).hexdigest()}"',
        }

    def _listed(self, request: web.Request) -> web.Response:
        prefix, after = request.query.get("prefix", ""), request.query.get("continuation-token", "")
        keys = sorted(key for key in self.objects if key.startswith(prefix) and key > after)
        shown, more = keys[:PAGE], len(keys) > PAGE
        entries = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>{len(self.objects[key])}</Size>"
            f"<LastModified>{self.at:%Y-%m-%dT%H:%M:%S.000Z}</LastModified><ETag>x</ETag></Contents>"
            for key in shown
        )
        token = f"<NextContinuationToken>{escape(shown[-1])}</NextContinuationToken>" if more else ""
        body = f"<ListBucketResult><IsTruncated>{str(more).lower()}</IsTruncated>{token}{entries}</ListBucketResult>"
        return web.Response(text=body, content_type="application/xml")


@asynccontextmanager
async def a_bucket() -> AsyncIterator[tuple[Bucket, str]]:
    """Put up a bucket called ``files``; yield it and the address of its service."""
    bucket = Bucket()
    app = web.Application(client_max_size=20 << 20)
    app.router.add_route("*", "/files/{key:.*}", bucket.serve)
    app.router.add_route("*", "/files", bucket.serve)
    server = TestServer(app)
    await server.start_server()
    yield bucket, str(server.make_url("")).rstrip("/")
    await server.close()
