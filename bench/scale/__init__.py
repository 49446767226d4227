"""What pages, lists and the claim cost with millions of deliveries in the database, and with a thousand."""
