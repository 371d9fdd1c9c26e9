"""`make demo`: a whole town on this machine, in one process."""

import socket
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils import timezone

from config import backup, demo


class Command(BaseCommand):
    help = "Makes the demo town if it is not there, and serves it until Ctrl-C."
    requires_system_checks = ()  # the server checks itself when it starts

    def handle(self, **_: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo publishes its passwords; it runs with DEMO=1 only.")
        try:
            with bound("127.0.0.1", settings.PORT) as door:
                self._prepare()
                serve(door)
        except KeyboardInterrupt:
            self.stdout.write("\nStopped.")

    def _prepare(self) -> None:
        """Brings database, town and card up to date; quick when they are."""
        if backup.pending():
            call_command("migrate", interactive=False, verbosity=0)
        if "seed_town" in get_commands():
            call_command("seed_town", demo=True)
        contents = demo.card(now=timezone.now())
        demo.write_card(contents)
        self._print(contents)
        connections.close_all()

    def _print(self, contents: dict[str, Any]) -> None:
        lines = [f"\nOne Number is at {contents['base_url']}  (Ctrl-C stops it)\n"]
        lines += [f"  {page:12} {url}" for page, url in contents.get("links", {}).items()]
        lines += [
            f"  {role:12} {account['username']} / {account['password']}"
            for role, account in contents.get("accounts", {}).items()
        ]
        self.stdout.write("\n".join([*lines, f"\nAll of this is in {demo.card_file()}\n"]))
        self.stdout.flush()


def bound(host: str, port: int) -> socket.socket:
    """The socket to serve on: ours from now, refusing connections until the server listens."""
    door = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((host, port))
    except OSError as error:
        door.close()
        raise CommandError(
            f"Port {port} is taken ({error.strerror}). Try: make demo PORT={port + 1}"
        ) from None
    return door


def serve(door: socket.socket) -> None:
    """Serves until SIGINT or SIGTERM; open pages get five seconds to finish."""
    config = uvicorn.Config(
        "config.asgi:application",
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=5,
    )
    server = uvicorn.Server(config)
    server.run(sockets=[door])
    if not server.started:
        raise CommandError("The server refused to start; the reason stands above.")
