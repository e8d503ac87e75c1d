"""A release is built only if its tag names the version of the package."""

from __future__ import annotations

from importlib.metadata import version

import pytest

from scripts.packaging.check_tag import main


def test_tag_of_the_version_passes() -> None:
    assert main(f"v{version('cwql')}") == 0


@pytest.mark.parametrize("tag", ["v99.0.0", version("cwql"), "main"])
def test_other_tags_fail(tag: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(tag) == 1
    assert f"expected 'v{version('cwql')}'" in capsys.readouterr().err
