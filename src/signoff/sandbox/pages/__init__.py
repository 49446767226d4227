"""What people see of a sandbox: the feeds as followers would, and a page to set up what goes wrong."""
