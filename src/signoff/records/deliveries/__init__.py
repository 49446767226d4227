"""Deliveries on their way: claimed, tried, looked for, waiting, ended."""
