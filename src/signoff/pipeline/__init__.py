"""The way of a post: one folder a stage. Stages meet in `records`, never in each other."""
