"""The schedule -> lines for cron and units for systemd, which look for what is due."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

from archive.layout import Layout


def crontab(layout: Layout, folder: Path) -> str:
    """Write a crontab line that looks every minute for what is due; the times stand in the site files alone."""
    line = f"cd {shlex.quote(str(Path.cwd()))} && {_contact(shlex.quote)}{_due(layout, folder)}"
    # A bare percent sign ends the command (crontab(5)).
    return f"* * * * * {line}\n".replace("%", "\\%")


def units(layout: Layout, folder: Path) -> dict[str, str]:
    """The files of a systemd timer that looks every minute for what is due, by name."""

    def escaped(text: str) -> str:
        return text.replace("%", "%%")

    contact = _contact(str).strip()
    environment = f'Environment="{escaped(contact)}"\n' if contact else ""
    service = (
        "[Unit]\nDescription=cundang: crawls that are due\nAfter=network-online.target\n\n"
        f"[Service]\nType=oneshot\nWorkingDirectory={escaped(str(Path.cwd()))}\n{environment}"
        f"ExecStart={escaped(_due(layout, folder))}\n"
        # A crawl that is told to stop finishes what is on the wire.
        "TimeoutStopSec=300\n"
    )
    timer = (
        "[Unit]\nDescription=cundang: look every minute\n\n"
        "[Timer]\nOnCalendar=minutely\nPersistent=true\n\n[Install]\nWantedBy=timers.target\n"
    )
    return {"cundang.service": service, "cundang.timer": timer}


def _due(layout: Layout, folder: Path) -> str:
    words = [sys.executable, "-m", "crawler.cli", "--data", str(layout.root.absolute())]
    return shlex.join([*words, "--sites", str(folder.absolute()), "schedule", "due"])


def _contact(quote: Callable[[str], str]) -> str:
    contact = os.environ.get("CUNDANG_CONTACT", "").strip()
    return f"CUNDANG_CONTACT={quote(contact)} " if contact else ""
