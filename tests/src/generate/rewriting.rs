//! One rule that writes a new path, query or Location, and requests that would break
//! out of what it writes.

use fingerpost::model::{
    Action, EscapedSlashes, Filter, MalformedEscapes, Normalization, PathMatch, PathParameters,
    Precedence, Redirect, Rewrite, RouteMatch, RouteSet, Rule,
};
use fingerpost::oracle::Request;
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::{Just, Strategy, prop_oneof};
use proptest::sample::select;

use super::actions::{path_rewrite, query_rewrite};
use super::set::normalization;
use super::words::{ATTRIBUTES, COOKIES, HEADERS, HOSTILE, PARAMETERS};
use crate::build::{filtered, one_stage, path, route};

/// A gateway with one rule.
pub(super) fn route_set() -> impl Strategy<Value = RouteSet> {
    let matched = prop_oneof![
        Just(PathMatch::Any),
        select(&["/", "/a", "/a/"][..]).prop_map(|text| PathMatch::Prefix(text.into())),
        select(&["/a/{id}", "/{id}{rest=**}"][..])
            .prop_map(|text| PathMatch::Template(text.into())),
        Just(PathMatch::Regex("/(?P<id>[^/]*)(.*)".into())),
    ];
    let parts = (
        weighted(0.8, path_rewrite()),
        weighted(0.4, query_rewrite()),
    );
    let rule = (matched, parts, select(&[false, false, true][..]));
    let strict = normalization().prop_map(|normalization| Normalization {
        escaped_slashes: EscapedSlashes::Reject,
        path_parameters: PathParameters::Reject,
        malformed_escapes: MalformedEscapes::Reject,
        ..normalization
    });
    let normalization = prop_oneof![normalization(), strict];
    (rule, normalization).prop_map(|((matched, (new, query), is_redirect), normalization)| {
        let item = path(matched);
        let rule = match is_redirect {
            true => redirecting(item, |redirect| {
                (redirect.path, redirect.query) = (new, query);
            }),
            false => {
                let rewrite = Rewrite {
                    path: new,
                    query,
                    ..Rewrite::default()
                };
                filtered("b", vec![item], vec![Filter::Rewrite(rewrite)])
            }
        };
        let mut set = one_stage(Precedence::FirstMatch, vec![(&[], route("r", vec![rule]))]);
        set.gateways[0].normalization = normalization;
        set
    })
}

fn redirecting(item: RouteMatch, change: impl FnOnce(&mut Redirect)) -> Rule {
    let mut redirect = Redirect {
        status: 302,
        ..Redirect::default()
    };
    change(&mut redirect);
    Rule {
        matches: vec![item],
        ..Rule::new(Action::Redirect(redirect))
    }
}

/// A request of which every value is one that would break out.
pub(super) fn request() -> impl Strategy<Value = Request> {
    let values = || vec(select(HOSTILE), HEADERS.len());
    let paths = &[
        "/", "/a", "/a/b&c", "/a/b;c", "/a%2fb", "/ab/a/", "/a/f&", "/a/%3f",
    ][..];
    let query = vec((select(PARAMETERS), select(HOSTILE)), 0..3);
    (select(paths), query, values(), values(), values()).prop_map(
        |(path, query, headers, attributes, cookies)| {
            let spelled = |(name, value): (&str, &str)| {
                let escaped = value.bytes().map(|byte| format!("%{byte:02x}"));
                // `?` and `;` may stand in a query as they are.
                let value = match value.contains(['&', '#', ' ', '%']) {
                    true => escaped.collect(),
                    false => value.to_string(),
                };
                format!("{}={value}", name.replace(' ', "%20"))
            };
            let query: Vec<_> = query.into_iter().map(spelled).collect();
            let target = match query.is_empty() {
                true => path.to_string(),
                false => format!("{path}?{}", query.join("&")),
            };
            let mut request = Request::new("GET", Some("a.test"), &target);
            let pairs = HEADERS.iter().zip(headers);
            let pairs = pairs.map(|(name, value)| ((*name).into(), value.into()));
            request.headers.extend(pairs);
            let cookies = COOKIES.iter().zip(cookies);
            let cookies: Vec<_> = cookies
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            let line = cookies.join("; ").into_bytes();
            request.headers.push((b"cookie".to_vec(), line));
            let pairs = ATTRIBUTES.iter().zip(attributes);
            let pairs = pairs.map(|(name, value)| (name.to_string(), value.into()));
            request.attributes.extend(pairs);
            request
        },
    )
}
