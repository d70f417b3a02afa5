//! For each variant of the model there is a document that gives it.
//!
//! [`variants`] makes an exhaustive match and the list of names from one declaration:
//! a new variant does not compile until it is named here, and then fails until a
//! document below gives it.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::cases::{Case, MATCHES, PATHS, RULES, VALUES};
use super::entries::{GATEWAYS, HOSTS};
use super::{document_of, sound};
use crate::model::{
    Action, CorsOrigin, EscapedSlashes, Fact, Filter, FormatPart, Fragment, HeaderVerb, HostForm,
    HostMatch, HostRewrite, MalformedEscapes, MetadataValue, PathMatch, PathParameters,
    PathRewrite, Precedence, Predicate, PredicateKind, PrefixJoin, Protocol, QueryEdit,
    QueryRewrite, RepeatedValues, RouteSet, Rule, Scheme, SessionPolicy, Target, ValueMatch,
};

/// Names of variants that were seen.
type Seen = BTreeSet<String>;

/// An enum whose variants must all be seen.
trait Variants {
    const NAMES: &'static [&'static str];
    fn name(&self) -> &'static str;
}

macro_rules! variants {
    ($($kind:ident: $($variant:ident)*;)*) => {
        $(impl Variants for $kind {
            const NAMES: &'static [&'static str] = &[$(concat!(stringify!($kind), "::", stringify!($variant))),*];
            fn name(&self) -> &'static str {
                match self {
                    $($kind::$variant { .. } => concat!(stringify!($kind), "::", stringify!($variant)),)*
                }
            }
        })*
        fn all() -> Vec<&'static str> {
            let lists: &[&[&'static str]] = &[$($kind::NAMES),*];
            lists.concat()
        }
    };
}

variants! {
    Action: Forward Redirect Respond;
    CorsOrigin: Any Exact Wildcard Value;
    EscapedSlashes: Keep Reject Unescape UnescapeAndRedirect;
    Fact: Path RawPath Method Scheme Host Authority AuthorityPort Port Version RawQuery Header
        Query RawQueryParameter Cookie Attribute SourceIp DestinationIp Sni ClientNamespace
        GrpcService GrpcMethod Grpc;
    Filter: Cors Fault Mirror Redirect RequestHeaders ResponseHeaders Rewrite;
    FormatPart: Text Capture Fact;
    Fragment: Strip Reject;
    HeaderVerb: Set Add Append SetIfAbsent SetIfPresent Remove;
    HostForm: Name Authority;
    HostMatch: Any Exact Wildcard OneLabel Suffix WildcardSuffix WildcardPrefix Regex;
    HostRewrite: To FromPath Backend;
    MalformedEscapes: Keep Reject;
    MetadataValue: Text Integer Number Boolean Json;
    PathMatch: Any Exact Prefix Segments Suffix Contains Glob Template Regex RegexStart
        RegexSearch Grpc;
    PathParameters: Keep Strip Reject;
    PathRewrite: Full Prefix Regex;
    Precedence: GatewayApi AppMesh FirstMatch OldestRoute Specific;
    PrefixJoin: Segments OneSlash Literal;
    Protocol: AnyHttp Http Https Tcp Tls Udp;
    QueryEdit: Set Add Remove Keep;
    QueryRewrite: To Edit;
    RepeatedValues: Joined Any All First;
    Scheme: Http Https;
    SessionPolicy: Cookie Header;
    Target: Backend Stage FromRequest Invalid;
    ValueMatch: Exact Prefix Suffix Contains In Glob Regex RegexStart RegexSearch Cidr Present
        Range;
}

/// Every document, with the piece that it gives.
fn documents() -> Vec<(String, &'static str)> {
    let of = |cases: &[Case], make: &dyn Fn(&str) -> String| -> Vec<(String, &'static str)> {
        cases
            .iter()
            .map(|(part, piece)| (make(part), *piece))
            .collect()
    };
    let of_route =
        |host: &str| format!("fingerpost: v1\nroutes: [{{name: r, hosts: [{host}], rules: []}}]\n");
    let of_gateway = |fields: &str| {
        format!(
            "fingerpost: v1\ngateways: [{{name: g, {fields}}}]\n\
             routes: [{{name: r, hosts: [a.b], rules: []}}]\n"
        )
    };
    let of_match = |part: &str| document_of(&format!("match: {{{part}}}, respond: 200"));
    [
        of(PATHS, &|part| of_match(&format!("path: {part}"))),
        of(VALUES, &|part| {
            of_match(&format!("headers: {{x-a: {part}}}"))
        }),
        of(MATCHES, &of_match),
        of(RULES, &|fields| document_of(fields)),
        of(GATEWAYS, &of_gateway),
        of(HOSTS, &of_route),
    ]
    .concat()
}

#[test]
fn each_document_gives_its_piece_of_the_model() {
    for (text, piece) in documents() {
        let set = sound(&text);
        let model = format!("{:?} {:?} {:?}", set.gateways, set.stages, set.routes);
        assert!(model.contains(piece), "{text}\nwants {piece}\nis {model}");
    }
}

#[test]
fn every_variant_of_the_model_has_a_document() {
    let mut seen = Seen::new();
    for (text, _) in documents() {
        visit(&sound(&text), &mut seen);
    }
    let missing: Vec<_> = all()
        .into_iter()
        .filter(|name| !seen.contains(*name))
        .collect();
    assert!(missing.is_empty(), "no document gives {missing:?}");
}

fn see<T: Variants>(value: &T, seen: &mut Seen) {
    seen.insert(value.name().to_owned());
}

fn visit(set: &RouteSet, seen: &mut Seen) {
    for gateway in &set.gateways {
        see(&gateway.normalization.escaped_slashes, seen);
        see(&gateway.normalization.path_parameters, seen);
        see(&gateway.normalization.fragment, seen);
        see(&gateway.normalization.malformed_escapes, seen);
        for listener in &gateway.listeners {
            see(&listener.protocol, seen);
            listener.hosts.iter().for_each(|host| see(host, seen));
        }
    }
    for stage in &set.stages {
        see(&stage.precedence, seen);
        see(&stage.host_form, seen);
        for binding in stage.attachments.iter().flat_map(|one| &one.hosts) {
            see(&binding.host, seen);
        }
    }
    let rules = set.routes.iter().flat_map(|route| &route.rules);
    rules.for_each(|rule| visit_rule(rule, seen));
}

fn visit_rule(rule: &Rule, seen: &mut Seen) {
    for one in &rule.matches {
        see(&one.path, seen);
        one.scheme.iter().for_each(|scheme| see(scheme, seen));
        for header in &one.headers {
            see(&header.value, seen);
            see(&header.repeated, seen);
        }
        one.predicates
            .iter()
            .for_each(|part| visit_predicate(part, seen));
    }
    rule.filters
        .iter()
        .for_each(|filter| visit_filter(filter, seen));
    see(&rule.action, seen);
    if let Action::Forward(targets) = &rule.action {
        for target in targets {
            see(&target.target, seen);
            target
                .filters
                .iter()
                .for_each(|filter| visit_filter(filter, seen));
        }
    }
    rule.session.iter().for_each(|session| see(session, seen));
    rule.metadata.iter().for_each(|(_, value)| see(value, seen));
}

fn visit_predicate(predicate: &Predicate, seen: &mut Seen) {
    match predicate.kind() {
        PredicateKind::Fact(test) => {
            see(&test.fact, seen);
            see(&test.value, seen);
        }
        PredicateKind::Fraction { .. } | PredicateKind::TooDeep => {}
        PredicateKind::All(parts) | PredicateKind::Any(parts) => {
            parts.iter().for_each(|part| visit_predicate(part, seen));
        }
        PredicateKind::Not(part) => visit_predicate(part, seen),
    }
}

fn visit_filter(filter: &Filter, seen: &mut Seen) {
    see(filter, seen);
    match filter {
        Filter::Cors(cors) => cors
            .allow_origins
            .iter()
            .for_each(|origin| see(origin, seen)),
        Filter::RequestHeaders(edits) => edits.iter().for_each(|edit| see(&edit.verb, seen)),
        Filter::Rewrite(rewrite) => {
            rewrite.host.iter().for_each(|host| see(host, seen));
            if let Some(HostRewrite::FromPath(substitution)) = &rewrite.host {
                substitution
                    .replacement
                    .parts()
                    .iter()
                    .for_each(|part| see(part, seen));
            }
            if let Some(HostRewrite::To(format)) = &rewrite.host {
                format.parts().iter().for_each(|part| see(part, seen));
            }
            if let Some(path) = &rewrite.path {
                see(path, seen);
                if let PathRewrite::Prefix { join, .. } = path {
                    see(join, seen);
                }
                if let PathRewrite::Full(format) = path {
                    format.parts().iter().for_each(|part| see(part, seen));
                }
            }
            if let Some(query) = &rewrite.query {
                see(query, seen);
                if let QueryRewrite::Edit(edits) = query {
                    edits.iter().for_each(|edit| see(edit, seen));
                }
            }
        }
        Filter::Fault(_) | Filter::Mirror(_) | Filter::Redirect(_) | Filter::ResponseHeaders(_) => {
        }
    }
}
