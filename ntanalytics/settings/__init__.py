"""Settings of ntanalytics.yml as one validated object.

Unknown keys are errors. The file contains references to secrets (``env:NAME``, ``file:PATH`` or
``keyring:SERVICE/USER``), which are read when a source is opened.
"""

from ntanalytics.config_file import ENVIRONMENT, FILE_NAME, find_config
from ntanalytics.settings.folders import project_dir, require_own
from ntanalytics.settings.holidays import read_calendar
from ntanalytics.settings.model import Settings
from ntanalytics.settings.parts import Retention, RuleSettings, Site, SourceSettings, Spark, StoreSettings, Target
from ntanalytics.settings.reading import load
from ntanalytics.settings.secret import read_secret

__all__ = [
    "ENVIRONMENT",
    "FILE_NAME",
    "Retention",
    "RuleSettings",
    "Settings",
    "Site",
    "SourceSettings",
    "Spark",
    "StoreSettings",
    "Target",
    "find_config",
    "load",
    "project_dir",
    "read_calendar",
    "read_secret",
    "require_own",
]
