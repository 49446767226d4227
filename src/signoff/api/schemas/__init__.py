"""What goes over the wire, one module a noun. Names ending in `In` are taken, those ending in `Out` given."""
