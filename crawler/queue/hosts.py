"""What the hosts of a site answer in one run -> which of them rest, and which are left alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Literal

from archive.site import host_of
from crawler.queue.address import shape

# After 5 errors in a row a host is given a rest, and after 8 it is left alone in this run.
TIRED, SILENT = 5, 8
# After 5 blocked pages in a row of one shape, addresses of this shape are left alone in this run, and after 15 in a row
# the whole host is: by then pages of several shapes were blocked, and no page came between them.
BLOCKS, WALLS = 5, 15


class Hosts:
    """Shared by the scheduler, the spider and the wire.

    Attributes:
        names: the hosts of the site.
        walled: pages were left alone in this run because others like them were blocked.
    """

    def __init__(self, names: tuple[str, ...], clock: Callable[[], float]) -> None:
        self.names = names
        self.walled = False
        self._clock = clock
        self._answered: set[str] = set()
        self._errors: Counter[str] = Counter()
        self._blocks: Counter[str] = Counter()
        self._walls: Counter[str] = Counter()
        self._left: set[str] = set()
        self._parked: dict[str, float] = {}

    @property
    def open(self) -> list[str]:
        """The hosts that are not left."""
        return [host for host in self.names if host not in self._left]

    @property
    def answered(self) -> frozenset[str]:
        """The hosts that answered at least once."""
        return frozenset(self._answered)

    def answer(self, url: str, status: int) -> None:
        """A host answered; only an answer that is no server error ends a row of errors."""
        host = host_of(url)
        self._answered.add(host)
        if status < 500 and status != 429:
            self._errors[host] = 0

    def error(self, url: str) -> Literal["tired", "silent"] | None:
        """Note an error, or no answer, of a host; what the errors in a row say of it."""
        host = host_of(url)
        self._errors[host] += 1
        if self._errors[host] >= SILENT:
            return "silent"
        return "tired" if self._errors[host] >= TIRED else None

    def passed(self, url: str) -> None:
        """A page came, and no wall in its place."""
        self._blocks[shape(url)] = 0
        self._walls[host_of(url)] = 0

    def block(self, url: str) -> bool:
        """A wall stood in the place of a page; whether pages like it are to be left for this run."""
        self._blocks[shape(url)] += 1
        self._walls[host_of(url)] += 1
        return self.blocked(url)

    def blocked(self, url: str) -> bool:
        """Whether walls stood before the last pages like it, or before all of its host's."""
        found = self._blocks[shape(url)] >= BLOCKS or self._walls[host_of(url)] >= WALLS
        self.walled = self.walled or found
        return found

    def leave(self, host: str) -> None:
        """Ask the host for nothing more in this run."""
        self._left.add(host)

    def park(self, host: str, seconds: float) -> None:
        """Ask the host for nothing within so many seconds; what is due stays due."""
        self._parked[host] = max(self._parked.get(host, 0), self._clock() + seconds)

    def parked(self, host: str) -> float:
        """The seconds for which the host is still parked; 0: it is not."""
        return max(0.0, self._parked.get(host, 0) - self._clock())
