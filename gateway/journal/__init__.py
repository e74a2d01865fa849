"""What is done with the journal beside writing it."""
