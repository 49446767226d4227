"""When things go out: cadence, due times, what is planned for which day."""
