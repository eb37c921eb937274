"""The schedule -> files to run and monitor it with other tools: cron, systemd, containers, Prometheus and Grafana."""

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

# The port of the daemon's metrics in the exported files.
PORT = 9180


def crontab(layout: Layout, folder: Path, part: str | None = None) -> dict[str, str]:
    """A crontab line that starts due crawls every minute; the schedules themselves are only in the site files."""
    set_ = "".join(f"{name}={shlex.quote(value)} " for name, value in _chosen().items())
    line = f"cd {shlex.quote(str(Path.cwd()))} && {set_}{_command(layout, folder, 'due', *_share(part))}"
    # A bare percent sign ends the command (crontab(5)).
    return {"cundang.cron": f"* * * * * {line}\n".replace("%", "\\%")}


def units(layout: Layout, folder: Path, part: str | None = None) -> dict[str, str]:
    """A systemd unit for the daemon, by file name.

    Raises:
        UsageError: no contact is set, so the service could not crawl.
    """
    chosen = _chosen()
    if "CUNDANG_CONTACT" not in chosen:
        raise UsageError(
            "CUNDANG_CONTACT is not set, so the service would have no contact. Set it to your mail address or web page"
            " for this command: CUNDANG_CONTACT=you@example.org cundang schedule export --systemd"
        )
    folders = [layout.root.absolute(), slots.folder().absolute()]
    store = chosen.get("CUNDANG_STORE", "")
    if store.startswith("/"):
        # Leases are written to the store, which is a folder here.
        folders.append(Path(store))
    writable = " ".join(f'"{_escaped(path)}"' for path in folders)
    words = _command(layout, folder, "run", "--metrics", str(PORT), *_share(part))
    environment = " ".join(f'"{name}={_escaped(value)}"' for name, value in chosen.items())
    service = f"""[Unit]
Description=cundang: scheduled crawls
Wants=network-online.target
After=network-online.target

[Service]
User={getpass.getuser()}
WorkingDirectory={_escaped(Path.cwd())}
Environment={environment}
# The keys of a bucket, one a line: AWS_ACCESS_KEY_ID=...
EnvironmentFile=-/etc/default/cundang
ExecStartPre=+/usr/bin/install -d -o {getpass.getuser()} {writable}
ExecStart={_escaped(words)}
Restart=on-failure
RestartSec=30
# 300 sites keep about 2,000 files open.
LimitNOFILE=65536
# The daemon passes the signal on to its crawls, which finish their requests.
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
    """A scrape configuration, alert rules, and a dashboard for Grafana, by file name."""
    watch = resources.files("crawler.runs").joinpath("watch")
    scrape = (
        "# Scrapes a schedule started with: cundang schedule run --metrics "
        f"{PORT}\nrule_files: [cundang-alerts.yml]\n"
        f"scrape_configs:\n  - job_name: cundang\n    scrape_interval: 60s\n"
        f'    static_configs:\n      - targets: ["127.0.0.1:{PORT}"]\n'
    )
    names = ("cundang-alerts.yml", "cundang-board.json")
    return {"prometheus.yml": scrape, **{name: watch.joinpath(name).read_text("utf-8") for name in names}}


def container() -> dict[str, str]:
    """A Containerfile for the daemon, by file name; data and site files are mounted as volumes."""
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
    """Escape percent signs for systemd."""
    return str(text).replace("%", "%%")


def _share(part: str | None) -> tuple[str, ...]:
    return ("--part", part) if part else ()


def _chosen() -> dict[str, str]:
    """The environment variables of this program, for files that start it in another environment."""
    found = {name: os.environ.get(name, "").strip() for name in ("CUNDANG_CONTACT", "CUNDANG_STORE")}
    found["CUNDANG_SLOTS"] = str(slots.folder().absolute())
    if (store := found["CUNDANG_STORE"]) and "://" not in store:
        found["CUNDANG_STORE"] = str(Path(store).absolute())
    return {name: value for name, value in found.items() if value}
