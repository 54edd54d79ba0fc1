"""Errors that end one run and do not stop others."""

from __future__ import annotations

from ntanalytics.errors import NtaError

#: Classes of these errors: those of this package, of the disk, and of a defect in a report.
RUN_ERRORS = (NtaError, OSError, ValueError, TypeError, LookupError, RuntimeError)


def exit_code_of(error: Exception) -> int:
    """Return the exit code of an error; 1 for an error of another package."""
    return error.exit_code if isinstance(error, NtaError) else NtaError.exit_code


def is_retryable(error: Exception) -> bool:
    """Return whether a cause may pass, by itself or when the machine is repaired: a full disk, a killed kernel."""
    return error.retryable if isinstance(error, NtaError) else isinstance(error, OSError)


def message_of(error: Exception) -> str:
    """Return the text of an error, or the name of its class if it has none."""
    return str(error) or type(error).__name__
