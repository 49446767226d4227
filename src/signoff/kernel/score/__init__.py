"""How ready a text is: a checklist with reasons and points, never a forecast, and never an approval."""
