"""Every process watches the others: what nobody does any more, somebody must hear of from a second place."""
