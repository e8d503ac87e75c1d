"""Tools for working on cwql. No part of the package."""
