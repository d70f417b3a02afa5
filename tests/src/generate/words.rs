//! The alphabets.

use fingerpost::model::{HostMatch, ValueMatch};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;

/// Hosts that requests and rules name.
pub(super) const HOSTS: &[&str] = &[
    "a.test",
    "b.a.test",
    "c.b.a.test",
    "x.test",
    "xa.test",
    "test",
    "other.org",
];

/// What stands behind `*.` or ends a host.
const SUFFIXES: &[&str] = &["test", "a.test", "b.a.test", "org"];

/// What a raw suffix is.
const TAILS: &[&str] = &["a.test", ".test", "st", ".a.test"];

/// What a host begins with.
const HEADS: &[&str] = &["a.", "b.", "x", "b.a", "c.b.a."];

/// Patterns, each with texts that it takes.
pub(super) type Samples = &'static [(&'static str, &'static [&'static str])];

/// Regular expressions over hosts.
pub(super) const HOST_REGEXES: Samples = &[
    ("[ab]\\..*", &["a.test", "b.a.test"]),
    (".*test", &["test", "x.test", "b.a.test"]),
    ("(x|xa)\\.test", &["x.test", "xa.test"]),
    ("[a-c.]+test", &["a.test", "c.b.a.test"]),
];

/// Regular expressions over paths.
pub(super) const PATH_REGEXES: Samples = &[
    ("/a.*", &["/a", "/a/b", "/ab"]),
    ("/a(/.*)?", &["/a", "/a/", "/a/b/c"]),
    ("/[ab]+", &["/a", "/ab", "/bba"]),
    ("/a/(?P<id>[^/]+)", &["/a/b", "/a/ab"]),
    ("/(a|b)/(b|c)/?", &["/a/b", "/b/c/", "/a/b/"]),
    (".*b", &["/b", "/a/b", "/ab"]),
    ("/s\\.T/(Get|Put)", &["/s.T/Get", "/s.T/Put"]),
    ("/a/b|/b", &["/a/b", "/b"]),
    ("/[^a]*", &["/", "/b", "/b/c"]),
    ("/a/.{2,4}", &["/a/bb", "/a/b/c"]),
    ("(?i)/A/B", &["/a/b", "/A/b"]),
    ("/(?P<id>(a)|b)/(x)?.*", &["/a/b", "/b/x", "/b/"]),
    ("", &["/", "/a"]),
    ("b$", &["/b", "/a/b"]),
    ("^/a", &["/a", "/ab"]),
    ("a/(?P<rest>.*)", &["/a/b", "/x/a/"]),
    ("a|ab", &["/ab", "/a"]),
    ("/a\\b/b", &["/a/b"]),
    ("/(?:\\b|$)a?.*", &["/a", "/ab", "/b"]),
    ("(?:\\B|/)/a", &["/a"]),
    ("/a?a/b", &["/a/b", "/aa/b"]),
    ("/b(x)?|(?m:^)/", &["/b", "/"]),
    ("/a/(?:bx?|b)", &["/a/b", "/a/bx"]),
];

/// Templates.
pub(super) const TEMPLATES: Samples = &[
    ("/a/{id}", &["/a/b", "/a/ab", "/a/a"]),
    ("/{id}/b", &["/a/b", "/b/b"]),
    ("/{id}", &["/a", "/ab", "/b"]),
    ("/a/{rest=**}", &["/a/", "/a/b", "/a/b/c"]),
    ("/{id}/{rest=**}", &["/a/b", "/b/", "/a/b/c"]),
    ("/{id}-{rest}", &["/a-b", "/a-b-c"]),
    ("/a/*/b", &["/a/a/b", "/a/b/b"]),
    ("/{id=a/*}/b", &["/a/b/b", "/a/x/b"]),
    ("/**/b", &["/a/b", "//b", "/a/a/b"]),
    ("/a/{{x}}", &["/a/{x}"]),
    ("/{id}.json", &["/a.json", "/a.b.json"]),
    ("/A/{id=*}", &["/A/b", "/a/b"]),
    ("/{id}/b/{x}", &["/a/b/c", "/b/b/a"]),
    ("/{x}/{y}", &["/a/b", "/b/a"]),
    ("/{x}/{y}/{z}", &["/a/b/c", "/a/b/b"]),
    ("/{id}/", &["/a/", "/b/"]),
    ("/a/{id}/{x}.b", &["/a/b/c.b"]),
    (
        "/segment-of-text/{id}",
        &["/segment-of-text/a", "/segment-of-texT/a"],
    ),
    (
        "/{id}/segment-of-text",
        &["/a/segment-of-text", "/segment-of-text/segment-of-text"],
    ),
];

/// Globs.
pub(super) const GLOBS: Samples = &[
    ("/a/*", &["/a/b", "/a/", "/a/ab"]),
    ("/a/**", &["/a", "/a/", "/a/b/c"]),
    ("/**", &["/", "/a", "/a/b"]),
    ("**", &["/", "/a/b"]),
    ("/*/b", &["/a/b", "//b"]),
    ("/a/**/b", &["/a/b", "/a/b/c/b", "/a//b"]),
    ("/a*", &["/a", "/ab"]),
    ("/?", &["/a", "/b"]),
    ("/a?/b", &["/ab/b", "/aa/b"]),
    ("/a**b", &["/ab", "/a/b", "/a/b/b"]),
    ("/*.json", &["/a.json", "/.json"]),
    ("/**/b/*", &["/b/a", "/a/b/c", "/b/"]),
    ("/A/*", &["/A/b", "/a/b"]),
];

/// Regular expressions over values.
pub(super) const VALUE_REGEXES: Samples = &[
    ("a.*", &["a", "ab", "abc"]),
    ("[0-9]+", &["1", "12", "007"]),
    (".*b.*", &["b", "ab", "abc"]),
    ("", &[""]),
    ("(1|2),?.*", &["1", "2,1", "12"]),
    ("[^,]*", &["", "ab", "1"]),
    ("b|bc", &["b", "abc"]),
    ("(?i)AB", &["ab", "AB"]),
    ("^a|c$", &["a", "abc"]),
];

/// Globs over values.
const VALUE_GLOBS: &[&str] = &["*", "a*", "*b", "?", "a?c", "*,*", "", "A*"];

/// Values of headers and query parameters.
pub(super) const VALUES: &[&str] = &[
    "",
    "1",
    "2",
    "12",
    "a",
    "ab",
    "abc",
    "b",
    "a,b",
    "-3",
    "+7",
    "AB",
    "Ab",
    "192.0.2.1",
];

/// Values that would open a query, begin a parameter, or bring what a gateway refuses,
/// some of them only beside another text.
pub(super) const HOSTILE: &[&str] = &[
    "a?b=1", "?", "a&b=1", "&", "a;b", "..;/b", "..%2fb", "%5c", "%2F", "%zz", "%", "%2", "f",
    "f/a", "2f", "5C", "../b", "a/../b", "//b", "a%3Fb", "%26", "a#b", "a b", "%252f",
];

/// Names of headers in rules, lower case.
pub(super) const HEADERS: &[&str] = &["x-a", "x-b", "x-c", "x-d"];

/// Names of query parameters in rules.
pub(super) const PARAMETERS: &[&str] = &["q", "r", "a b", "Q"];

/// Names of cookies in rules.
pub(super) const COOKIES: &[&str] = &["sid", "Sid", "k"];

/// Names of attributes in rules.
pub(super) const ATTRIBUTES: &[&str] = &["jwt.sub", "tls.alpn"];

/// gRPC services and methods.
pub(super) const SERVICES: &[&str] = &["s.T", "s.U", "s"];
/// Methods of the services.
pub(super) const CALLS: &[&str] = &["Get", "Put", "G"];

/// HTTP methods; one that differs in case alone.
pub(super) const METHODS: &[&str] = &["GET", "POST", "OPTIONS", "get"];

/// Addresses of clients and of listeners.
pub(super) const ADDRESSES: &[&str] = &[
    "192.0.2.1",
    "192.0.2.77",
    "10.1.2.3",
    "2001:db8::1",
    "::ffff:192.0.2.1",
];

/// Ranges of addresses.
const RANGES: &[&str] = &[
    "192.0.2.0/24",
    "192.0.2.1",
    "10.0.0.0/8",
    "0.0.0.0/0",
    "2001:db8::/32",
    "::/0",
    "::ffff:192.0.2.0/120",
];

/// A host pattern, of any kind.
pub(super) fn host() -> impl Strategy<Value = HostMatch> + Clone {
    let text = |text: &str| text.to_string();
    prop_oneof![
        2 => Just(HostMatch::Any),
        8 => select(HOSTS).prop_map(move |host| HostMatch::Exact(text(host))),
        5 => select(SUFFIXES).prop_map(move |host| HostMatch::Wildcard(text(host))),
        2 => select(SUFFIXES).prop_map(move |host| HostMatch::OneLabel(text(host))),
        2 => select(TAILS).prop_map(move |host| HostMatch::Suffix(text(host))),
        2 => select(TAILS).prop_map(move |host| HostMatch::WildcardSuffix(text(host))),
        2 => select(HEADS).prop_map(move |host| HostMatch::WildcardPrefix(text(host))),
        2 => select(HOST_REGEXES).prop_map(move |(regex, _)| HostMatch::Regex(text(regex))),
    ]
}

/// A path of at most three segments. `wide` is the number of further names that
/// the first segment can have.
pub(super) fn path(wide: usize) -> impl Strategy<Value = String> + Clone {
    let near = select(
        &[
            "/", "/a", "/a/", "/a/b", "/a/b/", "/a/b/c", "/ab", "/b", "/b/", "/a/ab", "/a//b",
            "/s.T/Get", "/s.T/", "/A", "/a/%2F", "/a;x=1", "/a\\b",
        ][..],
    );
    let rest = select(&["", "/", "/a", "/a/b", "/b/"][..]);
    let far = (0..wide.max(1), rest).prop_map(|(name, rest)| format!("/n{name}{rest}"));
    let share = u32::from(wide > 0) * 8;
    prop_oneof![2 => near.prop_map(String::from), share => far]
}

/// What a value must be, of any kind.
pub(super) fn value(wide: usize) -> impl Strategy<Value = ValueMatch> + Clone {
    let far = (0..wide.max(1)).prop_map(|name| ValueMatch::Exact(format!("v{name}")));
    prop_oneof![
        10 => value_of(VALUES),
        u32::from(wide > 0) * 6 => far,
    ]
}

/// What a value must be that is one of these, of any kind.
pub(super) fn value_of(
    texts: &'static [&'static str],
) -> impl Strategy<Value = ValueMatch> + Clone {
    let text = move || select(texts).prop_map(String::from);
    let piece = move || {
        (text(), 0usize..4, 1usize..4).prop_map(|(text, from, length)| {
            let from = from.min(text.len());
            let end = (from + length).min(text.len());
            text.get(from..end).unwrap_or_default().to_string()
        })
    };
    let regex = || select(VALUE_REGEXES).prop_map(|(regex, _)| regex.to_string());
    prop_oneof![
        6 => text().prop_map(ValueMatch::Exact),
        1 => piece().prop_map(ValueMatch::Prefix),
        1 => piece().prop_map(ValueMatch::Suffix),
        1 => piece().prop_map(ValueMatch::Contains),
        2 => vec(text(), 0..4).prop_map(ValueMatch::In),
        1 => select(VALUE_GLOBS).prop_map(|glob| ValueMatch::Glob(glob.into())),
        1 => regex().prop_map(ValueMatch::Regex),
        1 => regex().prop_map(ValueMatch::RegexStart),
        1 => regex().prop_map(ValueMatch::RegexSearch),
        1 => ranges(),
        1 => Just(ValueMatch::Present),
        1 => (-4i64..4, 0i64..16).prop_map(|(start, length)| ValueMatch::Range {
            start,
            end: start + length,
        }),
    ]
}

/// An address in some ranges.
pub(super) fn ranges() -> impl Strategy<Value = ValueMatch> + Clone {
    let range = select(RANGES).prop_map(|text| text.parse().expect("a range"));
    vec(range, 0..3).prop_map(ValueMatch::Cidr)
}

/// What a gRPC name must be, of any kind.
pub(super) fn name(names: &'static [&'static str]) -> impl Strategy<Value = ValueMatch> + Clone {
    prop_oneof![
        6 => select(names).prop_map(|name| ValueMatch::Exact(name.into())),
        1 => Just(ValueMatch::Regex("[a-z.]+[A-Z]?".into())),
        1 => Just(ValueMatch::Prefix("s".into())),
        1 => Just(ValueMatch::Present),
    ]
}

/// A draw: the ends, and anything between.
pub(super) fn number() -> impl Strategy<Value = u64> + Clone {
    prop_oneof![1 => Just(0), 1 => Just(u64::MAX), 4 => any::<u64>()]
}
