"""A hub for tests: serves one file the way the Hugging Face hub does."""

from __future__ import annotations

import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from support.tiny_models import gguf_bytes, sha256

MODEL = gguf_bytes(padding=4_000_000)
DIGEST = sha256(MODEL)


class Hub(BaseHTTPRequestHandler):
    """Serves one file the way the hub does, ranges included."""

    protocol_version = "HTTP/1.1"
    requests: list[tuple[str, str | None]]
    stalled: threading.Event
    stalls_after: int | None = None
    breaks_after: int | None = None

    def do_HEAD(self) -> None:
        self._answer(b"")

    def do_GET(self) -> None:
        wanted = self.headers.get("Range")
        self.requests.append((self.path, wanted))
        start = int(wanted.removeprefix("bytes=").split("-")[0]) if wanted else 0
        last = start + self.breaks_after if self.breaks_after else self.stalls_after
        self._answer(MODEL[start:last], start)
        self.close_connection = True
        if self.stalls_after is not None:
            self.stalled.set()
            with suppress(ConnectionResetError):
                self.rfile.read(1)  # until the client is gone

    def _answer(self, body: bytes, start: int = 0) -> None:
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(MODEL) - 1}/{len(MODEL)}")
        self.send_header("Content-Length", str(len(MODEL) - start))
        self.send_header("X-Repo-Commit", "0" * 40)
        self.send_header("ETag", f'"{sha256(MODEL)}"')
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Keeps the test's output clean."""


def address_of(server: ThreadingHTTPServer) -> str:
    return f"http://127.0.0.1:{server.server_port}"
