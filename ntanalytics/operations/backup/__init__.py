"""Backup of a whole site into a folder or an object store, and its restoration on another host."""
