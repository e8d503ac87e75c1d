"""Write the recipes of a release for other package managers: ``python -m scripts.packaging.recipes FILES… --into FOLDER``.

The files are those of the release: the sdist (for conda), ``cwql.pyz`` (for Homebrew) and the archive with the program for Windows (for
winget). Version, description and dependencies are those of ``pyproject.toml``, and the digests are those of the files. Maintainers
submit the recipes to winget-pkgs, to a tap and to conda-forge.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts.packaging.build import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WINGET = "1.10.0"
"""Version of the manifests of winget: the first ones whose programs may have libraries next to them are of 1.9.0."""

IDENTIFIER = "cwql.cwql"


def write_recipes(files: Sequence[Path], folder: Path) -> list[Path]:
    """Write the recipes for those files that are given, and return their paths. Raises ValueError for an unknown file."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    recipes: dict[str, str] = {}
    for file in files:
        url = f"{project['urls']['Homepage']}/releases/download/v{project['version']}/{file.name}"
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        if file.name.endswith("-windows-x86_64.zip"):
            recipes |= {f"winget/{name}": text for name, text in winget_manifests(project, url, digest).items()}
        elif file.name == "cwql.pyz":
            recipes["homebrew/cwql.rb"] = homebrew_formula(project, url, digest)
        elif file.name.endswith(".tar.gz"):
            recipes["conda/recipe.yaml"] = conda_recipe(project, digest)
        else:
            raise ValueError(f"no recipe is made of {file.name}")
    for name, text in recipes.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    return [folder / name for name in recipes]


def winget_manifests(project: Mapping[str, Any], url: str, digest: str) -> dict[str, str]:
    """Return the three manifests of winget, by the names of their files."""
    version, urls = project["version"], project["urls"]
    head = f"PackageIdentifier: {IDENTIFIER}\nPackageVersion: {version}\n"

    def manifest(kind: str, body: str) -> str:
        schema = f"https://aka.ms/winget-manifest.{kind}.{WINGET}.schema.json"
        foot = f"ManifestType: {kind}\nManifestVersion: {WINGET}\n"
        return f"# yaml-language-server: $schema={schema}\n\n{head}{body}{foot}"

    installer = f"""\
InstallerType: zip
NestedInstallerType: portable
NestedInstallerFiles:
- RelativeFilePath: cwql\\cwql.exe
  PortableCommandAlias: cwql
ArchiveBinariesDependOnPath: true
Installers:
- Architecture: x64
  InstallerUrl: {url}
  InstallerSha256: {digest.upper()}
"""
    locale = f"""\
PackageLocale: en-US
Publisher: cwql
PublisherUrl: {urls["Homepage"]}
PublisherSupportUrl: {urls["Issues"]}
PackageName: cwql
PackageUrl: {urls["Documentation"]}
License: {project["license"]}
LicenseUrl: {urls["Homepage"]}/blob/main/LICENSE
ShortDescription: {project["description"]}
Moniker: cwql
Tags:
{"".join(f"- {word}{chr(10)}" for word in project["keywords"])}\
ReleaseNotesUrl: {urls["Changelog"]}
"""
    return {
        f"{IDENTIFIER}.installer.yaml": manifest("installer", installer),
        f"{IDENTIFIER}.locale.en-US.yaml": manifest("defaultLocale", locale),
        f"{IDENTIFIER}.yaml": manifest("version", "DefaultLocale: en-US\n"),
    }


def homebrew_formula(project: Mapping[str, Any], url: str, digest: str) -> str:
    """Return the formula of Homebrew: the single file, which needs no other package than Python.

    A description of more than 80 characters is refused.
    """
    return f"""\
class Cwql < Formula
  desc "{project["description"].partition(",")[0]}"
  homepage "{project["urls"]["Homepage"]}"
  url "{url}"
  sha256 "{digest}"
  license "{project["license"]}"

  depends_on "python@3.13"

  def install
    libexec.install "cwql.pyz"
    (bin/"cwql").write <<~SHELL
      #!/bin/sh
      exec "#{{Formula["python@3.13"].opt_bin}}/python3.13" "#{{libexec}}/cwql.pyz" "$@"
    SHELL
  end

  test do
    assert_equal "id = 1\\n", shell_output("#{{bin}}/cwql fmt id=1")
    output = shell_output("#{{bin}}/cwql check -e /service/tickets statsu=1", 1)
    assert_match "did you mean status", output
  end
end
"""


def conda_recipe(project: Mapping[str, Any], digest: str) -> str:
    """Return the recipe of conda. Requirements have a blank between name and version there."""
    requirements = [re.sub(r"(?<=[\w\]])(?=[<>=!~])", " ", each, count=1) for each in project["dependencies"]]
    return f"""\
schema_version: 1

context:
  version: "{project["version"]}"

package:
  name: cwql
  version: ${{{{ version }}}}

source:
  url: https://pypi.org/packages/source/c/cwql/cwql-${{{{ version }}}}.tar.gz
  sha256: {digest}

build:
  number: 0
  noarch: python
  script: ${{{{ PYTHON }}}} -m pip install . -vv --no-deps --no-build-isolation
  python:
    entry_points:
      - cwql = {project["scripts"]["cwql"]}

requirements:
  host:
    - python {project["requires-python"]}
    - pip
    - hatchling >=1.26
  run:
    - python {project["requires-python"]}
{"".join(f"    - {each}{chr(10)}" for each in requirements)}
tests:
  - python:
      imports:
        - cwql
        - cwql.manage
        - cwql.automate
      pip_check: true
  - script:
      - cwql --version
      - cwql check -e /service/tickets "closedFlag = false"

about:
  homepage: {project["urls"]["Homepage"]}
  documentation: {project["urls"]["Documentation"]}
  summary: {project["description"]}
  license: {project["license"]}
  license_file: LICENSE
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Write the recipes, and print their paths."""
    parser = argparse.ArgumentParser(description="Write the recipes of a release for winget, Homebrew and conda.")
    parser.add_argument("files", nargs="+", type=Path, help="the files of the release")
    parser.add_argument("--into", type=Path, required=True, help="the folder of the recipes")
    arguments = parser.parse_args(argv)
    for path in write_recipes(arguments.files, arguments.into):
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
