//! Filters of a rule or backend.

use alloc::format;

use crate::diagnostic::codes::gateway_api as codes;
use crate::import::document::Node;
use crate::import::schema::{Report, field_place, place};

use super::unions::{Union, union};
use super::{At, backends, field, items};

const HTTP: Union = Union {
    tag: "type",
    default: "",
    members: &[
        ("RequestHeaderModifier", "requestHeaderModifier"),
        ("ResponseHeaderModifier", "responseHeaderModifier"),
        ("RequestMirror", "requestMirror"),
        ("RequestRedirect", "requestRedirect"),
        ("URLRewrite", "urlRewrite"),
        ("ExtensionRef", "extensionRef"),
        ("CORS", "cors"),
        ("ExternalAuth", "externalAuth"),
    ],
    empty_is_absent: false,
};

const GRPC: Union = Union {
    tag: "type",
    default: "",
    members: &[
        ("RequestHeaderModifier", "requestHeaderModifier"),
        ("ResponseHeaderModifier", "responseHeaderModifier"),
        ("RequestMirror", "requestMirror"),
        ("ExtensionRef", "extensionRef"),
    ],
    empty_is_absent: false,
};

const PATH_MODIFIER: Union = Union {
    tag: "type",
    default: "",
    members: &[
        ("ReplaceFullPath", "replaceFullPath"),
        ("ReplacePrefixMatch", "replacePrefixMatch"),
    ],
    empty_is_absent: false,
};

const AUTH_PROTOCOL: Union = Union {
    tag: "protocol",
    default: "",
    members: &[("GRPC", "grpc"), ("HTTP", "http")],
    empty_is_absent: false,
};

/// Types that may stand at most once in a list of filters.
const ONCE: &[&str] = &[
    "RequestHeaderModifier",
    "ResponseHeaderModifier",
    "RequestRedirect",
    "URLRewrite",
    "CORS",
];

/// The rules for `filters` of a rule or backend of HTTPRoute.
pub(super) fn http(owner: At<'_, '_>, report: &mut Report<'_>) {
    field(owner, "filters", |list| {
        once(list, report);
        let first = |kind| list.node.items().find(|filter| is_type(*filter, kind));
        if let (Some(_), Some(rewrite)) = (first("RequestRedirect"), first("URLRewrite")) {
            report.error(
                codes::FILTERS_EXCLUSIVE,
                place(rewrite),
                list.path,
                "must not have both a RequestRedirect and a URLRewrite",
            );
        }
    });
    items(owner, "filters", |filter| {
        union(filter, &HTTP, report);
        field(filter, "requestMirror", |filter| {
            mirror(filter, report);
        });
        for rewriting in ["requestRedirect", "urlRewrite"] {
            field(filter, rewriting, |rewriting| {
                field(rewriting, "path", |path| {
                    union(path, &PATH_MODIFIER, report);
                });
            });
        }
        field(filter, "cors", |rules| cors(rules, report));
        field(filter, "externalAuth", |auth| {
            union(auth, &AUTH_PROTOCOL, report);
            field(auth, "backendRef", |backend| {
                backends::port(backend, report);
            });
        });
    });
}

/// The rules for `filters` of a rule or backend of GRPCRoute.
pub(super) fn grpc(owner: At<'_, '_>, report: &mut Report<'_>) {
    field(owner, "filters", |list| once(list, report));
    items(owner, "filters", |filter| {
        union(filter, &GRPC, report);
        field(filter, "requestMirror", |filter| {
            mirror(filter, report);
        });
    });
}

fn is_type(filter: Node<'_>, kind: &str) -> bool {
    filter.get("type").and_then(Node::as_str) == Some(kind)
}

/// SPEC: mirrors, references to extensions and external authorization may repeat.
fn once(list: At<'_, '_>, report: &mut Report<'_>) {
    for kind in ONCE {
        let mut of_kind = list
            .node
            .items()
            .enumerate()
            .filter(|(_, filter)| is_type(*filter, kind));
        if let (Some((first, _)), Some((index, second))) = (of_kind.next(), of_kind.next()) {
            report.error(
                codes::FILTER_REPEATED,
                place(second),
                &list.path.index(index),
                &format!(
                    "must not be a second {kind} beside {}",
                    list.path.index(first)
                ),
            );
        }
    }
}

fn mirror(mirror: At<'_, '_>, report: &mut Report<'_>) {
    field(mirror, "backendRef", |backend| {
        backends::port(backend, report);
    });
    if mirror.node.get("percent").is_some() && mirror.node.get("fraction").is_some() {
        report.error(
            codes::MIRROR_SHARE_TWICE,
            field_place(mirror.node, "fraction"),
            mirror.path,
            "must not have both percent and fraction",
        );
    }
    field(mirror, "fraction", |fraction| {
        let numerator = fraction.node.get("numerator").and_then(Node::as_i64);
        // SPEC: the denominator is 100 where it is absent (CRD default).
        let denominator = fraction
            .node
            .get("denominator")
            .map_or(Some(100), Node::as_i64);
        if let (Some(numerator), Some(denominator)) = (numerator, denominator)
            && numerator > denominator
        {
            report.error(
                codes::MIRROR_SHARE_ABOVE_ALL,
                field_place(fraction.node, "numerator"),
                &fraction.path.field("numerator"),
                &format!("must be at most the denominator {denominator}, not {numerator}"),
            );
        }
    });
}

fn cors(rules: At<'_, '_>, report: &mut Report<'_>) {
    for name in ["allowHeaders", "allowMethods", "allowOrigins"] {
        field(rules, name, |list| {
            let wildcard = list.node.items().find(|item| item.as_str() == Some("*"));
            if let (Some(wildcard), true) = (wildcard, list.node.items().len() > 1) {
                report.error(
                    codes::WILDCARD_NOT_ALONE,
                    wildcard.origin(),
                    list.path,
                    "must not have '*' beside other values",
                );
            }
        });
    }
}
