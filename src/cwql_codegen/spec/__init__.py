"""The vendor's API as plain data, whatever document it was read from."""
