"""Leases in a store, so that only one machine crawls a site. A lease is numbered, and must be renewed.

leases/<site>/<number>.json   {"owner": "host 1f3a...", "until": 1764400000.0}     the highest number is valid

A machine takes a site by putting the object of the next number, if it does not exist: of two machines, one wins. Only
the holder writes its object again, with a later time. A machine that slept beyond that time finds a higher number than
its own, and sends nothing more (`lapsed`).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import socket
import tempfile
import time
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from archive.errors import DataError, LockedError
from archive.layout import Layout
from archive.store import Store

# The length of a lease in seconds; it is renewed after a third of that.
TERM = 900.0
# How much longer others wait, as a share of the term: clocks differ, and a store may be slow to refuse a renewal.
GRACE = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The content of a lease's object.

    Attributes:
        number: the number of the lease.
        owner: the machine and its data folder.
        until: when it ends, in seconds since 1970; 0: it was given back.
    """

    number: int
    owner: str
    until: float


class Lease:
    """The lease of a site in a store, from its creation until `release`, as long as it is renewed."""

    def __init__(
        self, layout: Layout, store: Store, site: str, *, term: float = TERM, clock: Callable[[], float] = time.time
    ) -> None:
        """Take the site; the caller must hold its lock on this machine.

        Raises:
            LockedError: another machine holds it.
            DataError: the store refuses.
        """
        self._layout, self._store, self._site = layout, store, site
        self._term, self._now = term, clock
        self._owner = _owner(layout)
        last = _last(store, site)
        if last is not None and last.owner != self._owner and self._now() < last.until + GRACE * term:
            raise LockedError(_held(store, site, last))
        self._claim = Claim(number=last.number + 1 if last else 1, owner=self._owner, until=self._now() + self._term)
        if not self._put_first():
            won = _last(store, site)
            raise LockedError(_held(store, site, won) if won else f"{site}: lost to another machine. Crawl it later.")
        _write_record(layout, site, store, self._claim.number)
        for held in list(store.list(f"leases/{site}")):
            if held.key < _key(site, self.number):
                store.delete(held.key)

    @property
    def term(self) -> float:
        """The length of the lease in seconds."""
        return self._term

    @property
    def number(self) -> int:
        """The fencing number: higher than that of every earlier holder."""
        return self._claim.number

    def renew(self) -> None:
        """Extend the lease by another term.

        Raises:
            LockedError: the lease lapsed, and another machine may hold the site. Nothing more may be fetched.
            DataError: the store refuses; the current term goes on.
        """
        if self.is_over():
            raise self.lost("was not renewed in time")
        claim = Claim(number=self.number, owner=self._owner, until=self._now() + self._term)
        self._store.put(_key(self._site, self.number), _said(claim))
        last = _last(self._store, self._site)
        if last is None or last.number != self.number:
            raise self.lost(f"went to {last.owner}" if last else "was removed")
        self._claim = claim

    def is_over(self) -> bool:
        """Whether the term has ended without a renewal, so that nothing more may be fetched."""
        return self._now() >= self._claim.until

    def release(self) -> None:
        """Give the site back, and forget the lease: what was captured may be sent at any time. Raises DataError."""
        if self.is_over() or lapsed(self._layout, self._store, self._site):
            return
        self._store.put(_key(self._site, self.number), _said(Claim(number=self.number, owner=self._owner, until=0)))
        self._layout.lease(self._site).unlink(missing_ok=True)

    def _put_first(self) -> bool:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "claim"
            path.write_bytes(_said(self._claim))
            return self._store.put_if_absent(_key(self._site, self.number), path)

    def lost(self, why: str) -> LockedError:
        """The error that ends a crawl whose lease is lost."""
        return LockedError(
            f"{self._site}: its lease {self.number} in {self._store.url} {why}, so this crawl ends. What it has is"
            f" kept; it is sent after the next crawl of the site here: cundang crawl {self._site}"
        )


def lapsed(layout: Layout, store: Store, site: str) -> str:
    """Why nothing of a site may be sent to a store from here; empty if it may.

    A crawl that ended well gave its lease back. A crawl that was killed or cut off may have been replaced by that of
    another machine, which has a higher number.

    Raises:
        DataError: the store refuses, or the record of the lease cannot be read.
    """
    path = layout.lease(site)
    try:
        said = json.loads(path.read_bytes())
        url, number = str(said["store"]), int(said["number"])
    except FileNotFoundError:
        return ""
    except (OSError, ValueError, KeyError, TypeError) as error:
        cure = f"Crawl the site again: cundang crawl {site}"
        raise DataError(f"{path}: no record of a lease ({error!r}). {cure}") from error
    if url != store.url or (last := _last(store, site)) is None or last.number == number:
        return ""
    return (
        f"{site}: lease {number} of this machine lapsed, and {last.owner} holds or held it since with number"
        f" {last.number}. Nothing was sent. Crawl it here, then push again: cundang crawl {site}"
    )


def _last(store: Store, site: str) -> Claim | None:
    """The valid claim, with the highest number; None: there is none yet."""
    keys = [held.key for held in store.list(f"leases/{site}")]
    if not keys:
        return None
    key = max(keys)
    try:
        said = json.loads(store.range(key, 0, 10_000))
        return Claim(number=int(key.rpartition("/")[2].removesuffix(".json")), owner=said["owner"], until=said["until"])
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"{store.url}/{key}: not a readable lease ({error!r}). Remove it, then crawl again.") from error


def _key(site: str, number: int) -> str:
    return f"leases/{site}/{number:09}.json"


def _said(claim: Claim) -> bytes:
    return json.dumps(asdict(claim)).encode() + b"\n"


def _held(store: Store, site: str, claim: Claim) -> str:
    until = dt.datetime.fromtimestamp(claim.until, dt.UTC)
    return (
        f"{site} is held by {claim.owner} in {store.url} (lease {claim.number}, until {until:%Y-%m-%d %H:%M:%S} UTC)."
        " Wait until its crawl ends; if that machine is gone, a little longer than that."
    )


def _owner(layout: Layout) -> str:
    """The name of this machine and its data folder. A copy of the folder on another machine is another owner."""
    path = layout.machine
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError), path.open("x", encoding="ascii") as file:
        file.write(uuid.uuid4().hex)
    return f"{socket.gethostname()} {path.read_text(encoding='ascii').strip()}"


def _write_record(layout: Layout, site: str, store: Store, number: int) -> None:
    path = layout.lease(site)
    made = path.with_name(f"{path.name}.new")
    made.write_text(json.dumps({"store": store.url, "number": number}), encoding="utf-8")
    made.replace(path)
