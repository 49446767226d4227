"""The control API: what tests, demos and rehearsals do to a sandbox."""
