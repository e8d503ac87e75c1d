"""Tables of functions of the standard libraries, by their names without ``_`` and letter case."""

from __future__ import annotations

from functools import lru_cache

from cwql.lint import lazy_patterns as re
from cwql.lint.ir import Call, Jump, Member, Name, Unary
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from cwql.lint.ir import Node

NUMBERS = words(
    """int integer int32 int64 long float double decimal number bigint boolean bool parseint parsefloat parsedouble
    parselong tofixed intval floatval toint toi tof tor toint16 toint32 toint64 todouble todecimal toboolean tolong
    touint tointeger itoa formatint formatuint formatfloat formatbool len cap uint float64 valueof count length size
    strlen time strtotime numberformat abs round floor ceil max min unix unixmilli year day yearday gettime
    getfullyear getmonth getdate getday gethours getminutes getseconds getutcfullyear getutcmonth getutcdate
    getutcday getutchours getutcminutes getutcseconds now utc ord sum cint clng cdbl isodate id2name stringtointeger
    integertostring parseexact tonumber number.totext date.totext datetime.totext datetimezone.totext hash uuid4
    utcnow today fromtimestamp utcfromtimestamp strptime fromisoformat fromordinal toordinal absint fromiso8601 atoi
    parseuint parsebool tointornull tolongornull todoubleornull timestamp weekday isoweekday totalseconds bitlength
    timedelta relativedelta uuid1 uuid5 uuid monthrange numberinput tonumeric ipaddress ipnetwork ipv4address
    ipv6address tokenhex hex hexdigest md5 sha1 crc32 bin2hex tohexstring randomuuid newguid randint randrange
    getint getlong getshort getdouble getfloat getbigdecimal getboolean getbool getint16 getint32 getint64
    getdecimal getguid getdatetime getdatetimeoffset gettimestamp getuuid truncatedto atzone atoffset atstartofday
    atzonesameinstant withzonesameinstant plusyears plusmonths plusweeks plusdays plushours plusminutes plusseconds
    minusyears minusmonths minusweeks minusdays minushours minusminutes minusseconds withdayofmonth withnano optint
    optlong optdouble optboolean asint aslong asdouble asboolean intvalue longvalue nextint intvar doublevar
    booleanvar datenaive naiveutc naivelocal"""
)
"""Calls that return a number, a date or an identifier, or fail."""

MOMENTS = words(
    """toisostring iso8601 xmlschema isoformat touniversaltime tolocaltime todate rfc3339 toiso8601 torfc3339
    toiso8601string toisodatestring toinstant utciso todatestring todatetimestring toiso8601zstring isodatetime
    iso8601format tolocaldate tolocaldatetime toatomstring torfc3339string toiso8601zulustring torfc3339opts ymd
    datetime"""
)
"""Calls that return a date as text, in a fixed form."""

DATE_FORMAT = re.compile(r"[\w\s:./%\\TZ+,'\[\]-]*")
NUMERIC_FORMAT = re.compile(r"[yMdHhsNnFfDGgXxCEPRrOou0#]")
"""How a format of .NET begins that gives a number or a date."""

EXITS = words("exit _exit abort halt quit die panic Fatal Fatalf Fatalln fail bail croak confess")
"""Functions that raise, or end the program."""

ENDINGS = words("error todo exitprocess fatalerror preconditionfailure raise")
"""Other functions that never return, in the place of a value."""

LENGTHS = words(
    """int long intornull longornull intvalue count length size ticks year month day hour minute second microsecond
    seconds days totalseconds"""
)
"""Members that are numbers."""

SAME = words(
    """trim strip trimend trimstart ltrim rtrim dedent cleandoc freeze squish tos tostring htmlsafe chomp dup clone lstrip rstrip toowned into
    asstr string str text unwrap cstr tostr expect asref trimindent trimmargin stripindent from asstring copy tolist
    tohashset toset tofrozenset tosortedset toimmutablehashset toimmutablelist toimmutablearray asreadonly
    unmodifiableset unmodifiablelist unmodifiablemap unmodifiablecollection ofnullable orelsethrow okor okorelse toarray unique distinct uniq compact reverse sorted sort json parse list array filter where values keepif flat
    orderby orderbydescending build first last value tomutable iter intoiter at get unshift stream boxed parallel flatten text.from
    some ok just asderef cloned ofnullable list.removenulls list.distinct list.buffer iodatatobinary getvalue arrayfilter arrayunique"""
)
"""Calls whose result is their owner or only argument, as far as its text and its safety go."""

DIGITS = words(
    """isdigit isdecimal isnumeric isalnum ctypedigit ctypealnum isnumber isalpha isidentifier isinteger tryparse
    isletter isletterordigit isalphanumeric isasciidigit isasciialphanumeric isint isfloat isbool isuuid isfinite"""
)
"""Tests of characters that are safe."""

COMPILERS = words("compile mustcompile regex regexp generatedregex toregex")
"""Functions that compile a pattern."""

MATCHES = ("-match", "=~", "-cmatch", "-notmatch", "!~")
"""Operators that compare a text with a pattern."""

ALPHABETS = words("digits hexdigits octdigits asciiletters asciilowercase asciiuppercase")
"""Constants of characters that are safe."""

IMPLICIT = ("_", "it", "$0")
"""Names of the argument of a function without parameters."""

MAPS = words(
    "map andthen arraymap collect select foreach mapnotnull compactmap transform flatmap filtermap maptoobj list.transform"
)
LOOPS = words("each foreach eachwithindex eachslice eachindexed foreachindexed times eachpair arraywalk")
"""Methods that run a function for each item."""

SCOPES = words("let run usememo computed creatememo")
"""Methods that run a function for their owner, and functions that run one themselves; they return its result."""

KEEPERS = words("usecallback memoize memo debounce throttle")
"""Functions that return a function that does the same as their argument."""

BUILDERS = words("buildstring buildlist buildset apply")
"""Functions that run a function on an object, and return the object."""

APPENDS = words(
    "append writestring writebyte writerune pushstr write push appendline add pushback put appendformat appendjoin"
)
PUSHES = words("push add append unshift pushback insert prepend")

ENCODERS = words(
    """encodeuricomponent encodeuri escapedatastring escapeuristring urlencode urlpathencode rawurlencode queryescape
    pathescape encodewwwformcomponent quoteplus addingpercentencoding encodewww encodewwwform encodequery uriencode
    uriescape uriescapeutf8 percentencode uri.escapedatastring"""
)
ENCODER_OWNERS = words("cgi uri url urlencoder webutility httputility urlutils erb urllib parse uriutils rack util")
"""Owners of an ``encode``, ``escape`` or ``quote`` that encodes for URLs."""

OTHER_ENCODERS = words("json base64 jwt html encoder msgpack marshal yaml")
"""Owners of an ``encode`` that encodes for something else."""

_ESCAPERS = re.compile(
    r"(?:escape(?!$)|quoted?\b|quote(?:text|value|string)|saniti[sz]e|slugif(?:y|ied)|parameteri[sz]e)(?!.{0,60}(?:html|ur[il]|xml|sql|reg|shell|arg|js|component|path|data|file|text_?(?:area_?)?field|email))"
)

_ESCAPES = ("escape", "quote", "saniti", "slugif", "parameteri")
"""Words of which each name that the pattern matches has one."""

OTHER_ESCAPERS = words(
    """re regex regexp html xml cgi erb uri url urlutils shlex shell shellwords sql db pg mysql connection json csv
    path uriutils webutility httputility"""
)
"""Owners of functions with such names that escape for something else than a condition."""

# Words, not patterns: the results are cached, and compiling the patterns takes longer than all searches in a file.
_BUILDERS = words(
    "newrequest build encode stringify merge assign clone uri url path target queries param endpoint route resource create client"
)
_ADDERS = words("header readas add set append param query with put push insert store where item")

TEXT_OWNERS = words("string strings text str enum array lists list utils stringutils kernel fmt iolib textwrap inspect")
"""Owners of functions of texts, which are not texts themselves."""

QUOTES = re.compile(r"\\?[\"'`]|\[(?=[^\]\[\w]*[\"'`])[^\]\[\w]*\]\+?|\(?\\?[\"']\|\\?[\"']\)?")
"""Patterns of quotes."""

ALL_BUT = re.compile(r"\\[DW]\+?|\[\^(?:[\w \-.@:,]|\\[dws.\-]|\\p(?:[LN]|\{[LN][a-z]?\})|\[:[a-oq-z]+:\])*\]\+?")
"""Patterns of everything but characters that are safe."""

_SAFE_PATTERN = re.compile(
    r"(?:\\[dwAzZb]|\\[^\w\s\"'()\[\]]|\[\^(?=[^\]]*\")(?=[^\]]*')(?:[^\]\[\\]|\\.)*\]|\[(?:[^\]\[\"'()^\\]|\\[dw.\-]|\[:(?:al|di|lo|up|xd|sp|bl|wo)\w+:\])*\]|[\w:@\-#/]|[+*?|^$(){},]|\(\?:|\(\?<\w+>)*"
)
_GROUP = re.compile(r"\((?:\?P?<(\w+)>)?((?!\?)(?:[^()\\]|\\.)*)\)")


@lru_cache(4096)
def fold(name: str) -> str:
    """Return a name without ``_``, ``!``, ``?`` and letter case."""
    return name.replace("_", "").rstrip("!?").lower()


def last_name(node: Node | None) -> str:
    """Return the folded name of a name, a member or a function that is called: ``tostring`` of ``name.ToString()``."""
    if isinstance(node, Call):
        node = node.callee
    return fold(node.name) if isinstance(node, (Name, Member)) else ""


def owner_of(node: Node | None) -> Node | None:
    """Return the owner of a member or of a method that is called."""
    if isinstance(node, Call):
        node = node.callee
    return node.owner if isinstance(node, Member) else None


def ends(node: Node) -> bool:
    """Return whether the statement after a node does not run: a jump, ``sys.exit(1)``, ``log.Fatal(error)``, ``fatalError()``."""
    callee = node.callee if isinstance(node, Call) else None
    if isinstance(callee, Name):
        return callee.name in EXITS or fold(callee.name) in ENDINGS
    # A method that cancels something may have the same name: ``controller.abort()``.
    exits = isinstance(callee, Member) and callee.name in EXITS and callee.name not in ("abort", "fail")
    return exits or isinstance(node, Jump) or (isinstance(node, Unary) and node.sign == "error")


def has_word(name: str, parts: Iterable[str]) -> bool:
    """Return whether one of several words is a part of a name, in any letter case."""
    folded = name.lower()
    return any(part in folded for part in parts)


@lru_cache(4096)
def is_escaper(name: str) -> bool:
    """Return whether a program's own function makes a value fit for a condition: ``escapeCondition(…)``, ``quote(…)``."""
    folded = name.lower()
    return folded in ("q", "slug") or (
        any(word in folded for word in _ESCAPES) and _ESCAPERS.search(folded) is not None
    )


@lru_cache(4096)
def is_builder(name: str) -> bool:
    """Return whether the result of a call belongs to the URL in its arguments: ``new RestRequest("/service/tickets")``."""
    return has_word(name, _BUILDERS) or (name[:1].isupper() and name.endswith("Request"))


@lru_cache(4096)
def is_adder(name: str) -> bool:
    """Return whether the arguments of a call may be the name and the text of a parameter."""
    return has_word(name, _ADDERS)


DOTNET_DATES = "oOsu"
"""Formats of one letter that give a date in .NET."""


def is_date_format(text: str, letters: str = "") -> bool:
    """Return whether a format, or one of several letters, gives a date without brackets."""
    text = text.strip()
    dated = "y" in text.lower() or "%F" in text or "2006" in text
    return (len(text) == 1 and text in letters) or (dated and "[" not in text)


def is_safe_pattern(pattern: str) -> bool:
    """Return whether a text that matches a pattern as a whole has neither quotes nor brackets in it."""
    return len(pattern) < 300 and _SAFE_PATTERN.fullmatch(pattern) is not None


def is_anchored(pattern: str) -> bool:
    """Return whether a pattern matches whole texts only."""
    return pattern.startswith(("^", "\\A")) and pattern.endswith(("$", "\\z", "\\Z"))


def safe_groups(pattern: str) -> set[str]:
    """Return the numbers and names of the groups of a pattern whose text is safe; ``*`` if all of them are."""
    found: set[str] = {"0", "value"} if is_safe_pattern(pattern) else set()
    groups = [*_GROUP.finditer(pattern[:1000])]
    safe = {number: match[1] for number, match in enumerate(groups, 1) if is_safe_pattern(match[2])}
    found |= {*map(str, safe), *(name.lower() for name in safe.values() if name)}
    return {*found, "*"} if (len(safe) == len(groups) if groups else found) else found
