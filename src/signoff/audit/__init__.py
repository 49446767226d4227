"""Who did what and when, in a chain that shows tampering. Rows are only added."""
