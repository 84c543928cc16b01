"""A mail server on a socket of this machine that takes mails, or refuses as a test says."""

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message, message_from_bytes, policy

from pytest_django import Settings

OK = "250 OK"


class MailServer(socketserver.ThreadingTCPServer):
    """Keeps the mails that it takes. `answers` has other answers to the first words of commands."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.mails: list[message.Message] = []
        self.answers: dict[str, str] = {}
        self.calls: list[str] = []
        # Called when a mail was taken, before the server says so.
        self.when_taken: Callable[[], None] = lambda: None


class _Session(socketserver.StreamRequestHandler):
    """The commands of SMTP that Django sends, each with a short answer."""

    server: MailServer

    def handle(self) -> None:
        self._say(self.server.answers.get("connect", "220 mail.example"))
        while line := self.rfile.readline():
            word = line.split()[0].decode().upper() if line.split() else ""
            self.server.calls.append(word)
            answer = self.server.answers.get(word, OK)
            if word == "DATA" and answer == OK:
                self._say("354 go on")
                self._take()
                answer = self.server.answers.get("taken", OK)
            self._say(answer)
            if word == "QUIT" or answer.startswith("421"):
                return

    def _take(self) -> None:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b"."))
        self.server.mails.append(message_from_bytes(b"".join(lines), policy=policy.default))
        self.server.when_taken()

    def _say(self, answer: str) -> None:
        self.wfile.write(f"{answer}\r\n".encode())


@contextmanager
def mail_server(settings: Settings) -> Iterator[MailServer]:
    """Run a mail server, and let the site use it."""
    with MailServer() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address[:2]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
