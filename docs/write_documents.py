"""Write the pages of datasets, products and rules from the code, and the examples in scheduled/: ``make docs``."""

from __future__ import annotations

from pathlib import Path

from ntanalytics.catalog import documents as products
from ntanalytics.contract import documents
from ntanalytics.evaluation import rulebook
from ntanalytics.scheduling.deployment_files import write_examples

FOLDER = Path(__file__).parent


def main() -> None:
    """Write all of them."""
    pages = {"datasets.md": documents.page(), "products.md": products.page(), "rules.md": rulebook.page()}
    for name, page in pages.items():
        (FOLDER / name).write_text(page, encoding="utf-8")
    write_examples()


if __name__ == "__main__":
    main()
