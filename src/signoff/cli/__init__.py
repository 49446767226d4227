"""The command line: people's work goes through REST; only an operator's commands touch the database."""
