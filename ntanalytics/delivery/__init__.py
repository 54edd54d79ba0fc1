"""Getting issued reports to their readers; for now they are published as folders by the runner."""
