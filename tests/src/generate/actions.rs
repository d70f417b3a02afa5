//! Random actions, filters and texts with holes.

use std::mem::discriminant;

use fingerpost::model::{
    Action, Backend, CorsOrigin, CorsPolicy, Fact, Fault, Filter, Format, FormatPart, HashKey,
    HeaderEdit, HeaderVerb, HostRewrite, InvalidTarget, MetadataValue, Mirror, Origin, PathRewrite,
    PrefixJoin, QueryEdit, QueryRewrite, Redirect, Respond, Rewrite, Scheme, StageId, Substitution,
    Target, ValueMatch, WeightedTarget,
};
use proptest::collection::vec;
use proptest::option::{of, weighted};
use proptest::prelude::{BoxedStrategy, Just, Strategy, prop_oneof};
use proptest::sample::select;

use super::matches::{either, fact, rarely};
use super::words;
use crate::build::backend;

pub(super) fn action() -> impl Strategy<Value = Action> {
    let body = select(&["", "text"][..]);
    let respond = (select(&[200u16, 403, 500][..]), body).prop_map(|(status, body)| {
        Action::Respond(Respond {
            status,
            body: body.into(),
            reason: String::new(),
        })
    });
    prop_oneof![
        8 => vec(target(), 1..=3).prop_map(Action::Forward),
        1 => redirect().prop_map(Action::Redirect),
        1 => respond,
        1 => vec(target(), 0..=1).prop_map(Action::Forward),
    ]
}

fn target() -> impl Strategy<Value = WeightedTarget> {
    let named = (0usize..40).prop_map(|name| backend(&format!("b{name}")));
    let asked =
        (fact(), select(&[500u16, 503][..])).prop_map(|(fact, status)| Target::FromRequest {
            kind: "cluster".into(),
            fact,
            status,
        });
    let stage = (0u32..8, metadata()).prop_map(|(stage, metadata)| Target::Stage {
        stage: StageId(stage),
        metadata,
    });
    let target = prop_oneof![
        12 => named.prop_map(Target::Backend),
        14 => stage,
        2 => asked,
        2 => invalid().prop_map(Target::Invalid),
    ];
    let weight =
        prop_oneof![1 => Just(0u32), 4 => 1u32..10, 1 => Just(1_000_000), 1 => Just(u32::MAX)];
    let filters = prop_oneof![4 => Just(Vec::new()), 1 => filters(true)];
    let failover = prop_oneof![
        5 => Just(Vec::new()),
        1 => vec((0usize..4).prop_map(|name| backend(&format!("f{name}"))), 1..=2),
    ];
    (target, weight, filters, failover).prop_map(|(target, weight, filters, failover)| {
        WeightedTarget {
            target,
            weight,
            filters,
            failover,
            origin: Origin::default(),
        }
    })
}

fn invalid() -> impl Strategy<Value = InvalidTarget> {
    select(&[500u16, 503][..]).prop_map(|status| InvalidTarget {
        backend: Backend::default(),
        reason: "BackendNotFound".into(),
        status,
    })
}

fn redirect() -> impl Strategy<Value = Redirect> {
    let scheme = of(select(&[Scheme::Http, Scheme::Https][..]));
    let plain = Just(Format::from("to.test"));
    let host = of(prop_oneof![3 => plain, 1 => Just(hole(Fact::Host))]);
    let port = of(select(&[80u16, 443, 8443][..]));
    let status = select(&[300u16, 301, 302, 303, 307, 308][..]);
    let query = weighted(0.3, query_rewrite());
    (scheme, host, port, of(path_rewrite()), query, status).prop_map(
        |(scheme, host, port, path, query, status)| Redirect {
            scheme,
            host,
            port,
            path,
            query,
            status,
        },
    )
}

/// Patterns that are replaced in paths, and their groups.
const SUBSTITUTED: &[(&str, &[&str])] = &[
    ("a", &["0"]),
    ("/a", &["0"]),
    ("^/a(/.*)?$", &["0", "1"]),
    ("b*", &["0"]),
    ("(?P<id>[ab])/", &["0", "1", "id"]),
    ("/", &["0"]),
];

/// Filters of which those that answer are there once at most.
pub(super) fn filters(of_target: bool) -> impl Strategy<Value = Vec<Filter>> {
    vec(filter(of_target), 1..=3).prop_map(|filters| {
        let mut kept: Vec<Filter> = Vec::new();
        for filter in filters {
            let kind = discriminant(&filter);
            let once = matches!(
                filter,
                Filter::Fault(_) | Filter::Cors(_) | Filter::Redirect(_)
            );
            if !once || !kept.iter().any(|other| discriminant(other) == kind) {
                kept.push(filter);
            }
        }
        kept
    })
}

fn filter(of_target: bool) -> impl Strategy<Value = Filter> {
    let edits = || vec(edit(), 1..=3);
    let method = weighted(0.2, select(&["POST", "PUT"][..]).prop_map(String::from));
    let query = weighted(0.3, query_rewrite());
    let rewrite = (of(host_rewrite()), of(path_rewrite()), query, method).prop_map(
        |(host, path, query, method)| {
            Filter::Rewrite(Rewrite {
                host,
                path,
                query,
                method,
            })
        },
    );
    prop_oneof![
        3 => rewrite,
        2 => edits().prop_map(Filter::RequestHeaders),
        1 => edits().prop_map(Filter::ResponseHeaders),
        1 => mirror().prop_map(Filter::Mirror),
        u32::from(!of_target) => fault().prop_map(Filter::Fault),
        1 => cors().prop_map(Filter::Cors),
        u32::from(of_target) => redirect().prop_map(Filter::Redirect),
    ]
}

fn host_rewrite() -> impl Strategy<Value = HostRewrite> {
    let from_path = Substitution {
        pattern: "^/([a-z]+).*$".into(),
        replacement: Format::from_parts([capture("1"), text(".test")]),
        all: false,
    };
    let first = Substitution {
        pattern: "/.*".into(),
        replacement: "b.a.test".into(),
        all: true,
    };
    prop_oneof![
        24 => select(words::HOSTS).prop_map(|host| HostRewrite::To(host.into())),
        1 => Just(HostRewrite::To("a.test:8080".into())),
        1 => Just(HostRewrite::To(hole(Fact::Header("x-a".into())))),
        1 => Just(HostRewrite::To(Format::from_parts([capture("id"), text(".test")]))),
        1 => Just(HostRewrite::FromPath(from_path)),
        1 => Just(HostRewrite::FromPath(first)),
        1 => Just(HostRewrite::Backend),
    ]
}

/// A new path, of any kind.
pub(super) fn path_rewrite() -> BoxedStrategy<PathRewrite> {
    let join = select(
        &[
            PrefixJoin::Segments,
            PrefixJoin::OneSlash,
            PrefixJoin::Literal,
        ][..],
    );
    let replacement = prop_oneof![
        9 => select(&["", "/", "/a", "/a/", "/x", "/b/c/"][..]),
        1 => select(&["/x?y=", "/x?", "/a%2Fb;c/", "/a%", "/a%2", "/a%zz?q&"][..]),
    ];
    let prefix = (replacement, join).prop_map(|(replacement, join)| PathRewrite::Prefix {
        replacement: replacement.into(),
        join,
    });
    let full = select(&["/", "/a/b", "/new", "/s.T/Get", "/a/b?x=1"][..]);
    // A constant, however it was cut.
    let cut = vec(
        select(&["/", "a", "..", "%2", "e", "f", ";", "?", ""][..]),
        1..=5,
    );
    let cut = cut.prop_map(|texts| Format::from_parts(texts.into_iter().map(text)));
    let substitution = select(SUBSTITUTED).prop_flat_map(|(pattern, groups)| {
        (format_of(groups), either()).prop_map(move |(replacement, all)| {
            PathRewrite::Regex(Substitution {
                pattern: pattern.into(),
                replacement,
                all,
            })
        })
    });
    // Without a hole it is a constant, which the compiler asks more of.
    let start = select(
        &[
            "/p/",
            "/p",
            "/a%2Fb;c/",
            "/%2",
            "/%",
            "/a?q=",
            "/a?",
            "/a?b&",
        ][..],
    );
    let holes = (
        start,
        prop_oneof![5 => fact(), 1 => Just(Fact::RawQuery)],
        format(),
    )
        .prop_map(|(start, fact, rest)| {
            let parts = [text(start), FormatPart::Fact(fact)].into_iter();
            PathRewrite::Full(Format::from_parts(
                parts.chain(rest.parts().iter().cloned()),
            ))
        });
    prop_oneof![
        16 => prefix,
        4 => full.prop_map(|path| PathRewrite::Full(path.into())),
        1 => cut.prop_map(PathRewrite::Full),
        3 => holes,
        2 => substitution,
    ]
    .boxed()
}

/// A new query, of any kind.
pub(super) fn query_rewrite() -> BoxedStrategy<QueryRewrite> {
    let name = || select(words::PARAMETERS).prop_map(String::from);
    let edit = prop_oneof![
        (name(), format()).prop_map(|(name, value)| QueryEdit::Set { name, value }),
        (name(), format()).prop_map(|(name, value)| QueryEdit::Add { name, value }),
        name().prop_map(|name| QueryEdit::Remove { name }),
        vec(name(), 0..2).prop_map(|names| QueryEdit::Keep { names }),
    ];
    prop_oneof![
        select(&["", "x=1", "q=1&q=2"][..]).prop_map(|query| QueryRewrite::To(query.into())),
        format().prop_map(QueryRewrite::To),
        vec(edit, 0..3).prop_map(QueryRewrite::Edit),
    ]
    .boxed()
}

fn edit() -> impl Strategy<Value = HeaderEdit> {
    let verb = select(
        &[
            HeaderVerb::Set,
            HeaderVerb::Add,
            HeaderVerb::Append,
            HeaderVerb::SetIfAbsent,
            HeaderVerb::SetIfPresent,
            HeaderVerb::Remove,
        ][..],
    );
    let value = prop_oneof![
        3 => (0u32..9).prop_map(|value| Format::from(format!("e{value}"))),
        1 => format(),
    ];
    (verb, select(words::HEADERS), value).prop_map(|(verb, name, value)| HeaderEdit {
        verb,
        name: name.into(),
        value: match verb {
            HeaderVerb::Remove => Format::default(),
            _ => value,
        },
    })
}

fn mirror() -> impl Strategy<Value = Mirror> {
    let target = prop_oneof![
        4 => Just(Ok(backend("copy"))),
        1 => invalid().prop_map(Err),
    ];
    (
        target,
        select(&[(0u32, 1u32), (1, 1), (1, 2), (10, 100), (100, 100)][..]),
    )
        .prop_map(|(target, (numerator, denominator))| Mirror {
            target,
            numerator,
            denominator,
        })
}

fn fault() -> impl Strategy<Value = Fault> {
    let share = || select(&[0u32, 1, 250_000, 500_000, 1_000_000][..]);
    (of(1u64..9), share(), of(Just(503u16)), share()).prop_map(
        |(delay_ms, delay_ppm, abort_status, abort_ppm)| Fault {
            delay_ms,
            delay_ppm,
            abort_status,
            abort_ppm,
            abort_grpc_status: None,
        },
    )
}

fn cors() -> impl Strategy<Value = CorsPolicy> {
    let scheme = || select(&["http", "https"][..]).prop_map(String::from);
    let port = || select(&[80u16, 443, 8443][..]);
    let origin = prop_oneof![
        1 => Just(CorsOrigin::Any),
        2 => (scheme(), port()).prop_map(|(scheme, port)| CorsOrigin::Exact {
            scheme,
            host: "o".into(),
            port,
        }),
        1 => (scheme(), select(&["", "test"][..]), port()).prop_map(|(scheme, suffix, port)| {
            CorsOrigin::Wildcard {
                scheme,
                suffix: suffix.into(),
                port,
            }
        }),
        1 => Just(CorsOrigin::Value(ValueMatch::Exact("https://o".into()))),
        1 => Just(CorsOrigin::Value(ValueMatch::Prefix("https://".into()))),
        1 => Just(CorsOrigin::Value(ValueMatch::Regex("https?://[ab]\\.test".into()))),
    ];
    const LISTS: &[&[&str]] = &[&[], &["*"], &["GET", "PUT"]];
    let listed = || {
        let words = |list: &[&str]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
        select(LISTS).prop_map(words)
    };
    (
        vec(origin, 0..3),
        listed(),
        listed(),
        listed(),
        rarely(3),
        of(0u32..9),
    )
        .prop_map(
            |(
                allow_origins,
                allow_methods,
                allow_headers,
                expose_headers,
                allow_credentials,
                age,
            )| {
                CorsPolicy {
                    allow_origins,
                    allow_methods,
                    allow_headers,
                    expose_headers,
                    allow_credentials,
                    max_age_s: age,
                }
            },
        )
}

/// A text with holes, or without.
fn format() -> BoxedStrategy<Format> {
    format_of(&["id", "rest", "0", "1", "2"])
}

/// A text with holes for these captures and for facts.
fn format_of(captures: &'static [&'static str]) -> BoxedStrategy<Format> {
    let part = prop_oneof![
        3 => select(&["", "x", "/", "a b", "=1", "?", "ä"][..]).prop_map(text),
        2 => select(&["&", "&x=", "?y=", "%", "%2", "%2F", ";", "f", "%zz"][..]).prop_map(text),
        3 => select(captures).prop_map(capture),
        3 => fact().prop_map(FormatPart::Fact),
        1 => Just(FormatPart::Fact(Fact::RawQuery)),
    ];
    prop_oneof![
        1 => select(&["", "v", "1"][..]).prop_map(Format::from),
        2 => vec(part, 1..=5).prop_map(Format::from_parts),
    ]
    .boxed()
}

/// Keys of a hash.
pub(super) fn keys() -> impl Strategy<Value = Vec<HashKey>> {
    let key = (fact(), rarely(3)).prop_map(|(fact, terminal)| HashKey { fact, terminal });
    prop_oneof![3 => Just(Vec::new()), 1 => vec(key, 1..=3)]
}

/// Facts that travel with a decision.
pub(super) fn metadata() -> impl Strategy<Value = Vec<(String, MetadataValue)>> {
    let value = prop_oneof![
        Just(MetadataValue::from("text")),
        (-3i64..3).prop_map(MetadataValue::Integer),
        Just(MetadataValue::Number(0.5)),
        either().prop_map(MetadataValue::Boolean),
        Just(MetadataValue::Json(r#"{"a":[1]}"#.into())),
    ];
    let pair = (select(&["m", "n"][..]).prop_map(String::from), value);
    prop_oneof![4 => Just(Vec::new()), 1 => vec(pair, 1..=2)]
}

fn hole(fact: Fact) -> Format {
    Format::from_parts([FormatPart::Fact(fact)])
}

fn capture(name: &str) -> FormatPart {
    FormatPart::Capture(name.into())
}

fn text(text: &str) -> FormatPart {
    FormatPart::Text(text.into())
}
