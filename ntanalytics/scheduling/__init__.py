"""What is to come out by itself, when, and whether it did."""
