"""Log files: every line of the files that match some globs, for a mapping in DuckDB's SQL.

The mapping reads one view, ``lines(file, line_no, line)``: file name without folder, line number from 1, and text
without line end. No line is lost: bytes that are not UTF-8 become U+FFFD, NUL and single carriage returns are ordinary
text, and a line longer than ``MAX_LINE`` is cut. The mapping decides which lines are rejected.

The files are streamed in blocks, as Arrow arrays that point into the block. This is as fast as DuckDB's CSV reader,
which breaks lines at single carriage returns, drops lines that are not UTF-8 and refuses long ones.
"""

from __future__ import annotations

import datetime as dt
import glob
import os
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ntanalytics import duckdb_sandbox
from ntanalytics.catalog import Mapping, Product
from ntanalytics.errors import SourceDamaged, SourceError, SourceRefused, SourceUnreachable
from ntanalytics.language import tr
from ntanalytics.settings import SourceSettings
from ntanalytics.sources.archive_limits import COMPRESSED_SUFFIXES, unpacked
from ntanalytics.sources.binding import bound_window, rename_parameters
from ntanalytics.sources.duckdb_tables import REFUSALS
from ntanalytics.sources.log_copies import copies_among
from ntanalytics.sources.source import BATCH_ROWS, SourceBase
from ntanalytics.sources.sql_mistakes import first_line, naming_mistakes

if TYPE_CHECKING:
    from numpy.typing import NDArray


#: Size of a block, in bytes.
BLOCK_BYTES = 1 << 20

#: Maximum length of a line, in bytes; the rest of a longer line is skipped.
MAX_LINE = 1 << 20

#: Memory limit of DuckDB; further data go to disk. With 128 MB a log of 98 days once ran out of memory.
_MEMORY = "512MB"

_NEWLINE = 10


class LogsSource(SourceBase):
    """A set of log files, with rotated and compressed ones. A pass over them costs the same for any window.

    Args:
        name: name of the source in ntanalytics.yml.
        settings: its settings; ``paths`` are the globs.
        product: product that writes the files.
        zone: time zone of their naive times.
    """

    empty_means_absent = True  # files are rotated away, and a service in use has lines every day

    def __init__(self, name: str, settings: SourceSettings, product: Product, zone: ZoneInfo) -> None:
        super().__init__(name, product, zone)
        self._globs = settings.globs

    def files(self) -> list[Path]:
        """Return the matching files; see ``find_files``."""
        return find_files(self._globs, self.name)

    @contextmanager
    def read(self, mapping: Mapping, since: dt.datetime, until: dt.datetime) -> Iterator[Iterator[pa.RecordBatch]]:
        """Yield the rows of the mapping in ``[since, until)``, in batches of DuckDB's types.

        Files last written before ``since`` have no later lines and are not opened (unless the window starts in the
        future, which means that the clock of this machine is wrong). A copy of another file is not read, which the log
        tells.

        Raises:
            SourceUnreachable: no file matches, or a file cannot be opened.
            SourceRefused: DuckDB refuses the mapping.
            SourceDamaged: a compressed file is damaged; days after it was last written can be read without it.
            SourceError: the files were rotated during reading.
        """
        files = {path: _stat(path, self.name) for path in self.files()}
        if since.timestamp() <= dt.datetime.now(dt.UTC).timestamp():
            files = {path: state for path, state in files.items() if state.st_mtime >= since.timestamp()}
        copies = copies_among(files)
        for copy, original in copies.items():
            import structlog  # it takes long to import, and this is rare

            structlog.get_logger(__name__).warning(
                "log file is a copy, and its lines count once", source=self.name, file=copy.name, of=original.name
            )
        lines = _Lines(self.name, {path: state for path, state in files.items() if path not in copies})
        sql = rename_parameters(mapping.sql, "$")
        window = bound_window(mapping.window_form, since, until, self.zone)
        with (
            naming_mistakes(mapping),
            tempfile.TemporaryDirectory(prefix="ntanalytics-") as spill,
            _connect(Path(spill), lines) as connection,
        ):
            try:
                reader = connection.sql(sql, params=window).to_arrow_reader(BATCH_ROWS)
                yield self._batches(reader, lines, mapping)
            except (duckdb.Error, pa.ArrowException) as error:
                raise self._source_error(error, lines, mapping) from None

    def _batches(self, reader: pa.RecordBatchReader, lines: _Lines, mapping: Mapping) -> Iterator[pa.RecordBatch]:
        try:
            yield from reader
        except (duckdb.Error, pa.ArrowException, OSError) as error:
            raise self._source_error(error, lines, mapping) from None

    def _source_error(self, error: Exception, lines: _Lines, mapping: Mapping) -> SourceError:
        """Return the error of a file, or of DuckDB: it passes on only the text of an error of a file."""
        if lines.failure is not None:
            return lines.failure
        # The kind of the failure only: the message contains the value.
        kind = str(error).partition("\n")[0].partition(": ")[0]
        if isinstance(error, REFUSALS):
            return SourceRefused(
                tr("DuckDB refuses the mapping: {error}", error=first_line(error)), where=str(mapping.path)
            )
        return SourceError(tr("DuckDB failed on the mapping: {kind}", kind=kind), where=f"{self.name}, {mapping.path}")


def find_files(globs: Iterable[str], source: str) -> list[Path]:
    """Return the matching files, sorted, each once.

    During the compression of a rotated file both exist, ``x`` complete and ``x.gz`` in part; then only ``x`` is
    returned.

    Raises:
        SourceUnreachable: no file matches; the message names globs and source.
    """
    # realpath, since resolve raises an error other than OSError for a circle of links
    paths = {Path(os.path.realpath(match)) for pattern in globs for match in glob.glob(pattern, recursive=True)}
    files = sorted(
        path
        for path in paths
        if path.is_file() and not (path.suffix in COMPRESSED_SUFFIXES and path.with_suffix("") in paths)
    )
    if not files:
        raise SourceUnreachable(
            tr("no file matches {globs}", globs=", ".join(globs) or tr("an empty list of paths")),
            where=source,
            todo=tr("correct `paths` of the source in ntanalytics.yml, or let ntanalytics read that folder"),
        )
    return files


def printable_name(name: str) -> str:
    """Return a file name as text; bytes that are not UTF-8 become U+FFFD."""
    return os.fsencode(name).decode("utf-8", "replace")


@contextmanager
def _connect(spill: Path, lines: _Lines) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a locked DuckDB connection with the view ``lines``."""
    with duckdb_sandbox.open_connection(memory=_MEMORY, spill=spill, is_ordered=False) as connection:
        connection.register("raw_lines", lines)
        connection.execute("CREATE VIEW lines AS SELECT file::VARCHAR AS file, line_no, line FROM raw_lines")
        duckdb_sandbox.lock(connection)
        yield connection


class _Lines:
    """Lines of files as an Arrow stream; each scan of the view starts a new stream.

    Args:
        source: name of the source.
        files: file → its state when it was listed. It may have grown since, but must be the same file.

    Attributes:
        failure: error of a file during streaming.
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
        for path, state in self._files.items():
            try:
                with path.open("rb") as file:
                    self._check_unchanged(path, state, file)
                    yield from _file_batches(path, file)
                    self._check_unchanged(path, state, file)
            except (EOFError, zlib.error) as error:
                self.failure = damaged = SourceDamaged(
                    tr("the compressed file is damaged: {error}", error=error),
                    where=f"{self._source}, {path}",
                    todo=tr("if it is still being compressed, run again later; else restore it or move it away"),
                )
                damaged.last_written = dt.datetime.fromtimestamp(state.st_mtime, dt.UTC)
                raise
            except SourceError as error:
                self.failure = error
                raise
            except OSError as error:
                self.failure = _unreadable(error, self._source, path)
                raise

    def _check_unchanged(self, path: Path, state: os.stat_result, file: BinaryIO) -> None:
        """Check that a file was not replaced or cut, so that no line is missing or read twice.

        Raises:
            SourceError: it was; a retry lists the files again.
        """
        now = os.fstat(file.fileno())
        if (now.st_dev, now.st_ino) != (state.st_dev, state.st_ino) or now.st_size < state.st_size:
            raise SourceError(
                tr("the logs were rotated while they were read"),
                where=f"{self._source}, {path}",
                todo=tr("take them again"),
            )


def _file_batches(path: Path, file: BufferedReader) -> Iterator[pa.RecordBatch]:
    names = pa.array([printable_name(path.name)])
    line_no = 1
    for block in _whole_lines(unpacked(file, path.stat().st_size, str(path))):
        line = _lines_of(block)
        count = len(line)
        file_column = pa.DictionaryArray.from_arrays(_column(np.zeros(count, np.int32)), names)
        numbers = _column(np.arange(line_no, line_no + count, dtype=np.int64))
        yield pa.record_batch([file_column, numbers, line], schema=_Lines.schema)
        line_no += count


def _column(numbers: NDArray[np.integer[Any]]) -> pa.Array:
    """Return numbers as a column; ``pa.array`` would import pandas, which an extraction does not need."""
    return pa.Array.from_buffers(pa.from_numpy_dtype(numbers.dtype), len(numbers), [None, pa.py_buffer(numbers)])


def _stat(path: Path, source: str) -> os.stat_result:
    """Return the state of a file.

    Raises:
        SourceUnreachable: the file cannot be read, such as one rotated away since it was listed.
    """
    try:
        return path.stat()
    except OSError as error:
        raise _unreadable(error, source, path) from error


def _unreadable(error: OSError, source: str, path: Path) -> SourceUnreachable:
    return SourceUnreachable(
        tr("cannot read the file: {strerror}", strerror=error.strerror),
        where=f"{source}, {path}",
        todo=tr("let the user that runs ntanalytics read it"),
    )


def _whole_lines(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the stream in blocks of whole lines; the last line may have no end."""
    rest = b""
    is_skipping = False
    while block := stream.read(BLOCK_BYTES):
        if is_skipping:
            end = block.find(b"\n")
            if end < 0:
                continue
            block = block[end:]
            is_skipping = False
        end = block.rfind(b"\n") + 1
        if end:
            yield rest + block[:end]
            rest = block[end:]
        else:
            rest += block
        if len(rest) >= MAX_LINE:
            rest, is_skipping = rest[:MAX_LINE], True
    if rest:
        yield rest


def _lines_of(block: bytes) -> pa.StringArray:
    """Return the lines of a block without line ends."""
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
