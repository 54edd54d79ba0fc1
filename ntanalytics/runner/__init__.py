"""Running reports: strict parameters, papermill under supervision, publishing by one rename."""
