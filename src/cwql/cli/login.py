"""``cwql login``: store the credentials of a server in the keyring, and its address in a profile."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Mapping
    from typing import Any

QUESTIONS: Mapping[str, tuple[tuple[str, str, bool], ...]] = {
    "manage": (
        ("site", "region (na, eu, au) or server", True),
        ("company_id", "company", True),
        ("client_id", "client id of the integration", True),
        ("public_key", "public key of the API member", True),
        ("private_key", "private key", True),
    ),
    "automate": (
        ("server", "server", True),
        ("username", "user", True),
        ("password", "password", True),
        ("totp_secret", "secret of the authenticator app, if there is one", False),
        ("client_id", "client id of the integration, if there is one", False),
    ),
}
"""The name of each setting, the question, and whether an answer is necessary."""

SHOWN = ("client_id", "public_key")
"""Secrets that identify an integration or a member; they are typed as they are, and stored like the others."""


def configure(parser: ArgumentParser) -> None:
    """Add the product and the profile."""
    from cwql.cli.options import DIALECT_NAMES, add_product

    add_product(parser, DIALECT_NAMES[0])
    parser.set_defaults(dialect=DIALECT_NAMES[0])
    parser.add_argument("--profile", metavar="NAME", default="default", help="the profile; default: %(default)s")
    parser.add_argument(
        "--profiles-file",
        metavar="FILE",
        help="the file of profiles; default: the one that CWQL_PROFILES_FILE names, or that of the user",
    )
    parser.add_argument("--no-check", action="store_true", help="store the credentials without trying them")
    parser.epilog = (
        "Each setting is asked for; without a terminal, each is a line of the standard input. Secrets are stored in the keyring of the\n"
        "system (extra keyring), nothing else is written but the profile. Nothing is stored if the server refuses the credentials."
    )


def run(arguments: Any) -> int:
    """Ask for the settings, try them, and store them. Raises the errors of a call, and ConfigError."""
    import os
    from importlib import import_module
    from pathlib import Path

    from cwql.client.credentials import SECRET_NAMES, hide
    from cwql.client.profile_file import require_name, save_secrets, write_profile
    from cwql.client.settings import FILE_VARIABLE, default_profiles_file, read_profile_table

    require_name(arguments.profile)
    product = arguments.dialect
    named = arguments.profiles_file or os.environ.get(FILE_VARIABLE)
    file = Path(named).expanduser() if named else default_profiles_file()
    known = read_profile_table(file, product, arguments.profile)
    others = ", ".join([f"--product {name}" for name in QUESTIONS if name != product])
    print(f"{product}, profile {arguments.profile} (for the other product: {others})", file=sys.stderr)
    answers: dict[str, Any] = {}
    for name, question, is_necessary in QUESTIONS[product]:
        answer = _ask(name, question, is_necessary, known.get(name) if name not in SECRET_NAMES else None)
        if answer:
            answers[name] = hide(answer) if name in SECRET_NAMES else answer
    if not arguments.no_check:
        with import_module(f"cwql.{product}").Client(**answers) as client:
            client.ping()
    secrets = {name: value for name, value in answers.items() if name in SECRET_NAMES}
    save_secrets(product, arguments.profile, secrets)
    kept = {name: value for name, value in known.items() if name not in SECRET_NAMES}
    settings = {name: value for name, value in answers.items() if name not in SECRET_NAMES}
    write_profile(file, product, arguments.profile, {**kept, **settings, "keyring": True})
    print(f"stored {', '.join(secrets)} in the keyring, and [{product}.{arguments.profile}] in {file}", file=sys.stderr)
    return 0


def _ask(name: str, question: str, is_necessary: bool, known: object) -> str:
    """Return an answer; an empty one is the known value. Secrets are not echoed."""
    from getpass import getpass

    from cwql.client.credentials import SECRET_NAMES
    from cwql.errors import ConfigError

    prompt = f"{question} [{known}]: " if known else f"{question}: "
    if sys.stdin.isatty():
        if name in SECRET_NAMES and name not in SHOWN:
            answer = getpass(prompt, sys.stderr)
        else:
            print(prompt, end="", file=sys.stderr, flush=True)
            answer = sys.stdin.readline()
    else:
        answer = sys.stdin.readline()
    answer = answer.strip() or str(known or "")
    if is_necessary and not answer:
        raise ConfigError(f"{name} is missing: {question}")
    return answer
