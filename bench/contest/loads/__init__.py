"""One load each: what is asked of every player, and what is read from its answers."""
