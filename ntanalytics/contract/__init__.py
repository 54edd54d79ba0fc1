"""Contract: every canonical dataset, declared once. A new subsystem is a new module in the tuple below."""

from __future__ import annotations

from types import MappingProxyType

from ntanalytics.contract import ca, desk, docexchange, identity, im, infra, oa, seal, sms, sso
from ntanalytics.contract.dataset import CONTROL_COLUMNS, Column, Dataset, Kind, Privacy, Type
from ntanalytics.errors import UnknownName

_MODULES = (identity, sso, docexchange, oa, im, sms, ca, seal, infra, desk)

#: Every dataset by name.
DATASETS: MappingProxyType[str, Dataset] = MappingProxyType(
    {dataset.name: dataset for module in _MODULES for dataset in module.DATASETS}
)


def dataset(name: str) -> Dataset:
    """Return the dataset of a name.

    Raises:
        UnknownName: no dataset has the name; the message lists the names.
    """
    try:
        return DATASETS[name]
    except KeyError:
        raise UnknownName("dataset", name, DATASETS) from None


__all__ = ["CONTROL_COLUMNS", "DATASETS", "Column", "Dataset", "Kind", "Privacy", "Type", "dataset"]
