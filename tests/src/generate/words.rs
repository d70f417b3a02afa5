//! The alphabets.

use fingerpost::model::{HostMatch, ValueMatch};
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

/// Regular expressions over paths, each with texts that it takes.
pub(super) const PATH_REGEXES: &[(&str, &[&str])] = &[
    ("/a.*", &["/a", "/a/b", "/ab"]),
    ("/a(/.*)?", &["/a", "/a/", "/a/b/c"]),
    ("/[ab]+", &["/a", "/ab", "/bba"]),
    ("/a/[^/]+", &["/a/b", "/a/ab"]),
    ("/(a|b)/(b|c)/?", &["/a/b", "/b/c/", "/a/b/"]),
    (".*b", &["/b", "/a/b", "/ab"]),
    ("/s\\.T/(Get|Put)", &["/s.T/Get", "/s.T/Put"]),
    ("/a/b|/b", &["/a/b", "/b"]),
    ("/[^a]*", &["/", "/b", "/b/c"]),
    ("/a/.{2,4}", &["/a/bb", "/a/b/c"]),
    ("(?i)/A/B", &["/a/b", "/A/b"]),
];

/// Regular expressions over values, each with texts that it takes.
pub(super) const VALUE_REGEXES: &[(&str, &[&str])] = &[
    ("a.*", &["a", "ab", "abc"]),
    ("[0-9]+", &["1", "12", "007"]),
    (".*b.*", &["b", "ab", "abc"]),
    ("", &[""]),
    ("(1|2),?.*", &["1", "2,1", "12"]),
    ("[^,]*", &["", "ab", "1"]),
];

/// Values of headers and query parameters.
pub(super) const VALUES: &[&str] = &["", "1", "2", "12", "a", "ab", "abc", "b", "a,b", "-3", "+7"];

/// Names of headers in rules, lower case.
pub(super) const HEADERS: &[&str] = &["x-a", "x-b", "x-c", "x-d"];

/// Names of query parameters in rules.
pub(super) const PARAMETERS: &[&str] = &["q", "r", "a b", "Q"];

/// gRPC services and methods.
pub(super) const SERVICES: &[&str] = &["s.T", "s.U", "s"];
/// Methods of the services.
pub(super) const CALLS: &[&str] = &["Get", "Put", "G"];

/// HTTP methods; one that differs in case alone.
pub(super) const METHODS: &[&str] = &["GET", "POST", "OPTIONS", "get"];

/// A host pattern, of any kind.
pub(super) fn host() -> impl Strategy<Value = HostMatch> + Clone {
    let text = |text: &str| text.to_string();
    prop_oneof![
        1 => Just(HostMatch::Any),
        4 => select(HOSTS).prop_map(move |host| HostMatch::Exact(text(host))),
        3 => select(SUFFIXES).prop_map(move |host| HostMatch::Wildcard(text(host))),
        1 => select(&["a.test", ".test", "st", ".a.test"][..])
            .prop_map(move |host| HostMatch::Suffix(text(host))),
    ]
}

/// A path of at most three segments. `wide` is the number of further names that
/// the first segment can have.
pub(super) fn path(wide: usize) -> impl Strategy<Value = String> + Clone {
    let near = select(
        &[
            "/", "/a", "/a/", "/a/b", "/a/b/", "/a/b/c", "/ab", "/b", "/b/", "/a/ab", "/a//b",
            "/s.T/Get", "/s.T/", "/A", "/a/%2F",
        ][..],
    );
    let rest = select(&["", "/", "/a", "/a/b", "/b/"][..]);
    let far = (0..wide.max(1), rest).prop_map(|(name, rest)| format!("/n{name}{rest}"));
    let share = u32::from(wide > 0) * 8;
    prop_oneof![2 => near.prop_map(String::from), share => far]
}

/// What a value must be, of any kind.
pub(super) fn value(wide: usize) -> impl Strategy<Value = ValueMatch> + Clone {
    let text = || select(VALUES).prop_map(String::from);
    let far = (0..wide.max(1)).prop_map(|name| ValueMatch::Exact(format!("v{name}")));
    prop_oneof![
        4 => text().prop_map(ValueMatch::Exact),
        u32::from(wide > 0) * 6 => far,
        1 => text().prop_map(ValueMatch::Prefix),
        1 => text().prop_map(ValueMatch::Suffix),
        1 => text().prop_map(ValueMatch::Contains),
        1 => select(VALUE_REGEXES).prop_map(|(regex, _)| ValueMatch::Regex(regex.into())),
        1 => Just(ValueMatch::Present),
        1 => (-4i64..4, 1i64..16).prop_map(|(start, length)| ValueMatch::Range {
            start,
            end: start + length,
        }),
    ]
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
