"""Documents and Skips of one WARC file <-> one Parquet file, with a row per page record, in record order.

The same rows give the same bytes: row groups and the zstd level are fixed, and the file holds no clock or host name.
The versions of the libraries that shape these bytes are part of the Recipe.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import MISSING, asdict, dataclass, fields
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any, Self, cast

from archive.errors import DataError
from archive.text.document import Document, Reason, Skip
from archive.warc.disk import Half

# Loading pyarrow takes 0.2 s and most commands read no shard, so each function that needs it imports it.
if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

# Raise it when a column is added, renamed or changes its meaning: shards of another version are stale.
SCHEMA_VERSION = 2
# Columns with few different values get a dictionary. For the others, dictionaries and statistics are as long as the
# texts: without them a shard is a quarter smaller and a text is read in half the time (measured).
FEW_VALUES = ["site", "kind", "script", "extractor", "reason"]
# Rows per row group. Reading one document means reading its group; bigger groups compress better.
ROW_GROUP = 256

_PAIRS = {"attachments": ("url", "name"), "evidence": ("of", "words"), "removed": ("rule", "text")}
# The default of a column that shards of an older schema lack; None for nullable columns.
_EMPTY: dict[str, Any] = {
    f.name: f.default if f.default is not MISSING else {"str": "", "int": 0, "float": 0.0}.get(str(f.type))
    for f in fields(Document)
}
# Columns that depend on other captures: the catalogue makes them, and no shard has them.
JOINED = ("aliases", "gone")
_NAMES = (*(f.name for f in fields(Document) if f.name not in JOINED), "reason", "detail")


_DESCRIPTIONS = "pyarrow.vendored.docscrape"


def load_arrow(*modules: str, without: tuple[str, ...] = ("pandas",)) -> None:
    """Load pyarrow, and some of its modules, without packages that it loads if they are installed.

    The first array that pyarrow makes loads pandas, which takes 0.5 s of CPU; numpy takes 0.1 s (measured). Commands
    and their child processes need neither for pyarrow. Whoever converts to pandas later still can.

    `pyarrow.compute` parses the descriptions of 109 classes of options, to describe its functions with them, which
    takes half of its time (14 ms, measured): it finds them empty.
    """
    hiding = _Hiding(without)
    sys.modules.setdefault(
        _DESCRIPTIONS, cast(ModuleType, SimpleNamespace(NumpyDocString=lambda _: {"Parameters": ()}))
    )
    sys.meta_path.insert(0, hiding)
    try:
        import pyarrow as pa

        # pyarrow looks for pandas only now.
        pa.array([0])
        for name in modules:
            import_module(name)
    finally:
        sys.meta_path.remove(hiding)
        if not isinstance(sys.modules[_DESCRIPTIONS], ModuleType):
            del sys.modules[_DESCRIPTIONS]


class _Hiding:
    """Says that some packages are not installed, except to those who have loaded them."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:  # noqa: ARG002 - as Python has it
        if name in self._names:
            raise ModuleNotFoundError(name, name=name)


@cache
def document_schema() -> pa.Schema:
    """The columns of a Document, in exports too."""
    import pyarrow as pa

    types = {
        "str": pa.string(),
        "str | None": pa.string(),
        "int": pa.int32(),
        "int | None": pa.int32(),
        "float": pa.float64(),
        "dt.datetime | None": pa.timestamp("us", tz="UTC"),
        "tuple[str, ...]": pa.list_(pa.string()),
    }
    pairs = {
        name: pa.list_(pa.struct([pa.field(part, pa.string()) for part in parts])) for name, parts in _PAIRS.items()
    }
    return pa.schema([pa.field(f.name, pairs.get(f.name) or types[str(f.type)]) for f in fields(Document)])


@cache
def _schema() -> pa.Schema:
    """The columns of a shard: those of a Document without `JOINED`, then those of a Skip alone."""
    import pyarrow as pa

    here = [column for column in document_schema() if column.name not in JOINED]
    return pa.schema([*here, pa.field("reason", pa.string()), pa.field("detail", pa.string())])


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a shard was made from. A shard is current if and only if its header equals the one that would be made now.

    Attributes:
        warc: the WARC file's name.
        warc_sha256: of its bytes, base16.
        recipe: the Recipe as JSON.
        schema: the version of the columns.
        exclusions: the digest of the exclusions that touch the file; empty if none does.
    """

    warc: str
    warc_sha256: str
    recipe: str
    schema: int = SCHEMA_VERSION
    exclusions: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """The metadata of a shard.

    Attributes:
        hosts: the hosts of its pages, sorted; the sites with one of these hosts are part of its Recipe.
        provisional: cleaning a page was stopped by a time limit; the next `clean` makes the shard again.
    """

    header: Header
    hosts: tuple[str, ...]
    provisional: bool
    documents: int
    skips: int


def row(item: Document | Skip) -> dict[str, Any]:
    """The columns of a Document or Skip for Parquet and JSON: pairs become objects."""
    columns = {f.name: getattr(item, f.name) for f in fields(item)}
    for name, parts in _PAIRS.items():
        if name in columns:
            columns[name] = [dict(zip(parts, pair, strict=True)) for pair in columns[name]]
    return columns


class Writer:
    """Writes a shard to a temporary file, and renames it into place when it is closed."""

    def __init__(self, path: Path) -> None:
        import pyarrow.parquet as pq

        # Two processes may make the same shard at once, one after a crawl and one by hand. They write the same bytes,
        # each to a temporary file of its own.
        self._half = Half(path)
        self._writer = pq.ParquetWriter(
            self._half.path,
            _schema(),
            compression="zstd",
            compression_level=6,
            use_dictionary=FEW_VALUES,
            write_statistics=False,
            # Without it a flipped bit would change a text unnoticed: these Zstandard frames have no checksum.
            write_page_checksum=True,
        )
        self._rows: list[dict[str, Any]] = []
        self._counts = [0, 0]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Remove the temporary file if `close` was not reached."""
        if self._writer.is_open:
            self._writer.close()
        self._half.drop()

    def add(self, item: Document | Skip) -> None:
        """Add the row of the next page record."""
        self._counts[isinstance(item, Skip)] += 1
        self._rows.append(row(item))
        if len(self._rows) == ROW_GROUP:
            self._flush()

    def close(self, *, header: Header, hosts: Sequence[str], provisional: bool = False) -> About:
        """Finish the shard and put it in its place."""
        if self._rows:
            self._flush()
        documents, skips = self._counts
        about = About(
            header=header, hosts=tuple(sorted(hosts)), provisional=provisional, documents=documents, skips=skips
        )
        self._writer.add_key_value_metadata({"cundang": json.dumps(asdict(about), ensure_ascii=False, sort_keys=True)})
        self._writer.close()
        self._half.put()
        return about

    def _flush(self) -> None:
        import pyarrow as pa

        self._writer.write_table(pa.Table.from_pylist(self._rows, schema=_schema()), row_group_size=ROW_GROUP)
        self._rows.clear()


def about(path: Path) -> About | None:
    """Read the metadata of a shard; None if there is none or it cannot be read (it is then made again)."""
    import pyarrow.parquet as pq

    try:
        metadata = pq.read_metadata(path).metadata or {}
        said = json.loads(metadata[b"cundang"])
        header = Header(**said.pop("header"))
        return About(header=header, hosts=tuple(said.pop("hosts")), **said)
    except (OSError, KeyError, TypeError, ValueError):
        return None


def read(path: Path) -> Iterator[Document | Skip]:
    """Yield the rows of a shard in record order.

    Raises:
        DataError: the file is not a readable shard.
    """
    with _open(path) as file:
        for batch in file.iter_batches(batch_size=ROW_GROUP):
            yield from map(_item, batch.to_pylist())


def rows(path: Path, names: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Yield some columns of every row, in record order, as Parquet has them; None for those that only a Document,
    or only a Skip, has.

    Raises:
        DataError: it is no shard.
    """
    with _open(path) as file:
        there = [name for name in names if name in file.schema_arrow.names]
        for batch in file.iter_batches(batch_size=ROW_GROUP, columns=there):
            columns = {name: batch[name].to_pylist() for name in there}
            yield from zip(
                *(columns.get(name) or [_EMPTY.get(name)] * batch.num_rows for name in names),
                strict=True,
            )


def read_rows(path: Path, numbers: Sequence[int]) -> Iterator[Document | Skip]:
    """Yield single rows of a shard, by their numbers from 0, in the order asked; hold one row group at a time.

    Raises:
        DataError: it is no shard.
    """
    with _open(path) as file:
        group, held = -1, []
        for number in numbers:
            if number // ROW_GROUP != group:
                group = number // ROW_GROUP
                held = file.read_row_group(group).to_pylist()
            yield _item(held[number % ROW_GROUP])


def tables(path: Path, numbers: Sequence[int]) -> Iterator[pa.Table]:
    """Yield single rows of a shard as Arrow tables of the Document columns, one per row group.

    Raises:
        DataError: it is no shard.
    """
    import pyarrow as pa

    schema = document_schema()
    with _open(path) as file:
        groups: dict[int, list[int]] = {}
        for number in sorted(numbers):
            groups.setdefault(number // ROW_GROUP, []).append(number % ROW_GROUP)
        for group, wanted in groups.items():
            found = file.read_row_group(group).take(wanted)
            columns = [
                found[field.name].cast(field.type) if field.name in found.column_names else _fill(field, len(wanted))
                for field in schema
            ]
            yield pa.Table.from_arrays(columns, schema=schema)


def texts(path: Path, numbers: Sequence[int]) -> Iterator[str]:
    """Yield the texts of single rows, in the order asked; read nothing else of them.

    Raises:
        DataError: it is no shard.
    """
    with _open(path) as file:
        groups = {
            group: file.read_row_group(group, columns=["text"], use_threads=False)["text"]
            for group in {number // ROW_GROUP for number in numbers}
        }
        for number in numbers:
            yield groups[number // ROW_GROUP][number % ROW_GROUP].as_py() or ""


@contextmanager
def _open(path: Path) -> Iterator[pq.ParquetFile]:
    """Open a shard; translate errors, which damage may raise only while rows are read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            yield file
    except FileNotFoundError as error:
        raise DataError(f"{path}: the shard is gone. Bring the catalogue up to date: cundang clean") from error
    except (TypeError, IndexError) as error:
        raise DataError(
            f"{path}: has no such row as the catalogue says ({error}). Make the catalogue again:"
            " cundang rebuild --catalogue"
        ) from error
    except (OSError, pa.ArrowInvalid) as error:
        raise DataError(f"{path}: not a readable shard ({error}). Make it again: cundang rebuild --corpus") from error


def _fill(field: pa.Field, rows: int) -> pa.Array:
    """Make the default values of a column that an older schema lacks."""
    import pyarrow as pa

    return pa.array([_EMPTY.get(field.name)] * rows, field.type)


def _item(columns: dict[str, Any]) -> Document | Skip:
    # An older schema may lack columns; a newer one may have unknown ones.
    columns = {name: columns.get(name, _EMPTY.get(name)) for name in _NAMES}
    captured = columns["captured"]
    columns["captured"] = captured and captured.astimezone(dt.UTC)
    reason, detail = columns.pop("reason"), columns.pop("detail")
    if reason is not None:
        kept = {f.name: columns[f.name] for f in fields(Skip) if f.name in columns}
        return Skip(**kept, reason=Reason(reason), detail=detail)
    for name, parts in _PAIRS.items():
        columns[name] = tuple(tuple(pair[part] for part in parts) for pair in columns[name])
    for name in ("columns", "captions", "flags"):
        columns[name] = tuple(columns[name])
    return Document(**columns)
