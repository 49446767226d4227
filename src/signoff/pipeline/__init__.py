"""The way of a post: one folder a stage, one file a use case. Stages meet in `records`, never in each other."""
