"""One origin: the parts that are used of addresses named by a server, and hundreds of forms that are refused."""

from __future__ import annotations

import pytest

from cwql.client.errors import UntrustedURLError
from cwql.client.origin import URL_LIMIT, Cursor, Origin, split_url
from cwql.client.webhook import KeyLocation

HOME = "https://api-na.myconnectwise.net/v4_6_release/apis/3.0/service/tickets"
ORIGIN = Origin.of("https://api-na.myconnectwise.net/v4_6_release/apis/3.0/")
HOST = "api-na.myconnectwise.net"
PATH = "/v4_6_release/apis/3.0/service/tickets?page=2"

GOOD = [
    f"https://{HOST}{PATH}",
    f"HTTPS://{HOST.upper()}{PATH}",
    f"https://{HOST}:443{PATH}",
    f"https://{HOST}/?page=2",
    f"https://{HOST}?page=2",
    f"https://{HOST}/anything/else?PAGE=2&pageSize=5",
    f"https://{HOST}{PATH}&conditions=summary%20contains%20%22https://evil.com%22",
    "/v4_6_release/apis/3.0/service/tickets?page=2",
    "?page=2",
]

# Other hosts, plainly.
OTHERS = [
    "evil.com",
    "evil.com:443",
    "127.0.0.1",
    "localhost",
    "169.254.169.254",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "10.0.0.1:8080",
    "2130706433",
    "0x7f000001",
    "017700000001",
    "api-eu.myconnectwise.net",
    "api-na.myconnectwise.net.evil.com",
    "evil-api-na.myconnectwise.net",
    "xapi-na.myconnectwise.net",
    "api-na.myconnectwise.ne",
    "api-na.myconnectwise.nett",
    "api-na.myconnectwise.net.",
    "api-namyconnectwise.net",
    "api-na-myconnectwise.net",
    "api_na.myconnectwise.net",
    "myconnectwise.net",
    "www.api-na.myconnectwise.net",
    "api-na..myconnectwise.net",
    ".api-na.myconnectwise.net",
    "xn--api-na-myconnectwise-net",
    f"{HOST}:444",
    f"{HOST}:80",
    f"{HOST}:0",
    f"{HOST}:65536",
    f"{HOST}:99999",
    f"{HOST}:443443",
    f"{HOST}:",
    f"{HOST}:+443",
    f"{HOST}:-443",
    f"{HOST}:4 43",
    f"{HOST}:٤٤٣",
    f"{HOST}:443:443",
    f"{HOST}:443@evil.com",
    f"{HOST}:443:@evil.com",
]

# One host to one reader, another to the next.
TWO_READINGS = [
    f"https://evil.com@{HOST}",
    f"https://{HOST}@evil.com",
    f"https://user:password@{HOST}",
    f"https://@{HOST}",
    f"https://:@{HOST}",
    f"https://{HOST}%40evil.com",
    f"https://{HOST}%2eevil.com",
    f"https://{HOST}%00.evil.com",
    f"https://{HOST}%0d%0aHost:evil.com",
    f"https://{HOST}\\@evil.com",
    f"https://{HOST}\\.evil.com",
    f"https://evil.com\\@{HOST}",
    f"https://evil.com\\.{HOST}",
    f"https:\\\\{HOST}",
    f"https:/\\{HOST}",
    f"https:\\/{HOST}",
    f"https:/{HOST}",
    f"https:{HOST}",
    f"https:///{HOST}",
    f"https:////{HOST}",
    f"https:// {HOST}",
    f"https://{HOST} .evil.com",
    f"https://{HOST}\t.evil.com",
    f"https://{HOST}\n.evil.com",
    f"https://{HOST}\r\n.evil.com",
    f"https://{HOST}\x00.evil.com",
    f"https://{HOST}\u3002evil.com",
    f"https://{HOST}\uff0eevil.com",
    f"https://{HOST}\uff0fevil.com",
    f"https://{HOST}\u2044evil.com",
    f"https://{HOST}\uff1a443@evil.com",
    f"https://{HOST}\u200b",
    f"https://\u202e{HOST}",
    f"https://\ufeff{HOST}",
    f"https://{HOST.replace('a', chr(0x430))}",
    f"https://{HOST.replace('o', chr(0x3BF))}",
    f"https://{HOST.replace('n', chr(0x1D427))}",
    f"https://{HOST.replace('c', chr(0xFF43))}",
    f"https://{HOST.replace('i', chr(0x131))}",
    f"https://{HOST.replace('s', chr(0x17F))}",
    f"https://{HOST}#@evil.com",
    f"https://evil.com#@{HOST}",
    f"https://evil.com?@{HOST}",
    f"https://evil.com;@{HOST}",
    f"https://evil.com,{HOST}",
    f"https://{HOST},evil.com",
    f"https://{HOST};evil.com",
    f"https://[{HOST}]",
    "https://[::1%25eth0]",
    "https://[::1",
    "https://::1",
    f"https://{HOST}]",
    f"https://({HOST})",
    f"https://{{{HOST}}}",
    f"https://'{HOST}'",
    f'https://"{HOST}"',
    f"https://*.{HOST}",
    f"https://{HOST}!",
    f"https://{HOST}$",
    f"https://{HOST}|evil.com",
    f"https://{HOST}^evil.com",
    f"https://{HOST}`evil.com",
    f"https://{HOST}~",
    f"https://{HOST}=",
]

# Other schemes, and texts that only look like an address.
SCHEMES = [
    *[
        f"{scheme}://{HOST}"
        for scheme in (
            "http",
            "ftp",
            "ws",
            "wss",
            "file",
            "gopher",
            "data",
            "javascript",
            "httpss",
            "https ",
            " https",
            "https\t",
            "ｈttps",
            "view-source:https",
            "blob:https",
            "jar:https",
            "unix",
            "dict",
            "ldap",
        )
    ],
    f"//{HOST}",
    "//evil.com",
    "///evil.com",
    "/\\evil.com",
    "/\\/evil.com",
    "\\\\evil.com",
    "\\/evil.com",
    f"://{HOST}",
    "http:evil.com",
    "javascript:alert(1)",
    "data:text/plain,page=2",
    "mailto:a@evil.com",
    "file:///etc/passwd",
    "",
    " ",
    "#",
    "evil.com/",
    "..//evil.com",
    "\x00",
    "https://",
    "https:",
    "http://",
    "//",
    "\u2215\u2215evil.com",
]


def hostile() -> list[str]:
    forms = [f"https://{host}{PATH}" for host in OTHERS]
    forms += [f"{text}{PATH}" for text in TWO_READINGS]
    forms += [f"{text}{PATH}" if text.strip("/\\:# \x00") else f"{text}?page=2#" for text in SCHEMES]
    # The right host with characters that do not belong in a URL.
    forms += [
        f"https://{HOST}{PATH}{tail}"
        for tail in (" ", "\n", "\r\nX: 1", "\t", "\x00", "\x7f", "\\", "#x", "é", "\u2028", "<", ">")
    ]
    forms = [form.replace("<", "\\").replace(">", "\\") for form in forms]
    forms += [f"https://{HOST}/{'a' * 20_000}?page=2", f"/{'a' * 20_000}?page=2", f"https://{'a.' * 9_000}com{PATH}"]
    forms += [
        f"/{chr(92)}evil.com/?page=2",
        "/\t/evil.com?page=2",
        "/\n/evil.com?page=2",
        "/ ?page=2",
        "?page=2\n",
        "? page=2",
    ]
    return forms


def numberless() -> list[str]:
    values = (
        "",
        "0x2",
        "-1",
        "+2",
        "2.0",
        "1e9",
        " 2",
        "2 ",
        "%202",
        "two",
        "null",
        "٢",
        "2%00",
        "9" * 30,
        "2;3",
        "2,3",
        "%2B2",
        "NaN",
        "Infinity",
    )
    forms = [f"https://{HOST}/x?{name}={value}" for name in ("page", "pageId", "PAGEID") for value in values]
    forms += [
        f"https://{HOST}/x?page=2&page=3",
        f"https://{HOST}/x?page=2&PAGE=2",
        f"https://{HOST}/x?pageId=1&pageid=2",
    ]
    forms += [
        f"https://{HOST}/x",
        f"https://{HOST}/x?",
        f"https://{HOST}/x?pages=2",
        f"https://{HOST}/x?pageSize=2",
        f"/x?{'&a=1' * 500}&page=2",
    ]
    return forms


def test_there_are_enough_forms() -> None:
    assert len(set(hostile())) >= 150
    assert len(set(hostile()) | set(numberless())) >= 200


@pytest.mark.parametrize("url", GOOD)
def test_own_addresses(url: str) -> None:
    assert ORIGIN.next_cursor(f'<{url}>; rel="next"') == Cursor(2, None)


@pytest.mark.parametrize("url", hostile())
def test_hostile_links_and_redirects(url: str) -> None:
    with pytest.raises(UntrustedURLError) as caught:
        ORIGIN.next_cursor(f'<{url}>; rel="next"')
    assert len(str(caught.value)) < 400
    assert "\n" not in str(caught.value)
    with pytest.raises(UntrustedURLError):
        ORIGIN.redirected(url)


@pytest.mark.parametrize("url", hostile())
def test_hostile_key_urls(url: str) -> None:
    url = url.replace(PATH, "/v2025_1//system/callbackkey/index.rails?companyName=acme&id=5")
    with pytest.raises(UntrustedURLError) as caught:
        KeyLocation("acme", HOST, ["psa.example.com"]).check(url)
    assert len(str(caught.value)) < 400
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("url", numberless())
def test_links_without_plain_numbers(url: str) -> None:
    with pytest.raises(UntrustedURLError):
        ORIGIN.next_cursor(f'<{url}>; rel="next"')


@pytest.mark.parametrize(
    ("link", "cursor"),
    [
        ("", None),
        (f'<{HOME}?page=2>; rel="prev"', None),
        (f'<{HOME}?page=3>; rel="next", <{HOME}?page=9>; rel="last"', Cursor(3, None)),
        (f'<{HOME}?page=9>; rel="last", <{HOME}?page=3>; rel="next"', Cursor(3, None)),
        (f"<{HOME}?page=3>;rel=next", Cursor(3, None)),
        (f'<{HOME}?page=3> ; title="a,b;rel=prev" ; rel="next"', Cursor(3, None)),
        (f'<{HOME}?page=3>; REL="NEXT"', Cursor(3, None)),
        (f'<{HOME}?page=3>; rel="last next"', Cursor(3, None)),
        (f'<{HOME}?pageId=812&pageSize=1000>; rel="next"', Cursor(None, 812)),
        (f'<{HOME}?page=2&pageid=812>; rel="next"', Cursor(2, 812)),
        (f'<{HOME}?conditions=a,b&page=2>; rel="next"', Cursor(2, None)),
        (f'<{HOME}?page=2>; rel="nextpage"', None),
        ("garbage", None),
        ("<<<>>>; rel=next", None),
        (f'<{HOME}?page=2; rel="next"', None),
        ('<https://evil.com/?page=2>; rel="prev"', None),
    ],
)
def test_link_headers(link: str, cursor: Cursor | None) -> None:
    assert ORIGIN.next_cursor(link) == cursor


@pytest.mark.parametrize(
    ("location", "url"),
    [
        (f"https://{HOST}/a/b?x=1", f"https://{HOST}/a/b?x=1"),
        (f"https://{HOST}:443/a", f"https://{HOST}/a"),
        ("/a/b/", f"https://{HOST}/a/b/"),
        (f"https://{HOST}", f"https://{HOST}/"),
    ],
)
def test_redirects_inside_the_origin(location: str, url: str) -> None:
    assert ORIGIN.redirected(location) == url


@pytest.mark.parametrize("location", ["?x=1", "/a/../b", "/a/%2e%2e/b", "/./a", f"https://{HOST}/a/..", "/a/%2E%2e"])
def test_redirects_that_are_no_plain_path(location: str) -> None:
    with pytest.raises(UntrustedURLError):
        ORIGIN.redirected(location)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://api-na.myconnectwise.net", "https://api-na.myconnectwise.net"),
        ("https://API-NA.myconnectwise.net:443/x", "https://api-na.myconnectwise.net"),
        ("https://psa.example.com:8443/", "https://psa.example.com:8443"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
        ("http://127.8.9.1", "http://127.8.9.1"),
        ("http://[::1]:80/", "http://[::1]"),
        ("http://localhost:5000", "http://localhost:5000"),
    ],
)
def test_origins(url: str, shown: str) -> None:
    assert str(Origin.of(url)) == shown


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com",
        "http://127.0.0.1.evil.com",
        "http://localhost.evil.com",
        "http://10.0.0.1",
        "http://0.0.0.0",
        "ftp://localhost",
        "https://user:pw@host",
        "example.com",
        "",
        "https://a..b/",
        "https://a b/",
        "http://[::2]",
    ],
)
def test_refused_base_urls(url: str) -> None:
    with pytest.raises(UntrustedURLError) as caught:
        Origin.of(url)
    assert "pw" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("https://PSA.example.com", ("https://psa.example.com", "/", "")),
        ("https://psa.example.com:8443?x=1&y=?", ("https://psa.example.com:8443", "/", "x=1&y=?")),
        ("http://example.com/a//b/?", ("http://example.com", "/a//b/", "")),
    ],
)
def test_parts_of_a_url(url: str, parts: tuple[str, str, str]) -> None:
    origin, path, query = split_url(url)
    assert (str(origin), path, query) == parts


@pytest.mark.parametrize(
    "url", ["https://a..b/", "https://u:pw@a/", "psa.example.com", "//a/", "https://a/#x", "https://a:0/"]
)
def test_texts_that_are_no_url(url: str) -> None:
    with pytest.raises(UntrustedURLError) as caught:
        split_url(url)
    assert "pw" not in str(caught.value)


LONG = [
    text * (1_000_000 // len(text)) for text in ("a", "/", "//", "?", "@", ".", "https://", "<", "/?", "https://x@")
]


@pytest.mark.parametrize("text", LONG, ids=[text[:8] for text in LONG])
def test_long_addresses_are_refused_by_their_length(text: str) -> None:
    for read in (
        ORIGIN.redirected,
        ORIGIN.resolve,
        Origin.of,
        split_url,
        lambda link: ORIGIN.next_cursor(f'<{link}>; rel="next"'),
        KeyLocation("acme", "na").check,
    ):
        for url in (text, f"https://{text}", f"{text}?page=1"):
            with pytest.raises(UntrustedURLError, match="characters"):
                read(url)


def test_message_shows_no_user_and_no_query() -> None:
    for url in ("https://u:s3cret@h/x?s3cret#y", "https://u:s3?c@h/ ", "https://u:p@h/?s3cret@x ", "u:s3cret/@h/#s3"):
        with pytest.raises(UntrustedURLError) as caught:
            ORIGIN.resolve(f"{url} ")
        assert "s3" not in str(caught.value)
    with pytest.raises(UntrustedURLError) as caught:
        ORIGIN.resolve("https://evil.com/" + "a" * (URL_LIMIT - 100))
    assert len(str(caught.value)) < 300
