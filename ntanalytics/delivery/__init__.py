"""Delivery of issued reports to their readers: mail, chat robots, folders, and the index page."""
