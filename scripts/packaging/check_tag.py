"""Fail unless a Git tag names the version of the package: ``python -m scripts.packaging.check_tag v0.1.0``."""

from __future__ import annotations

import sys
import tomllib

from scripts.packaging.build import ROOT


def main(tag: str) -> int:
    """Compare the tag with the version in pyproject.toml and return the exit status."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    if tag == f"v{version}":
        return 0
    print(f"tag {tag!r} does not match the package version: expected 'v{version}'", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
