"""Getting issued reports to their readers: the index page beside them says what came out, and what did not."""
