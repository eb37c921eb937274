"""What the hosts of a site answer in one run -> which of them rest, and which are left alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Literal

from crawler.queue.address import origin_of, shape

# After 5 errors in a row an origin is given a rest, and after 8 it is left alone in this run.
TIRED, SILENT = 5, 8
# Each try for a connection that does not come about takes half a minute: after 3 in a row it is left alone.
UNCONNECTED = 3
# After 5 blocked pages in a row of one shape, addresses of this shape are left alone in this run, and after 15 in a row
# the whole origin is: by then pages of several shapes were blocked, and no page came between them.
BLOCKS, WALLS = 5, 15


class Hosts:
    """Shared by the scheduler, the spider and the wire.

    http and https of a host are two origins: one of them may be closed while the other answers.

    Attributes:
        origins: those of the site's hosts.
        walled: pages were left alone in this run because others like them were blocked.
    """

    def __init__(self, names: tuple[str, ...], clock: Callable[[], float]) -> None:
        self.origins = tuple(f"{scheme}://{name}" for name in names for scheme in ("http", "https"))
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
        """The origins that are not left."""
        return [origin for origin in self.origins if origin not in self._left]

    @property
    def answered(self) -> frozenset[str]:
        """The origins that answered at least once."""
        return frozenset(self._answered)

    def answer(self, url: str, status: int) -> None:
        """An origin answered; only an answer that is no server error ends a row of errors."""
        origin = origin_of(url)
        self._answered.add(origin)
        if status < 500 and status != 429:
            self._errors[origin] = 0

    def error(self, url: str, *, weight: int = 1) -> Literal["tired", "silent"] | None:
        """Note an error, or no answer, of an origin, that counts as so many; what the errors in a row say of it."""
        origin = origin_of(url)
        self._errors[origin] += weight
        if self._errors[origin] >= SILENT:
            return "silent"
        return "tired" if self._errors[origin] >= TIRED else None

    def passed(self, url: str) -> None:
        """A page came, and no wall in its place."""
        self._blocks[shape(url)] = 0
        self._walls[origin_of(url)] = 0

    def block(self, url: str) -> bool:
        """A wall stood in the place of a page; whether pages like it are to be left for this run."""
        self._blocks[shape(url)] += 1
        self._walls[origin_of(url)] += 1
        return self.blocked(url)

    def blocked(self, url: str) -> bool:
        """Whether walls stood before the last pages like it, or before all of its origin's."""
        found = self._blocks[shape(url)] >= BLOCKS or self._walls[origin_of(url)] >= WALLS
        self.walled = self.walled or found
        return found

    def leave(self, origin: str) -> None:
        """Ask the origin for nothing more in this run."""
        self._left.add(origin)

    def park(self, origin: str, seconds: float) -> None:
        """Ask the origin for nothing within so many seconds; what is due stays due."""
        self._parked[origin] = max(self._parked.get(origin, 0), self._clock() + seconds)

    def parked(self, origin: str) -> float:
        """The seconds for which the origin is still parked; 0: it is not."""
        return max(0.0, self._parked.get(origin, 0) - self._clock())
