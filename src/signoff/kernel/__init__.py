"""What everything else stands on: ids, time, errors, people. Knows no database, no web and no platform."""
