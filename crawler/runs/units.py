"""The schedule -> files for others to run and watch it: crontab, systemd, a container, Prometheus and Grafana."""

from __future__ import annotations

import getpass
import os
import shlex
import sys
from importlib import resources
from pathlib import Path

from archive.errors import UsageError
from archive.layout import Layout
from crawler.queue import slots

# Where the daemon's figures are served, in what is exported.
PORT = 9180


def crontab(layout: Layout, folder: Path, part: str | None = None) -> dict[str, str]:
    """A crontab line that looks every minute for what is due; the times stand in the site files alone."""
    set_ = "".join(f"{name}={shlex.quote(value)} " for name, value in _chosen().items())
    line = f"cd {shlex.quote(str(Path.cwd()))} && {set_}{_command(layout, folder, 'due', *_share(part))}"
    # A bare percent sign ends the command (crontab(5)).
    return {"cundang.cron": f"* * * * * {line}\n".replace("%", "\\%")}


def units(layout: Layout, folder: Path, part: str | None = None) -> dict[str, str]:
    """The daemon as a service of systemd, by the file's name.

    Raises:
        UsageError: no contact is set: the service would crawl nothing.
    """
    chosen = _chosen()
    if "CUNDANG_CONTACT" not in chosen:
        raise UsageError(
            "CUNDANG_CONTACT is not set, and the service would have none. Set it to your mail address or web page for"
            " this command: CUNDANG_CONTACT=you@example.org cundang schedule export --systemd"
        )

    folders = [layout.root.absolute(), slots.folder().absolute()]
    store = chosen.get("CUNDANG_STORE", "")
    if store.startswith("/"):
        # A store in a folder: leases are written there.
        folders.append(Path(store))
    writable = " ".join(f'"{_escaped(path)}"' for path in folders)
    words = _command(layout, folder, "run", "--metrics", str(PORT), *_share(part))
    chosen["CUNDANG_SLOTS"] = str(slots.folder().absolute())
    environment = " ".join(f'"{name}={_escaped(value)}"' for name, value in chosen.items())
    service = f"""[Unit]
Description=cundang: crawls at their times
Documentation=https://www.rfc-editor.org/rfc/rfc9309
Wants=network-online.target
After=network-online.target

[Service]
User={getpass.getuser()}
WorkingDirectory={_escaped(Path.cwd())}
Environment={environment}
# Keys of a bucket, a line each: AWS_ACCESS_KEY_ID=...
EnvironmentFile=-/etc/default/cundang
ExecStartPre=+/usr/bin/install -d -o {getpass.getuser()} {writable}
ExecStart={_escaped(words)}
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


def _escaped(text: object) -> str:
    """As systemd reads it."""
    return str(text).replace("%", "%%")


def _share(part: str | None) -> tuple[str, ...]:
    return ("--part", part) if part else ()


def _chosen() -> dict[str, str]:
    """What the environment says of crawls and must be said again where they are started from elsewhere."""
    found = {name: os.environ.get(name, "").strip() for name in ("CUNDANG_CONTACT", "CUNDANG_STORE")}
    if (store := found["CUNDANG_STORE"]) and "://" not in store:
        found["CUNDANG_STORE"] = str(Path(store).absolute())
    return {name: value for name, value in found.items() if value}
