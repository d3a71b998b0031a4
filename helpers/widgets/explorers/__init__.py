"""The explorers, each in a room of its own."""
