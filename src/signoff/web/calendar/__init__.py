"""The calendar: which days are shown, and what stands on them."""
