"""What people must know: alerts, alarms, and the mail about them."""
