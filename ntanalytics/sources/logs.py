"""Log files: every line of the files that match some globs, for a mapping written in DuckDB's SQL.

The mapping sees one view, ``lines(file, line_no, line)``: the file's name without its folder, the
line's number in it from 1, and its text without the line end. Every line arrives: bytes that are
not UTF-8 become U+FFFD, a NUL or a lone carriage return is text like any other, and a line longer
than ``MAX_LINE`` arrives cut. What a line means, and what is set aside, is the mapping's to say.

The files are streamed, a block at a time, as Arrow arrays that point into the block: as fast as
DuckDB's own CSV reader, which breaks lines at a lone carriage return, drops those that are not
UTF-8 and refuses long ones.
"""

from __future__ import annotations

import datetime as dt
import glob
import gzip
import os
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, cast
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ntanalytics import duckdb_sandbox
from ntanalytics.catalog import Mapping, Product
from ntanalytics.errors import SourceError, SourceRefused, SourceUnreachable
from ntanalytics.settings import SourceSettings
from ntanalytics.sources.archive_limits import ArchiveLimits
from ntanalytics.sources.binding import bound_window, rename_parameters
from ntanalytics.sources.duckdb_tables import REFUSALS
from ntanalytics.sources.source import BATCH_ROWS

#: Bytes read at a time.
BLOCK_BYTES = 1 << 20

#: Bytes after which a line is cut; what follows up to its end is not read into memory.
MAX_LINE = 1 << 20

#: What DuckDB may hold; the rest goes to disk. With 128 MB a log of 98 days failed once for want of memory.
_MEMORY = "512MB"

_GZIP_MAGIC = b"\x1f\x8b"
_NEWLINE = 10


class LogsSource:
    """A set of log files, rotated and compressed ones included.

    Args:
        name: its name in ntanalytics.yml.
        settings: its entry there; ``paths`` are the globs.
        product: what writes the files.
        zone: the zone of the naive times in them.
    """

    chunk_days = 0  # a pass over the files costs the same however short the window
    silence_is_absence = True  # files are rotated away; a service that is never asked anything is not worth a log

    def __init__(self, name: str, settings: SourceSettings, product: Product, zone: ZoneInfo) -> None:
        self.name = name
        self.product = product
        self.zone = zone
        self._globs = settings.paths

    def mapping(self, dataset: str) -> Mapping:
        """The product's mapping for a dataset.

        Raises:
            UnknownName: the product does not feed that dataset.
        """
        return self.product.mapping(dataset)

    def absent_days(self, mapping: Mapping, days: list[dt.date]) -> set[dt.date]:
        """None is known before the files are read; see ``silence_is_absence``."""
        return set()

    def files(self) -> list[Path]:
        """The files that match; see ``matching_files``."""
        return matching_files(self._globs, self.name)

    @contextmanager
    def read(self, mapping: Mapping, since: dt.datetime, until: dt.datetime) -> Iterator[Iterator[pa.RecordBatch]]:
        """The mapping's rows in ``[since, until)``, in batches of DuckDB's types.

        Files that were last written before ``since`` are not opened: none of their lines is later.
        (Unless the window begins after now by this machine's clock, which then proves nothing.)

        Raises:
            SourceUnreachable: no file matches, or one cannot be opened.
            SourceRefused: DuckDB refuses the mapping.
            SourceError: a compressed file is damaged, or the files were rotated meanwhile.
        """
        files = {path: _stat(path, self.name) for path in self.files()}
        if since.timestamp() <= dt.datetime.now(dt.UTC).timestamp():
            files = {path: listed for path, listed in files.items() if listed.st_mtime >= since.timestamp()}
        lines = _Lines(self.name, files)
        sql = rename_parameters(mapping.sql, "$")
        window = bound_window(mapping.window_form, since, until, self.zone)
        with tempfile.TemporaryDirectory(prefix="ntanalytics-") as spill, _connect(Path(spill), lines) as connection:
            try:
                reader = connection.sql(sql, params=window).to_arrow_reader(BATCH_ROWS)
                yield self._batches(reader, lines, mapping)
            except (duckdb.Error, pa.ArrowException) as error:
                raise self._explained(error, lines, mapping) from None

    def _batches(self, reader: pa.RecordBatchReader, lines: _Lines, mapping: Mapping) -> Iterator[pa.RecordBatch]:
        try:
            yield from reader
        except (duckdb.Error, pa.ArrowException, OSError) as error:
            raise self._explained(error, lines, mapping) from None

    def _explained(self, error: Exception, lines: _Lines, mapping: Mapping) -> SourceError:
        """The error for the reader: DuckDB only passes on the text of what a file raised."""
        if lines.failure is not None:
            return lines.failure
        # DuckDB quotes the value that it could not convert: the first line says what, and stays.
        what = str(error).partition("\n")[0].partition(": ")[0]
        if isinstance(error, REFUSALS):
            return SourceRefused(f"DuckDB refuses the mapping: {error}", where=str(mapping.path))
        return SourceError(f"DuckDB failed on the mapping: {what}", where=f"{self.name}, {mapping.path}")


def matching_files(globs: Iterable[str], source: str) -> list[Path]:
    """The files that match, sorted, each once.

    While a rotated file is being compressed, it stands there twice, ``x`` whole and ``x.gz``
    in part; then ``x`` alone is listed.

    Raises:
        SourceUnreachable: none matches; the message names the globs and the source.
    """
    # realpath, and not resolve, which raises an error that is no OSError where links go in a circle
    found = {Path(os.path.realpath(match)) for pattern in globs for match in glob.glob(pattern, recursive=True)}
    files = sorted(
        path for path in found if path.is_file() and not (path.suffix == ".gz" and path.with_suffix("") in found)
    )
    if not files:
        raise SourceUnreachable(
            f"no file matches {', '.join(globs) or 'an empty list of paths'}",
            where=source,
            todo="correct `paths` of the source in ntanalytics.yml, or let ntanalytics read that folder",
        )
    return files


def readable(name: str) -> str:
    """A file's name as text: bytes in it that are not UTF-8 become U+FFFD."""
    return os.fsencode(name).decode("utf-8", "replace")


@contextmanager
def _connect(spill: Path, lines: _Lines) -> Iterator[duckdb.DuckDBPyConnection]:
    """An embedded DuckDB that sees the lines and nothing else of the machine."""
    with duckdb_sandbox.open_connection(memory=_MEMORY, spill=spill, is_ordered=False) as connection:
        connection.register("raw_lines", lines)
        connection.execute("CREATE VIEW lines AS SELECT file::VARCHAR AS file, line_no, line FROM raw_lines")
        duckdb_sandbox.lock(connection)
        yield connection


class _Lines:
    """The lines of some files as an Arrow stream; each scan of the view begins a new one.

    Args:
        source: the source's name.
        files: each with its state when it was listed: what stands there must still be the same file, or grown.

    Attributes:
        failure: what a file raised while it was streamed.
    """

    schema = pa.schema(
        [("file", pa.dictionary(pa.int32(), pa.string())), ("line_no", pa.int64()), ("line", pa.string())]
    )

    def __init__(self, source: str, files: dict[Path, os.stat_result]) -> None:
        self._source = source
        self._files = files
        self.failure: SourceError | None = None

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return pa.RecordBatchReader.from_batches(self.schema, self._batches()).__arrow_c_stream__(requested_schema)

    def _batches(self) -> Iterator[pa.RecordBatch]:
        for path, listed in self._files.items():
            try:
                with path.open("rb") as file:
                    self._must_be(path, listed, file)
                    yield from _file_batches(path, file)
                    self._must_be(path, listed, file)
            except (EOFError, gzip.BadGzipFile, zlib.error) as error:
                self.failure = SourceError(
                    f"the compressed file is damaged: {error}",
                    where=f"{self._source}, {path}",
                    todo="if it is still being compressed, run again later; else restore it or move it away",
                )
                raise
            except SourceError as error:
                self.failure = error
                raise
            except OSError as error:
                self.failure = _unreadable(error, self._source, path)
                raise

    def _must_be(self, path: Path, listed: os.stat_result, file: BinaryIO) -> None:
        """Refuse a file that another one was put in the place of, or that was cut: lines would be missing, or twice.

        Raises:
            SourceError: it was; a moment later the files are listed anew.
        """
        now = os.fstat(file.fileno())
        if (now.st_dev, now.st_ino) != (listed.st_dev, listed.st_ino) or now.st_size < listed.st_size:
            raise SourceError(
                "the logs were rotated while they were read", where=f"{self._source}, {path}", todo="take them again"
            )


def _file_batches(path: Path, file: BufferedReader) -> Iterator[pa.RecordBatch]:
    names = pa.array([readable(path.name)])
    line_no = 1
    is_compressed = file.peek(2)[:2] == _GZIP_MAGIC
    stream = cast(BinaryIO, ArchiveLimits(file, path.stat().st_size, str(path))) if is_compressed else file
    for block in _whole_lines(stream):
        line = _lines_of(block)
        count = len(line)
        file_column = pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, np.int32)), names)
        numbers = pa.array(np.arange(line_no, line_no + count, dtype=np.int64))
        yield pa.record_batch([file_column, numbers, line], schema=_Lines.schema)
        line_no += count


def _stat(path: Path, source: str) -> os.stat_result:
    """A file's state; it may have been rotated away since it was listed.

    Raises:
        SourceUnreachable: it cannot be asked.
    """
    try:
        return path.stat()
    except OSError as error:
        raise _unreadable(error, source, path) from error


def _unreadable(error: OSError, source: str, path: Path) -> SourceUnreachable:
    return SourceUnreachable(
        f"cannot read the file: {error.strerror}",
        where=f"{source}, {path}",
        todo="let the user that runs ntanalytics read it",
    )


def _whole_lines(stream: BinaryIO) -> Iterator[bytes]:
    """The stream in blocks that end with a line's end (the last one perhaps not)."""
    rest = b""
    is_cutting = False
    while block := stream.read(BLOCK_BYTES):
        if is_cutting:
            end = block.find(b"\n")
            if end < 0:
                continue
            block = block[end:]
            is_cutting = False
        end = block.rfind(b"\n") + 1
        if end:
            yield rest + block[:end]
            rest = block[end:]
        else:
            rest += block
        if len(rest) >= MAX_LINE:
            rest, is_cutting = rest[:MAX_LINE], True
    if rest:
        yield rest


def _lines_of(block: bytes) -> pa.StringArray:
    """The lines of a block, without their ends."""
    try:
        str(block, "utf-8")
    except UnicodeDecodeError:
        block = block.decode("utf-8", "replace").encode("utf-8")
    ends = np.flatnonzero(np.frombuffer(block, np.uint8) == _NEWLINE) + 1
    if not block.endswith(b"\n"):
        ends = np.append(ends, len(block))
    offsets = np.zeros(len(ends) + 1, np.int32)
    offsets[1:] = ends
    with_ends = pa.StringArray.from_buffers(len(ends), pa.py_buffer(offsets), pa.py_buffer(block))
    return cast(pa.StringArray, pc.ascii_rtrim(with_ends, characters="\r\n"))
