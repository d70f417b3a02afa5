//! A table of every predicate, filter and action on one path, and requests that are
//! long in every way there is.
//!
//! What an attacker would look for is a pattern that starts again at each byte of an
//! input that never quite fits: the texts of [`KINDS`] nearly match all of [`routes`].
//! The binary `linear` counts what grows with them, the contest `hostile` what they
//! cost beside ordinary requests.

use fingerpost::HeaderVerb;
use fingerpost::builder::{Match, Route, Routes, any, matching};
use fingerpost::compile::limits::Limits;
use fingerpost::model::{
    CorsOrigin, CorsPolicy, Fact, FactMatch, Filter, Format, HeaderMatch, HostMatch, PathMatch,
    PathRewrite, Predicate, QueryEdit, QueryMatch, QueryRewrite, Rewrite, Substitution, ValueMatch,
};
use fingerpost::{Precedence, RepeatedValues};

/// Bytes of an input, at least; doubled twice. What costs the same for every request
/// then no longer counts.
const BYTES: usize = 8 << 10;
/// Lines, parameters or cookies of an input, at least.
const COUNT: usize = 500;

/// Methods of the requests that are decided: each is for another action of the table.
pub const METHODS: [&[u8]; 4] = [b"GET", b"PUT", b"HEAD", b"POST"];

/// A kind of input, and how it grows.
#[derive(Debug)]
pub struct Kind {
    /// Its name.
    pub name: &'static str,
    /// Its smallest size: bytes, or lines, parameters or cookies.
    pub smallest: usize,
    /// Makes an input of a size.
    pub make: fn(usize) -> Input,
}

/// Every kind.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "path",
        smallest: BYTES,
        make: |size| Input::path(repeat("/y", size)),
    },
    Kind {
        name: "path-one-segment",
        smallest: BYTES,
        make: |size| Input::path(format!("/{}", repeat("a", size))),
    },
    Kind {
        name: "path-not-canonical",
        smallest: BYTES,
        make: |size| Input::path(repeat("/y//%61/../.", size)),
    },
    Kind {
        name: "query",
        smallest: BYTES,
        make: |size| Input::path(format!("/y?k=1&{}", repeat("a=b&", size))),
    },
    Kind {
        name: "query-one-value",
        smallest: BYTES,
        make: |size| Input::path(format!("/y?k={}", repeat("a%61", size))),
    },
    Kind {
        name: "query-one-name",
        smallest: COUNT,
        make: |size| Input::path(format!("/y?{}", repeat("k=aab&", size * 6))),
    },
    Kind {
        name: "headers",
        smallest: COUNT,
        make: |size| Input::headers((0..size).map(|at| (format!("x-other-{at}"), "1".into()))),
    },
    Kind {
        name: "headers-one-name",
        smallest: COUNT,
        make: |size| Input::headers((0..size).map(|_| ("x-k".into(), "aab".into()))),
    },
    Kind {
        name: "header-bytes",
        smallest: BYTES,
        make: |size| Input::headers([("x-k".into(), repeat("a", size))]),
    },
    Kind {
        name: "cookies",
        smallest: COUNT,
        make: |size| {
            let cookies: String = (0..size).map(|at| format!("c{at}=aab; ")).collect();
            Input::headers([("cookie".into(), cookies + "k=1")])
        },
    },
    Kind {
        name: "cookie-lines",
        smallest: COUNT,
        make: |size| Input::headers((0..size).map(|at| ("cookie".into(), format!("k=aab{at}")))),
    },
];

/// What a request is made of.
#[derive(Debug, Default)]
pub struct Input {
    /// Path and query.
    pub target: String,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
}

impl Input {
    fn path(target: String) -> Self {
        Self {
            target,
            ..Self::default()
        }
    }

    fn headers(headers: impl IntoIterator<Item = (String, String)>) -> Self {
        Self {
            target: "/y".into(),
            headers: headers.into_iter().collect(),
        }
    }
}

/// Every kind of predicate, filter and action, on one path. Rules that are never
/// taken come first, then one for each method of [`METHODS`].
pub fn routes() -> Routes {
    let never = misses();
    let route = never.into_iter().fold(Route::any_host(), |route, one| {
        route.rule(one.header("x-never", "1").to("never"))
    });
    let edits = |name: &str, value: &str| {
        [
            HeaderVerb::Set,
            HeaderVerb::Add,
            HeaderVerb::Append,
            HeaderVerb::SetIfAbsent,
            HeaderVerb::SetIfPresent,
        ]
        .map(|verb| (verb, name.to_string(), value.to_string()))
    };
    let mut forward = matching(PathMatch::Template("/{first}{rest=**}".into()))
        .method("GET")
        .split([("a", 1), ("b", 1)])
        .sticky(Fact::Header("x-k".into()))
        .hash(Fact::Path)
        .rewrite("/v2/{first}{rest}")
        .remove_header("x-other-7")
        .mirror("copy")
        .cors(CorsPolicy {
            allow_origins: vec![CorsOrigin::Any],
            ..CorsPolicy::default()
        })
        .metadata("limit", "per-user");
    let texts = [
        ("x-path", "{path}"),
        ("x-header", "{header.x-k}"),
        ("x-query", "{query.k}{decoded_query.k}"),
        ("x-cookie", "{cookie.k}"),
    ];
    for (name, value) in texts {
        for (verb, name, value) in edits(name, value) {
            forward = forward
                .request_header(verb, &name, &value)
                .response_header(verb, &name, &value);
        }
    }
    let substitution = Substitution {
        pattern: "y|a(a)".into(),
        replacement: Format::parse("{0}").unwrap_or_default(),
        all: true,
    };
    let query = QueryRewrite::Edit(vec![
        QueryEdit::Remove { name: "a".into() },
        QueryEdit::Set {
            name: "k".into(),
            value: Format::text("1"),
        },
    ]);
    let replaced = any().method("PUT").to("a").filter(Filter::Rewrite(Rewrite {
        path: Some(PathRewrite::Regex(substitution)),
        query: Some(query),
        ..Rewrite::default()
    }));
    let route = route
        .rule(forward)
        .rule(replaced)
        .rule(
            any()
                .method("HEAD")
                .redirect(308, "https://b.example/at{path}"),
        )
        .rule(any().method("POST").respond(403).body("no"));

    let mut limits = Limits::default();
    // The largest input is four times the smallest, and may be written twice.
    limits.request_target = 1 << 20;
    limits.repeated_header = 1 << 20;
    limits.captured = 1 << 20;
    // Twenty edits of the request and as many of the response may each hold the input.
    limits.rendered = 8 << 20;
    Routes::new()
        .precedence(Precedence::FirstMatch)
        .limits(limits)
        .route(route)
        // A host of every kind, so that hosts are looked up as in a real table.
        .route(
            Route::host("*.shop.example")
                .host_match(HostMatch::Suffix("-api.example".into()))
                .host_match(HostMatch::OneLabel("one.example".into()))
                .rule(any().to("shop")),
        )
}

/// A match for each kind of predicate. The texts of [`KINDS`] nearly match them all.
fn misses() -> Vec<Match> {
    let values = || {
        let text = |text: &str| text.to_string();
        [
            ValueMatch::Exact(text("aab")),
            ValueMatch::Prefix(text("aaab")),
            ValueMatch::Suffix(text("baa")),
            ValueMatch::Contains(text("aaaaaaab")),
            ValueMatch::In(vec![text("aaa"), text("aac")]),
            ValueMatch::Glob(text("*aab*aac*?d")),
            ValueMatch::Regex(text("(a+)+b")),
            ValueMatch::RegexStart(text("(?:a|aa)+c")),
            ValueMatch::RegexSearch(text("a.*a.*c$")),
            ValueMatch::Range { start: 1, end: 9 },
            ValueMatch::Cidr("10.0.0.0/8".parse().into_iter().collect()),
            ValueMatch::Present,
        ]
    };
    let paths = [
        PathMatch::Exact("/yy".into()),
        PathMatch::Prefix("/yz".into()),
        PathMatch::Segments("/y/z".into()),
        PathMatch::Suffix("/yyz".into()),
        PathMatch::Contains("/y/y/y/z".into()),
        PathMatch::Glob("/**/y/**/y/**/z".into()),
        PathMatch::Glob("/*a*a*a*b".into()),
        PathMatch::Template("/{a=**}/y/{b=**}/y/{c=**}z".into()),
        PathMatch::Template("/{a}a{b}a{c}b".into()),
        PathMatch::Regex("/(.*)/y/(.*)/y/(.*)z".into()),
        PathMatch::RegexStart("(/y|/y/y)+z".into()),
        PathMatch::RegexSearch("(a+)+b".into()),
    ];
    let mut matches: Vec<Match> = Vec::new();
    for path in paths {
        matches.push(matching(path.clone()));
        matches.push(matching(path).ignore_case());
    }
    for value in values() {
        let repeated = [
            RepeatedValues::Joined,
            RepeatedValues::Any,
            RepeatedValues::All,
            RepeatedValues::First,
        ];
        for repeated in repeated {
            matches.push(any().header_match(HeaderMatch {
                repeated,
                ..HeaderMatch::new("x-k", value.clone())
            }));
            matches.push(any().query_match(QueryMatch {
                repeated,
                ..QueryMatch::new("k", value.clone())
            }));
        }
        matches.push(any().query_match(QueryMatch {
            raw: true,
            ignore_case: true,
            ..QueryMatch::new("k", value.clone())
        }));
        matches.push(any().cookie("k", value.clone()));
        let facts = [Fact::RawQuery, Fact::RawPath, Fact::GrpcMethod];
        let tests = facts.map(|fact| FactMatch::new(fact, value.clone()).ignoring_case());
        matches.push(any().predicate(Predicate::negated(Predicate::all([
            Predicate::any(tests.map(Predicate::fact)),
            Predicate::fraction(1, 2),
        ]))));
    }
    matches
}

/// `text` again and again, for at least so many bytes.
fn repeat(text: &str, bytes: usize) -> String {
    text.repeat(bytes.div_ceil(text.len()))
}
