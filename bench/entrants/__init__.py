"""Everything that publishes the same posts: how each is given them, and how its workers are started."""
