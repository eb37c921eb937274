"""The schedule -> files for others to run and watch it: crontab, systemd, a container, Prometheus and Grafana."""

from __future__ import annotations

import getpass
import os
import shlex
import sys
from collections.abc import Callable
from importlib import resources
from pathlib import Path

from archive.errors import UsageError
from archive.layout import Layout
from crawler.queue import slots

# Where the daemon's figures are served, in what is exported.
PORT = 9180


def crontab(layout: Layout, folder: Path) -> dict[str, str]:
    """A crontab line that looks every minute for what is due; the times stand in the site files alone."""
    line = f"cd {shlex.quote(str(Path.cwd()))} && {_contact(shlex.quote)}{_command(layout, folder, 'due')}"
    # A bare percent sign ends the command (crontab(5)).
    return {"cundang.cron": f"* * * * * {line}\n".replace("%", "\\%")}


def units(layout: Layout, folder: Path) -> dict[str, str]:
    """The daemon as a service of systemd, by the file's name.

    Raises:
        UsageError: no contact is set: the service would crawl nothing.
    """
    contact = _contact(str).strip()
    if not contact:
        raise UsageError(
            "CUNDANG_CONTACT is not set, and the service would have none. Set it to your mail address or web page for"
            " this command: CUNDANG_CONTACT=you@example.org cundang schedule export --systemd"
        )

    def escaped(text: object) -> str:
        return str(text).replace("%", "%%")

    writable = " ".join(f'"{escaped(path)}"' for path in (layout.root.absolute(), slots.folder().absolute()))
    words = _command(layout, folder, "run", "--metrics", str(PORT))
    service = f"""[Unit]
Description=cundang: crawls at their times
Documentation=https://www.rfc-editor.org/rfc/rfc9309
Wants=network-online.target
After=network-online.target

[Service]
User={getpass.getuser()}
WorkingDirectory={escaped(Path.cwd())}
Environment="{escaped(contact)}" "CUNDANG_SLOTS={escaped(slots.folder().absolute())}"
ExecStartPre=+/usr/bin/install -d -o {getpass.getuser()} {writable}
ExecStart={escaped(words)}
Restart=on-failure
RestartSec=30
# 300 sites hold some 2,000 files open.
LimitNOFILE=65536
# The daemon passes the signal on to its crawls, which finish what is on the wire.
KillMode=mixed
TimeoutStopSec=300
NoNewPrivileges=yes
ProtectSystem=strict
ReadWritePaths={writable}
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictSUIDSGID=yes
LockPersonality=yes
CapabilityBoundingSet=

[Install]
WantedBy=multi-user.target
"""
    return {"cundang.service": service}


def prometheus() -> dict[str, str]:
    """What to scrape, alert rules, and a board for Grafana."""
    watch = resources.files("crawler.runs").joinpath("watch")
    scrape = (
        "# Scrapes the schedule that runs with: cundang schedule run --metrics "
        f"{PORT}\nrule_files: [cundang-alerts.yml]\n"
        f"scrape_configs:\n  - job_name: cundang\n    scrape_interval: 60s\n"
        f'    static_configs:\n      - targets: ["127.0.0.1:{PORT}"]\n'
    )
    names = ("cundang-alerts.yml", "cundang-board.json")
    return {"prometheus.yml": scrape, **{name: watch.joinpath(name).read_text("utf-8") for name in names}}


def container() -> dict[str, str]:
    """A recipe of an image for the daemon; data, site files and slots are mounted."""
    recipe = """# docker build -f Containerfile -t cundang .     in the checkout; podman takes the same
# docker run -d --name cundang --stop-timeout 300 -e CUNDANG_CONTACT=you@example.org \\
#   -v cundang-data:/data -v ./seeds/sites:/sites:ro cundang
FROM python:3.13-slim
COPY . /src
RUN pip install --no-cache-dir --constraint /src/constraints.txt /src && useradd --create-home cundang \\
 && install -d -o cundang /data
USER cundang
ENV CUNDANG_DATA=/data CUNDANG_SITES=/sites CUNDANG_SLOTS=/data/slots
VOLUME /data
STOPSIGNAL SIGTERM
ENTRYPOINT ["cundang"]
CMD ["schedule", "run"]
"""
    return {"Containerfile": recipe}


def _command(layout: Layout, folder: Path, *words: str) -> str:
    house = [sys.executable, "-m", "crawler.cli", "--data", str(layout.root.absolute())]
    return shlex.join([*house, "--sites", str(folder.absolute()), "schedule", *words])


def _contact(quote: Callable[[str], str]) -> str:
    contact = os.environ.get("CUNDANG_CONTACT", "").strip()
    return f"CUNDANG_CONTACT={quote(contact)} " if contact else ""
