//! HTTPRoute.

use alloc::format;

use crate::diagnostic::codes::gateway_api as codes;
use crate::import::document::Node;
use crate::import::gateway_api::duration;
use crate::import::schema::{Path, Report, field_place, place};

use super::{At, backends, field, filters, items, names, path, references, session, text_or};

/// The most matches that all rules of a route may have together.
///
/// SPEC: the rule says `<= 128`, its message "less than 128"; the rule decides.
const MATCHES: usize = 128;

/// The rules for the `spec` of an HTTPRoute.
pub(super) fn route(spec: At<'_, '_>, report: &mut Report<'_>) {
    references::parents(spec, report);
    names::rule_names(spec, report);
    // SPEC: a rule without matches has one, the prefix '/' (CRD default).
    total_matches(spec, 1, report);
    items(spec, "rules", |rule| {
        filters::http(rule, report);
        items(rule, "matches", |of_match| path::path(of_match, report));
        items(rule, "backendRefs", |backend| {
            backends::port(backend, report);
            filters::http(backend, report);
        });
        redirect_alone(rule, report);
        replaced_prefix(rule, report);
        timeouts(rule, report);
        session::persistence(rule, report);
    });
}

/// All rules together have no more matches than a route may have. `default` is how many
/// a rule has where none are written.
pub(super) fn total_matches(spec: At<'_, '_>, default: usize, report: &mut Report<'_>) {
    let Some(rules) = spec.node.get("rules") else {
        return;
    };
    let of_rule = |rule: Node<'_>| {
        rule.get("matches")
            .map_or(default, |matches| matches.items().len())
    };
    let total: usize = rules.items().map(of_rule).sum();
    if total > MATCHES {
        report.error(
            codes::TOO_MANY_MATCHES,
            field_place(spec.node, "rules"),
            &spec.path.field("rules"),
            &format!("must have at most {MATCHES} matches in total, not {total}"),
        );
    }
}

/// A rule that redirects has no backends.
fn redirect_alone(rule: At<'_, '_>, report: &mut Report<'_>) {
    let has_backends = rule
        .node
        .get("backendRefs")
        .is_some_and(|backends| backends.items().len() > 0);
    if !has_backends {
        return;
    }
    items(rule, "filters", |filter| {
        if filter.node.get("requestRedirect").is_some() {
            report.error(
                codes::REDIRECT_WITH_BACKENDS,
                place(filter.node),
                &filter.path.field("requestRedirect"),
                "must not be set in a rule that has backendRefs",
            );
        }
    });
}

/// Where a prefix is to be replaced, the rule has exactly one match, of a prefix.
///
/// SPEC: for backends the CRD's rule asks only if exactly one backend has such a filter
/// (`exists_one`), so an API server takes a route in which two have; its message states
/// no such exception. The latter is a warning here, because the object would be applied.
fn replaced_prefix(rule: At<'_, '_>, report: &mut Report<'_>) {
    if has_one_prefix(rule.node) {
        return;
    }
    const SAYS: &str = "must not be set unless the rule has exactly one match, of type PathPrefix";
    for rewriting in ["requestRedirect", "urlRewrite"] {
        let mut error = |filter: Node<'_>, path: &Path<'_>| {
            let path = path.field(rewriting);
            let path = path.field("path");
            let path = path.field("replacePrefixMatch");
            report.error(codes::PREFIX_MISSING, place(filter), &path, SAYS);
        };
        if let Some((index, filter)) = replacing(rule.node, rewriting) {
            error(filter, &rule.path.field("filters").index(index));
        }
        let Some(backends) = rule.node.get("backendRefs") else {
            continue;
        };
        let list = rule.path.field("backendRefs");
        let mut found = backends.items().enumerate().filter_map(|(index, backend)| {
            replacing(backend, rewriting)
                .map(|(filter_index, filter)| (index, filter_index, filter))
        });
        match (found.next(), found.next()) {
            (Some((index, filter_index, filter)), None) => {
                let backend = list.index(index);
                error(filter, &backend.field("filters").index(filter_index));
            }
            (Some(_), Some((index, _, filter))) => {
                let backend = list.index(index);
                report.warning(codes::PREFIX_MISSING, place(filter), &backend, SAYS, None);
            }
            (None, _) => {}
        }
    }
}

/// Whether a rule has exactly one match and that compares a prefix.
fn has_one_prefix(rule: Node<'_>) -> bool {
    let Some(matches) = rule.get("matches") else {
        return true;
    };
    let mut matches = matches.items();
    match (matches.next(), matches.next()) {
        (Some(only), None) => match only.get("path") {
            Some(path) => text_or(path, "type", "PathPrefix") == Some("PathPrefix"),
            None => true,
        },
        _ => false,
    }
}

/// The first filter of a rule or backend that replaces a prefix.
fn replacing<'d>(owner: Node<'d>, rewriting: &str) -> Option<(usize, Node<'d>)> {
    owner
        .get("filters")?
        .items()
        .enumerate()
        .find(|(_, filter)| {
            filter.path(&[rewriting, "path"]).is_some_and(|path| {
                path.get("type").and_then(Node::as_str) == Some("ReplacePrefixMatch")
                    && path.get("replacePrefixMatch").is_some()
            })
        })
}

/// One attempt has no more time than the whole request, unless that has no limit.
fn timeouts(rule: At<'_, '_>, report: &mut Report<'_>) {
    field(rule, "timeouts", |timeouts| {
        let parse = |name| duration::parse_ms(timeouts.node.get(name)?.as_str()?);
        let (Some(request), Some(attempt)) = (parse("request"), parse("backendRequest")) else {
            return;
        };
        // SPEC: a request timeout of 0 means none.
        if request != 0 && attempt > request {
            report.error(
                codes::TIMEOUTS_CONTRADICT,
                field_place(timeouts.node, "backendRequest"),
                &timeouts.path.field("backendRequest"),
                "must not be longer than request",
            );
        }
    });
}
