"""The database: the private server, its roles, connections, column types and migrations. Knows no table."""
