"""What every page of an agency with fifty brands takes: the server's time, and bytes to carry."""
