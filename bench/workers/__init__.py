"""The worker processes of everything that Signoff is compared with."""
