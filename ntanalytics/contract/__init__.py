"""The contract: every canonical dataset, declared once.

``DATASETS`` maps a dataset's name to its declaration. A new subsystem is a new module here, added
to the tuple below.
"""

from __future__ import annotations

from types import MappingProxyType

from ntanalytics.contract import ca, desk, docexchange, identity, im, infra, oa, seal, sms, sso
from ntanalytics.contract.dataset import STAMPED, STEERING, Column, Dataset, Kind, Privacy, Type
from ntanalytics.errors import UnknownName

_MODULES = (identity, sso, docexchange, oa, im, sms, ca, seal, infra, desk)

#: Every dataset by name.
DATASETS: MappingProxyType[str, Dataset] = MappingProxyType(
    {dataset.name: dataset for module in _MODULES for dataset in module.DATASETS}
)


def dataset(name: str) -> Dataset:
    """The dataset of that name.

    Raises:
        UnknownName: there is none; the message lists them.
    """
    try:
        return DATASETS[name]
    except KeyError:
        raise UnknownName("dataset", name, DATASETS) from None


__all__ = ["DATASETS", "STAMPED", "STEERING", "Column", "Dataset", "Kind", "Privacy", "Type", "dataset"]
