"""What everything stands on: views and storages, handles and operands, and the way from recorded nodes to values."""
