"""The data flow of a program: what text each expression makes, whether its values are safe, and where it is sent."""
