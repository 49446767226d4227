"""The pages: rendered on the server, htmx for what updates itself, plain forms for what changes something."""
