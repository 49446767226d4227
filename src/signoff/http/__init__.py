"""The one way out to the network: addresses checked as it connects, time limits, a record of every call."""
