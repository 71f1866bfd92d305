"""``translit serve``: names and texts over HTTP."""

from __future__ import annotations

import errno
import logging
import socket
from typing import Any

import click

from translit.cli.options import Choice, lexicon_options
from translit.errors import InputError, missing_extra
from translit.limits import MAX_BODY_BYTES, MAX_REQUEST_SECONDS

_GRACE_SECONDS = 10


@click.command("serve", short_help="Answer over HTTP, also for OpenRefine.")
@lexicon_options
@click.option("--host", metavar="H", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", metavar="N", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port; 0 for any free one.")
@click.option(
    "--max-body", metavar="BYTES", type=click.IntRange(1), default=MAX_BODY_BYTES, show_default=True, help="Largest body of a request."
)
@click.option(
    "--max-seconds",
    metavar="S",
    type=click.FloatRange(0, min_open=True),
    default=MAX_REQUEST_SECONDS,
    show_default=True,
    help="Longest time for an answer.",
)
@click.option("--address", metavar="URL", default="", help="Where the service is reached, if behind another; told to OpenRefine.")
@click.option("--origin", metavar="URL", default="*", show_default=True, help="Page that a browser may reconcile from.")  # fmt: skip
def command(choice: Choice, host: str, port: int, max_body: int, max_seconds: float, address: str, origin: str) -> int:
    """Answer /match, /clean, /explain and /healthz, and reconcile at /reconcile, until it is interrupted or terminated.

    The page at / tells more.
    """
    try:
        import uvicorn

        from translit.serve.app import Limits, application
    except ModuleNotFoundError as error:
        if error.name not in ("uvicorn", "starlette", "anyio"):
            raise
        raise InputError(missing_extra(str(error.name), "serve", "translit serve")) from None
    listener = _listener(host, port)
    with listener:
        app = application(choice.open(), Limits(max_body, max_seconds, address.rstrip("/"), origin))
        config = uvicorn.Config(app, lifespan="off", access_log=False, log_config=None, timeout_graceful_shutdown=_GRACE_SECONDS)
        logging.getLogger("uvicorn").setLevel(logging.WARNING)
        shown = f"[{host}]" if ":" in host else host
        click.echo(f"translit: listening on http://{shown}:{listener.getsockname()[1]}", err=True)
        _serve(uvicorn.Server(config), listener)
    click.echo("translit: stopped", err=True)
    return 0


def _serve(server: Any, listener: socket.socket) -> None:
    try:
        server.run(sockets=[listener])
    except (SystemExit, KeyboardInterrupt):
        # uvicorn stops gracefully, then raises the signal again.
        if not server.should_exit:
            raise


def _listener(host: str, port: int) -> socket.socket:
    """A socket of its own, so that a port that is taken is told plainly, and before the lexicon is opened."""
    try:
        family, *_, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        return socket.create_server(place[:2], family=family, backlog=2048)
    except socket.gaierror as error:
        raise InputError(f"{host}: no such address ({error.strerror}); choose another --host") from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise InputError(f"{host}:{port} is taken: something listens there already; stop it, or choose another --port") from None
        raise InputError(f"{host}:{port}: cannot listen there ({error.strerror}); choose another --host or --port") from None
