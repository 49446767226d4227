"""One file for each step of the tables, named by its day. A released one never changes."""
