"""Complete pages as files, to be downloaded or served by somebody's own web server."""
