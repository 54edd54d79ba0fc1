"""Second computation of every figure, by plain SQL and Python over the sources, and its comparison with records."""
