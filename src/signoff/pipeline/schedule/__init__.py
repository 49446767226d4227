"""Planning: when and where, and the switches that hold it all."""
