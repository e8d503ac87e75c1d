"""Build the package and install it on every supported Python."""
