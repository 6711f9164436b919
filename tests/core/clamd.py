"""A clamd that speaks the real INSTREAM protocol, for tests: it knows one virus, EICAR."""

from __future__ import annotations

import socketserver
import struct
import threading
from typing import Any

#: What antivirus vendors agreed to find, harmless; split so that no file of ours holds it.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        server: Any = self.server
        command = b""
        while not command.endswith(b"\0"):
            one = self.rfile.read(1)
            if not one:
                return
            command += one
        if command != b"zINSTREAM\0":
            self.wfile.write(b"UNKNOWN COMMAND\0")
            return
        data = b""
        while True:
            (size,) = struct.unpack(">I", self.rfile.read(4))
            if not size:
                break
            data += self.rfile.read(size)
            if len(data) > server.limit:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        server.seen.append(len(data))
        found = EICAR in data or server.marker in data
        self.wfile.write(b"stream: Eicar-Test-Signature FOUND\0" if found else b"stream: OK\0")


class Clamd(socketserver.ThreadingTCPServer):
    """A running clamd; ``seen`` holds the sizes of what it looked at."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Session)
        self.limit = 25_000_000
        self.marker = b"\xff\xfe never \xfe\xff"
        self.seen: list[int] = []
        self.thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"tcp://127.0.0.1:{self.server_address[1]}"

    def stop(self) -> None:
        self.shutdown()
        self.server_close()
        self.thread.join(timeout=5)
