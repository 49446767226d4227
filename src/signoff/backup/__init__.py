"""One file that holds an installation: tables, pictures and exported pages, but never the secret key."""
