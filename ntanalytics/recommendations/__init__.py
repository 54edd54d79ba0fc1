"""Recommendations 优化建议: causes, ranking, follow-up and text."""
