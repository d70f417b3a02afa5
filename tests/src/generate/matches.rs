//! Random matches and predicates.

use fingerpost::model::{
    Fact, FactMatch, HeaderMatch, PathMatch, Predicate, QueryMatch, RepeatedValues, RouteMatch,
    Scheme, ValueMatch,
};
use proptest::collection::vec;
use proptest::option::{of, weighted};
use proptest::prelude::{BoxedStrategy, Just, Strategy, any, prop_oneof};
use proptest::sample::select;

use super::words;

pub(super) fn route_match(wide: usize) -> impl Strategy<Value = RouteMatch> {
    let methods = prop_oneof![
        3 => Just(Vec::new()),
        1 => vec(select(words::METHODS).prop_map(String::from), 1..=2),
    ];
    let scheme = weighted(0.1, select(&[Scheme::Http, Scheme::Https][..]));
    let grpc_only = rarely(10);
    let headers = prop_oneof![3 => Just(Vec::new()), 2 => vec(header(wide), 1..=3)];
    let query = prop_oneof![3 => Just(Vec::new()), 1 => vec(query(wide), 1..=2)];
    let predicates = prop_oneof![4 => Just(Vec::new()), 1 => vec(predicate(wide), 1..=2)];
    let tests = (headers, query, predicates);
    let path = (path(wide), rarely(8), rarely(12));
    (path, methods, scheme, grpc_only, tests).prop_map(
        |(path, methods, scheme, grpc_only, tests)| {
            let (path, path_ignore_case, path_raw) = path;
            let (mut headers, query, predicates) = tests;
            // Names differ: see `RouteMatch::headers`.
            headers.sort_by(|a, b| a.name.cmp(&b.name));
            headers.dedup_by(|a, b| a.name == b.name);
            RouteMatch {
                path,
                path_ignore_case,
                path_raw,
                methods,
                scheme,
                headers,
                query,
                grpc_only,
                predicates,
                ..RouteMatch::default()
            }
        },
    )
}

fn path(wide: usize) -> impl Strategy<Value = PathMatch> {
    let grpc = (
        of(words::name(words::SERVICES)),
        of(words::name(words::CALLS)),
    );
    let piece = || select(&["", "/", "b", "/b", "a/b", "json", "/a"][..]).prop_map(String::from);
    let regex = || select(words::PATH_REGEXES).prop_map(|(regex, _)| regex.to_string());
    prop_oneof![
        2 => Just(PathMatch::Any),
        6 => words::path(wide).prop_map(PathMatch::Exact),
        6 => words::path(wide).prop_map(PathMatch::Prefix),
        8 => words::path(wide).prop_map(PathMatch::Segments),
        1 => piece().prop_map(PathMatch::Suffix),
        1 => piece().prop_map(PathMatch::Contains),
        2 => select(words::GLOBS).prop_map(|(glob, _)| PathMatch::Glob(glob.into())),
        3 => select(words::TEMPLATES).prop_map(|(text, _)| PathMatch::Template(text.into())),
        3 => regex().prop_map(PathMatch::Regex),
        1 => regex().prop_map(PathMatch::RegexStart),
        1 => regex().prop_map(PathMatch::RegexSearch),
        2 => grpc.prop_map(|(service, method)| PathMatch::Grpc { service, method }),
    ]
}

/// A regular expression, of everything that bears on the text that it begins with.
pub(super) fn expression() -> BoxedStrategy<String> {
    let text = select(&["/", "/", "/a", "a", "b", "[a]", "(?i:b)", "(?i:/)"][..]);
    let other = select(&["[ab]", ".", "[^/]", "", "[a&&b]"][..]);
    let assertion = select(
        &[
            "^",
            "$",
            r"\A",
            r"\z",
            r"\b",
            r"\B",
            r"\b{start}",
            r"\b{end}",
            "(?m:^)",
            "(?m:$)",
        ][..],
    );
    let leaf = prop_oneof![5 => text, 1 => other, 2 => assertion].prop_map(String::from);
    let inner = leaf.prop_recursive(4, 16, 3, |part| {
        let some = vec(part.clone(), 1..=3);
        let times = select(&["*", "+", "?", "??", "{2}", "{1,2}", "{0}", "{2,}"][..]);
        prop_oneof![
            3 => some.clone().prop_map(|parts| parts.concat()),
            2 => some.prop_map(|parts| format!("(?:{})", parts.join("|"))),
            2 => (part.clone(), times).prop_map(|(part, times)| format!("(?:{part}){times}")),
            1 => part.prop_map(|part| format!("({part})")),
        ]
    });
    (select(&["", "/", "/a"][..]), inner)
        .prop_map(|(start, rest)| format!("{start}{rest}"))
        .boxed()
}

fn repeated() -> impl Strategy<Value = RepeatedValues> {
    select(
        &[
            RepeatedValues::Joined,
            RepeatedValues::Any,
            RepeatedValues::All,
            RepeatedValues::First,
        ][..],
    )
}

/// Case, negation and what a missing value gives.
fn manner() -> impl Strategy<Value = (bool, bool, bool, RepeatedValues)> {
    (rarely(5), rarely(5), rarely(5), repeated())
}

fn header(wide: usize) -> impl Strategy<Value = HeaderMatch> {
    (select(words::HEADERS), words::value(wide), manner()).prop_map(
        |(name, value, (ignore_case, invert, missing_matches, repeated))| HeaderMatch {
            ignore_case,
            invert,
            missing_matches,
            repeated,
            ..HeaderMatch::new(name, value)
        },
    )
}

fn query(wide: usize) -> impl Strategy<Value = QueryMatch> {
    let name = select(words::PARAMETERS);
    (name, words::value(wide), manner(), rarely(4)).prop_map(
        |(name, value, (ignore_case, invert, missing_matches, repeated), raw)| QueryMatch {
            ignore_case,
            invert,
            missing_matches,
            repeated,
            raw,
            ..QueryMatch::new(name, value)
        },
    )
}

fn predicate(wide: usize) -> BoxedStrategy<Predicate> {
    let share = (0u32..4, 1u32..4)
        .prop_map(|(numerator, denominator)| Predicate::fraction(numerator, denominator));
    let leaf = prop_oneof![8 => fact_match(wide).prop_map(Predicate::fact), 1 => share];
    leaf.prop_recursive(4, 12, 3, |part| {
        prop_oneof![
            vec(part.clone(), 0..3).prop_map(Predicate::all),
            vec(part.clone(), 0..3).prop_map(Predicate::any),
            part.prop_map(Predicate::negated),
        ]
    })
    .boxed()
}

fn fact_match(wide: usize) -> impl Strategy<Value = FactMatch> {
    (tested(wide), manner()).prop_map(
        |((fact, value), (ignore_case, invert, missing_matches, repeated))| FactMatch {
            ignore_case,
            invert,
            missing_matches,
            repeated,
            ..FactMatch::new(fact, value)
        },
    )
}

/// A fact, and a value that it can have.
fn tested(wide: usize) -> BoxedStrategy<(Fact, ValueMatch)> {
    let named = |names: &'static [&'static str], fact: fn(String) -> Fact| {
        (select(names), words::value(wide))
            .prop_map(move |(name, value)| (fact(name.into()), value))
    };
    let plain = select(PLAIN).prop_flat_map(|(fact, texts)| {
        words::value_of(texts).prop_map(move |value| (fact.clone(), value))
    });
    let address = select(&[Fact::SourceIp, Fact::DestinationIp][..]);
    prop_oneof![
        3 => named(words::HEADERS, Fact::Header),
        2 => named(words::PARAMETERS, Fact::Query),
        2 => named(words::PARAMETERS, Fact::RawQueryParameter),
        3 => named(words::COOKIES, Fact::Cookie),
        3 => named(words::ATTRIBUTES, Fact::Attribute),
        8 => plain,
        2 => (address, words::ranges()),
    ]
    .boxed()
}

/// Facts without a name, and values that they can have.
const PLAIN: &[(Fact, &[&str])] = &[
    (Fact::Path, &["/a", "/a/b", "/", "/b", "/ab"]),
    (Fact::RawPath, &["/a", "/a/b", "/%61", "/b", "/./a"]),
    (Fact::Method, words::METHODS),
    (Fact::Scheme, &["http", "https"]),
    (Fact::Host, words::HOSTS),
    (
        Fact::Authority,
        &["a.test", "a.test:8080", "A.TEST", "x.test"],
    ),
    (Fact::AuthorityPort, &["8080", "443", "80"]),
    (Fact::Port, &["80", "443", "8080"]),
    (Fact::Version, &["1", "2", "3"]),
    (Fact::RawQuery, &["", "q=1", "q", "q=a&r=b"]),
    (Fact::SourceIp, words::ADDRESSES),
    (Fact::DestinationIp, words::ADDRESSES),
    (Fact::Sni, words::HOSTS),
    (Fact::ClientNamespace, &["team", "other"]),
    (Fact::GrpcService, words::SERVICES),
    (Fact::GrpcMethod, words::CALLS),
    (Fact::Grpc, &["grpc", ""]),
];

/// A fact of any kind.
pub(super) fn fact() -> BoxedStrategy<Fact> {
    let plain = select(PLAIN).prop_map(|(fact, _)| fact);
    prop_oneof![
        3 => select(words::HEADERS).prop_map(|name| Fact::Header(name.into())),
        1 => select(words::PARAMETERS).prop_map(|name| Fact::Query(name.into())),
        1 => select(words::PARAMETERS).prop_map(|name| Fact::RawQueryParameter(name.into())),
        1 => select(words::COOKIES).prop_map(|name| Fact::Cookie(name.into())),
        1 => select(words::ATTRIBUTES).prop_map(|name| Fact::Attribute(name.into())),
        3 => plain,
    ]
    .boxed()
}

/// Once in `times`.
pub(super) fn rarely(times: u32) -> impl Strategy<Value = bool> + Clone {
    prop_oneof![times - 1 => Just(false), 1 => Just(true)]
}

/// Either.
pub(super) fn either() -> impl Strategy<Value = bool> + Clone {
    any::<bool>()
}
