"""The data folder -> paths. The only module that knows where things lie on disk.

warc/<site>/<yyyy>/<stem>.warc.gz        truth: written as `.warc.gz.open`, renamed when closed, never touched again
warc/_import/<yyyy>/<digest>.warc.gz     imported; of a damaged file, the readable part, its torn end beside it;
                                         `<digest>-newids.warc.gz`: other pages of the archive have its records' ids
warc/.../<stem>.warc.gz.away             stands for a file kept only in a store: which store, size and sha256
exclusions.jsonl                         truth: what was taken down
fixity.jsonl                             truth: size and sha256 of each closed WARC file, and what became of it
index/<site>/<yyyy>/<stem>.cdxj          derived
corpus/<site>/<yyyy>/<stem>.parquet      derived: one shard per WARC file
catalogue.sqlite                         derived
state/<site>.sqlite, state/<site>.lock   the crawl's frontier and its lock
state/<site>.lease, state/machine        the lease its crawl holds in a store, and the name of this machine
state/<site>.{missing,ledger}.jsonl      what the last crawl did not capture, and what each list claims
runs.sqlite                              the schedule's history
logs/<site>/<run>.log                    the log of each scheduled run
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from archive.errors import UsageError

IMPORTED = "_import"
# The file name endings of closed WARC files: our own, and those of imported files, which keep their form.
WARC_ENDINGS = (".warc.gz", ".warc", ".arc.gz", ".arc")
INDEX, SHARD = ".cdxj", ".parquet"
# In the name of an imported file: its records have the ids of other pages, so ids of their own are read instead.
NEW_IDS = "-newids"
OPEN = ".open"
TAIL = ".tail"
TMP = ".tmp"
# The ending of a stub: a small file that says in which store the WARC file's bytes are, see `archive.warc.away`.
AWAY = ".away"

# The folders of WARC files, and of what is made from them; each has a folder for each site.
_WARCS, _MADE = "warc", ("index", "corpus")

Named = TypeVar("Named")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One of several equal shares of the work, numbered from 1, so that several machines can divide it."""

    number: int
    count: int

    @classmethod
    def read(cls, text: str) -> Part:
        """`2/8` -> the second of eight.

        Raises:
            UsageError: the text does not name a part.
        """
        found = re.fullmatch(r"([1-9][0-9]{0,4})/([1-9][0-9]{0,4})", text)
        if not found or int(found[1]) > int(found[2]):
            raise UsageError(f"--part {text}: name one of several parts, the first of eight as 1/8, the last as 8/8.")
        return cls(number=int(found[1]), count=int(found[2]))

    def holds(self, name: str) -> bool:
        """Whether the work of this name belongs to the part. Every machine decides the same, by a hash of the name."""
        digest = hashlib.sha256(name.encode()).digest()
        return int.from_bytes(digest[:8]) % self.count == self.number - 1


def of_part(part: Part | None, named: Mapping[str, Named]) -> dict[str, Named]:
    """Of pieces of work by their names those of a part; all where no part is meant."""
    return {name: work for name, work in named.items() if part is None or part.holds(name)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The paths of one data folder.

    Attributes:
        part: list only the WARC files of this part; None: all files.
    """

    root: Path
    part: Part | None = None

    @classmethod
    def at(cls, data: Path | None = None) -> Layout:
        """The layout of `data`, else of the folder in CUNDANG_DATA, else of ./data.

        Raises:
            UsageError: the folder is the address of a bucket.
        """
        root = data or Path(os.environ.get("CUNDANG_DATA") or "data")
        if re.match(r"(?:s3|gs|az):/", str(root)):
            raise UsageError(
                f"{root}: a data folder is on this machine: state and catalogue cannot be in a bucket."
                " Make one that reads its WARC files from there: cundang --data FOLDER store pull s3://bucket/prefix"
            )
        return cls(root=root)

    @property
    def warcs_root(self) -> Path:
        """The folder of all WARC files."""
        return self.root / _WARCS

    @property
    def made_roots(self) -> tuple[Path, ...]:
        """The folders of all indexes and of all shards."""
        return tuple(self.root / room for room in _MADE)

    def folders_of(self, site: str) -> tuple[Path, ...]:
        """The folders of the WARC files, the indexes and the shards of a site."""
        return tuple(room / site for room in (self.warcs_root, *self.made_roots))

    def keys(self) -> set[str]:
        """The keys of the sites of which anything is here, and `IMPORTED` if anything was imported."""
        rooms = (room for room in (self.warcs_root, *self.made_roots) if room.is_dir())
        return {path.name for room in rooms for path in room.iterdir() if path.is_dir()} | {
            path.stem for path in self.states()
        }

    def meant(self) -> Path | None:
        """The folder inside or around this one that was probably meant, if this one has no WARC files."""
        near = [self.root / "data", *([self.root.parent] if self.root.name in (_WARCS, *_MADE, "state") else [])]
        return None if self.warcs_root.is_dir() else next((path for path in near if (path / _WARCS).is_dir()), None)

    @property
    def exclusions(self) -> Path:
        """What was taken down, one JSON object per line."""
        return self.root / "exclusions.jsonl"

    @property
    def fixity(self) -> Path:
        """What each WARC file was when it closed and what became of it, one JSON object per line."""
        return self.root / "fixity.jsonl"

    @property
    def catalogue(self) -> Path:
        """The catalogue (SQLite)."""
        return self.root / "catalogue.sqlite"

    @property
    def runs(self) -> Path:
        """The history of runs (SQLite)."""
        return self.root / "runs.sqlite"

    def log(self, site: str, number: int) -> Path:
        """The log of a scheduled run."""
        return self.root / "logs" / site / f"{number}.log"

    def state(self, site: str) -> Path:
        """The frontier of a site (SQLite)."""
        return self.root / "state" / f"{site}.sqlite"

    def missing(self, site: str) -> Path:
        """What the last crawl of a site did not capture and why, one JSON object per line."""
        return self.root / "state" / f"{site}.missing.jsonl"

    def ledger(self, site: str) -> Path:
        """What each list of a site claims and how much of it was captured, one JSON object per line."""
        return self.root / "state" / f"{site}.ledger.jsonl"

    def states(self) -> Iterator[Path]:
        """All frontiers, ordered by the key of their site."""
        yield from sorted((self.root / "state").glob("*.sqlite"))

    def lock(self, site: str) -> Path:
        """The lock file of the site's crawl; its content names the holder."""
        return self.root / "state" / f"{site}.lock"

    def lease(self, site: str) -> Path:
        """The lease that a crawl of the site holds in a store, or held when it was killed (JSON)."""
        return self.root / "state" / f"{site}.lease"

    @property
    def machine(self) -> Path:
        """The file with the unique name of this data folder."""
        return self.root / "state" / "machine"

    def warc_folder(self, site: str, year: int) -> Path:
        """The folder of a site's WARC files of one year; the site of imports is `IMPORTED`."""
        return self.warcs_root / site / f"{year:04d}"

    def warcs(self, site: str | None = None) -> Iterator[Path]:
        """All closed WARC files, or those of one site, ordered by path."""
        named = {path.with_name(path.name.removesuffix(AWAY)) for path in walk(self.warcs_root / (site or ""))}
        for path in sorted(named):
            if path.name.endswith(WARC_ENDINGS) and self.holds(path):
                yield path

    def holds(self, path: Path) -> bool:
        """Whether a WARC file, open or closed, belongs to the part; its index and shard belong to the same one."""
        return self.part is None or self.part.holds(_stem(path))

    def open_warcs(self, site: str | None = None) -> Iterator[Path]:
        """WARC files that a crawl is writing, or left behind when it was killed."""
        yield from filter(self.holds, sorted(walk(self.warcs_root / (site or ""), OPEN)))

    def all_warcs(self) -> list[Path]:
        """All WARC files, closed ones first; each once, even if a crawl closes it meanwhile."""
        # List open files first: a file that is closed between the two calls is then in both lists, not in neither.
        opened = list(self.open_warcs())
        closed = dict.fromkeys(self.warcs())
        return [*closed, *(path for path in opened if path.with_name(path.name.removesuffix(OPEN)) not in closed)]

    def uncleaned(self, site: str | None = None) -> int:
        """The number of closed WARC files without a shard, of all sites or of one."""
        return sum(not self.shard_of(warc).exists() for warc in self.warcs(site))

    def leavings(self) -> Iterator[Path]:
        """Leftovers beside WARC files: torn ends that were set aside, and half-written files of a killed program."""
        yield from sorted(walk(self.warcs_root, TAIL, TMP))

    def index_of(self, warc: Path) -> Path:
        """The CDXJ file of a WARC file."""
        return self._beside(warc, "index", INDEX)

    def shard_of(self, warc: Path) -> Path:
        """The corpus shard of a WARC file."""
        return self._beside(warc, "corpus", SHARD)

    def warc_of(self, derived: Path) -> Path | None:
        """The WARC file that an index or a shard was made from; None if it is gone."""
        return next((path for path in self.warc_names(derived) if standing(path).exists()), None)

    def warc_names(self, derived: Path) -> list[Path]:
        """The possible names of the WARC file that an index or a shard was made from."""
        parts = derived.relative_to(self.root).parent.parts[1:]
        return [self.warcs_root.joinpath(*parts, derived.stem + ending) for ending in WARC_ENDINGS]

    def shards(self, site: str | None = None) -> Iterator[Path]:
        """All shards, ordered by path."""
        yield from sorted(walk(self.root / "corpus" / (site or ""), SHARD))

    def indexes(self, site: str | None = None) -> Iterator[Path]:
        """All CDXJ files, ordered by path."""
        yield from sorted(walk(self.root / "index" / (site or ""), INDEX))

    def site_of(self, path: Path) -> str:
        """The key of the folder that a WARC file, index or shard lies in."""
        return path.relative_to(self.root).parts[1]

    def inside(self, path: Path) -> Path | None:
        """A path that a user names, as the path of a file of this data folder; None: it lies elsewhere.

        A folder of the data folder may be a symlink, so the name is compared before and after links are followed.
        """
        for clean in (Path.absolute, Path.resolve):
            named, root = (Path(os.path.normpath(clean(each))) for each in (path, self.root))
            if root in named.parents:
                return self.root / named.relative_to(root)
        rooms = (room for room in (self.warcs_root, *self.made_roots) if room.is_dir())
        found = (each for room in rooms for each in (room, *room.glob("*"), *room.glob("*/*")))
        links = (each for each in found if each.is_symlink())
        link = next((each for each in links if each.resolve() in named.parents), None)
        return link and link / named.relative_to(link.resolve())

    def _beside(self, warc: Path, folder: str, ending: str) -> Path:
        relative = warc.relative_to(self.warcs_root)
        return self.root / folder / relative.parent / (_stem(warc) + ending)


def walk(folder: Path, *endings: str) -> Iterator[Path]:
    """All files below a folder whose names have one of the endings, in no order; symlinks to folders are followed.

    A site's folder may be a link to a larger disk. Links that lead back into a folder above are not followed.
    """
    for top, names in walk_folders(folder):
        for name in names:
            path = Path(top, name)
            if (not endings or name.endswith(endings)) and path.is_file():
                yield path


def walk_folders(folder: Path, *, unlisted: Callable[[OSError], None] | None = None) -> Iterator[tuple[str, list[str]]]:
    """A folder and all folders below it, each with the names in it that are no folders; symlinks as in `walk`.

    Those that cannot be listed are passed over, with the files in them; `unlisted` is told why.
    """
    for top, folders, names in os.walk(folder, followlinks=True, onerror=unlisted):
        folders[:] = [name for name in folders if not _leads_back(Path(top, name))]
        yield top, names


def _leads_back(folder: Path) -> bool:
    """Whether a folder is a symlink to one that it lies in."""
    if not folder.is_symlink():
        return False
    around = (each.resolve() for each in folder.absolute().parents)
    return folder.resolve() in {each for real in around for each in (real, *real.parents)}


def standing(warc: Path) -> Path:
    """The WARC file itself if it is here, else the stub that says in which store it is."""
    return warc if warc.exists() else warc.with_name(warc.name + AWAY)


def _stem(path: Path) -> str:
    """The name of a WARC file, open or closed, of an index or of a shard, without its ending."""
    name = path.name.removesuffix(OPEN)
    endings = (*WARC_ENDINGS, INDEX, SHARD)
    return next((name.removesuffix(ending) for ending in endings if name.endswith(ending)), name)
