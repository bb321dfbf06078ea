"""What processes say to whoever looks after the machine: lines on standard error, as text or as JSON.

A line says what the machine does, never what a person does: nothing of a request, no document number, PIN, card or
choice. So of an error only its kind and the places in our code are written, not its message, which may quote somebody.

Lines are in English on every machine, whatever language it speaks: a technician finds the same words in every country,
in these sources, and in what others report. Whoever stands at the machine reads its screen, not these lines.
"""

import logging
import sys
import time
import traceback
from types import TracebackType
from typing import Literal

import msgspec

Format = Literal["text", "json"]
Level = Literal["debug", "info", "warning", "error"]

_LOGGERS = ("testigo", "uvicorn")
_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def set_up(form: Format = "text", level: Level = "warning") -> None:
    """Send the log lines of this process, from `level` up, to standard error."""
    handler = _ToStandardError()
    handler.setFormatter(_Json() if form == "json" else _Text("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(level.upper())


class _ToStandardError(logging.Handler):
    """Standard error as it is at the moment of the line."""

    def emit(self, record: logging.LogRecord) -> None:
        print(self.format(record), file=sys.stderr, flush=True)


class _Text(logging.Formatter):
    """Times are UTC, to the second."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%SZ"
    default_msec_format = ""

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802
        return _without_message(ei)


class _Json(_Text):
    """One object a line: time, level, logger, message; `error` where there was one."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": self.formatTime(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["error"] = _without_message(record.exc_info)
        return msgspec.json.encode(line).decode()


def _without_message(error: _ExcInfo) -> str:
    kind, _, where = error
    name = kind.__name__ if kind else "no error"
    return "".join([*traceback.format_tb(where), name])
