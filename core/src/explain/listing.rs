//! The effective order of a table's rules, and its tries, for people.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::paths::{path_text, scope_host};
use super::program::{self, Asked};
use super::stage_name;
use super::trial::{fact_name, test_text};
use super::tries::push_segments;
use crate::table::entry::Entry;
use crate::table::predicate::Predicate;
use crate::table::rule::{ActionEntry, TargetKind};
use crate::table::{NONE, Sections, Table};
use crate::vocabulary::{Origin, Precedence};

/// The rules of one stage, in the order in which they are preferred.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StageListing {
    /// What it is: `Listener infra/public/https`, `VirtualRouter shop/products`.
    pub stage: String,
    /// The order between its rules.
    pub precedence: Precedence,
    /// Whether less specific hosts are tried where the most specific has no rule.
    pub host_fallthrough: bool,
    /// Where it was written.
    pub origin: Origin,
    /// The file that the origin counts.
    pub file: Option<String>,
    /// One row for each match under each host, best first.
    pub rows: Vec<Row>,
}

/// One match of one rule under one host.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Row {
    /// Place in the stage's order, from 0; lower is preferred.
    pub rank: u32,
    /// The host, `*` for any.
    pub host: String,
    /// What it asks of the path, as `segment prefix /cart`.
    pub path: String,
    /// Everything else it asks, all of which must hold, as `method GET`,
    /// `header x-env exact "canary"`, `(cookie a exact "1" or cookie b not exact "2")`.
    pub predicates: Vec<String>,
    /// Where it leads, as `Service shop/cart-v1:8080 (90)`; the word for why after
    /// what answers with an error: `respond 500: UnsupportedValue`.
    pub targets: Vec<String>,
    /// Kind, namespace and name of the route.
    pub route: (String, String, String),
    /// Index of the rule in its route.
    pub rule: u32,
    /// The rule's name.
    pub rule_name: Option<String>,
    /// Index of the match in its rule.
    pub matched: u32,
    /// Where it was written.
    pub origin: Origin,
    /// The file that the origin counts.
    pub file: Option<String>,
}

impl Table {
    /// The effective order of every stage's rules: the listeners' stages in order
    /// of their gateways, then those that they lead to. Allocates; a table with
    /// [changes](Table::updated) is compiled as a whole first.
    pub fn listing(&self) -> Vec<StageListing> {
        let table = self.whole();
        let sections = &*table.sections;
        let ranked = ranked(sections);
        stage_order(sections, &ranked)
            .into_iter()
            .filter_map(|id| Some((id, sections.stages.get(id)?)))
            .map(|(id, stage)| {
                let origin = sections.object_origin(sections.names.stages.get(id).copied());
                StageListing {
                    origin,
                    file: sections.source(origin).map(Into::into),
                    stage: stage_name(sections, id as u32),
                    precedence: stage.precedence,
                    host_fallthrough: stage.host_fallthrough,
                    rows: rows(sections, ranked.get(id).map_or(&[][..], Vec::as_slice)),
                }
            })
            .collect()
    }

    /// Every host scope's path trie as indented text, a node a line: the edge, and
    /// the ranks of what ends there. Allocates.
    pub fn tries(&self) -> String {
        let sections = &*self.sections;
        let mut text = String::new();
        for id in stage_order(sections, &ranked(sections)) {
            let Some(stage) = sections.stages.get(id) else {
                continue;
            };
            let name = stage_name(sections, id as u32);
            text.push_str(&format!("{name}\n"));
            for scope in stage.scopes.indices() {
                text.push_str(&format!("  host {}\n", scope_host(sections, scope)));
                if let Some(scope) = sections.scopes.get(scope as usize) {
                    push_segments(sections, &scope.trie, &mut text);
                    let folded = &sections.segments.folded;
                    if let Some(trie) = folded.get(scope.folded as usize) {
                        text.push_str("  ignoring case\n");
                        push_segments(sections, trie, &mut text);
                    }
                }
            }
        }
        text
    }
}

/// The candidates of each stage, best first.
fn ranked(sections: &Sections) -> Vec<Vec<u32>> {
    let mut stage_of = alloc::vec![NONE; sections.scopes.len()];
    for (id, stage) in sections.stages.iter().enumerate() {
        for scope in stage.scopes.indices() {
            if let Some(slot) = stage_of.get_mut(scope as usize) {
                *slot = id as u32;
            }
        }
    }
    let mut ranked = alloc::vec![Vec::new(); sections.stages.len()];
    for index in 0..sections.names.candidates.len() as u32 {
        let scope = sections.names.scope_of(index).unwrap_or(NONE);
        let stage = stage_of.get(scope as usize).copied().unwrap_or(NONE);
        if let Some(own) = ranked.get_mut(stage as usize) {
            own.push(index);
        }
    }
    let rank = |&index: &u32| sections.names.order_of(index);
    ranked.iter_mut().for_each(|own| own.sort_by_key(rank));
    ranked
}

/// Every stage, what is entered first before what it leads to: the listeners'
/// stages in order of the listeners, then those that their rules lead to, level by
/// level. What nothing leads to comes last.
fn stage_order(sections: &Sections, ranked: &[Vec<u32>]) -> Vec<usize> {
    let mut is_listed = alloc::vec![false; ranked.len()];
    let mut order = Vec::with_capacity(ranked.len());
    let mut add = |id: usize, order: &mut Vec<usize>| {
        if let Some(listed) = is_listed.get_mut(id)
            && !core::mem::replace(listed, true)
        {
            order.push(id);
        }
    };
    for listener in &sections.listeners {
        add(listener.stage as usize, &mut order);
    }
    let mut at = 0;
    while let Some(&id) = order.get(at) {
        at += 1;
        for &candidate in ranked.get(id).into_iter().flatten() {
            let Some((rule, _)) = sections.rule_of_candidate(candidate) else {
                continue;
            };
            for target in sections.actions.targets(rule).entries() {
                if let TargetKind::Stage(next) = target.kind {
                    add(next as usize, &mut order);
                }
            }
        }
    }
    (0..ranked.len()).for_each(|id| add(id, &mut order));
    order
}

fn rows(sections: &Sections, ranked: &[u32]) -> Vec<Row> {
    let mut rows = Vec::with_capacity(ranked.len());
    for &index in ranked {
        let Some(scope) = sections.names.scope_of(index) else {
            continue;
        };
        let Some(candidate) = sections.paths.candidates.get(index as usize) else {
            continue;
        };
        let Some(entry) = sections.entries.get(candidate) else {
            continue;
        };
        let view = sections.stage_view(NONE, index, None);
        rows.push(Row {
            rank: sections.names.order_of(index),
            host: scope_host(sections, scope),
            path: path_text(sections, candidate.entry, &entry),
            predicates: predicates(sections, &entry),
            targets: targets(sections, candidate.entry),
            route: (
                view.route.kind.into(),
                view.route.namespace.into(),
                view.route.name.into(),
            ),
            rule: view.rule,
            rule_name: view.rule_name.map(Into::into),
            matched: view.matched,
            origin: view.origin,
            file: view.file.map(Into::into),
        });
    }
    rows
}

fn predicates(sections: &Sections, entry: &Entry<'_>) -> Vec<String> {
    let mut all = Vec::new();
    let methods = sections.methods.iter().enumerate();
    let methods: Vec<&str> = methods
        .filter(|(bit, _)| entry.common.methods >> bit & 1 == 1)
        .map(|(_, &text)| sections.text.str(text))
        .collect();
    if !methods.is_empty() {
        all.push(format!("method {}", methods.join(" or ")));
    }
    for (flag, text) in [
        (Entry::HTTP_SCHEME, "scheme http"),
        (Entry::HTTPS_SCHEME, "scheme https"),
        (Entry::GRPC_ONLY, "gRPC"),
    ] {
        if entry.common.flags & flag != 0 {
            all.push(text.to_string());
        }
    }
    let steps = entry.predicates.of(&sections.predicates.steps);
    let test = |id, negated| predicate(sections, id, negated);
    match program::read(steps) {
        // What all must hold stands by itself.
        Some(Asked::All(parts)) => all.extend(parts.iter().map(|part| part.text(&test))),
        Some(asked) => all.push(asked.text(&test)),
        None if steps.is_empty() => {}
        None => all.push("never".to_string()),
    }
    all
}

fn predicate(sections: &Sections, id: u32, negated: bool) -> String {
    let not = |negated: bool| if negated { "not " } else { "" };
    match sections.predicates.tests.get(id as usize) {
        None => "never".to_string(),
        Some(Predicate::Fraction {
            numerator,
            denominator,
        }) => format!("{}{numerator} of {denominator} requests", not(negated)),
        Some(Predicate::Fact(test)) => {
            let (kind, name) = fact_name(sections, test);
            let name = name.map_or(String::new(), |name| format!(" {name}"));
            let not = not(test.invert != negated);
            format!("{kind}{name} {not}{}", test_text(sections, test.test))
        }
    }
}

/// What the rule of a match leads to.
fn targets(sections: &Sections, entry: u32) -> Vec<String> {
    let rules = &sections.actions.rules;
    let rule = sections.entries.rule(entry);
    let Some(rule) = rule.and_then(|rule| rules.get(rule)) else {
        return Vec::new();
    };
    match rule.action() {
        ActionEntry::Redirect(redirect) => {
            let status = sections
                .actions
                .redirects
                .get(redirect as usize)
                .map_or(0, |r| r.status);
            Vec::from([format!("redirect {status}")])
        }
        ActionEntry::Respond(respond) => {
            let Some(entry) = sections.actions.responds.get(respond as usize) else {
                return Vec::new();
            };
            let status = entry.status;
            let why = because(sections.text.str(entry.reason));
            Vec::from([format!("respond {status}{why}")])
        }
        ActionEntry::Backend(_) | ActionEntry::Forward(_) => sections
            .actions
            .targets(rule)
            .entries()
            .iter()
            .map(|target| {
                let invalid = match target.kind {
                    TargetKind::Invalid(id) => rules.invalid.get(id as usize),
                    _ => None,
                };
                let backend = |id| {
                    let view = sections.backend_view(id);
                    view.map_or(String::new(), |backend| backend.to_string())
                };
                let name = match target.kind {
                    TargetKind::Backend(id) => backend(id),
                    TargetKind::Invalid(_) => backend(invalid.map_or(NONE, |one| one.backend)),
                    TargetKind::FromRequest(id) => {
                        let kind = rules.from_request.get(id as usize).map(|one| one.kind);
                        let kind = kind.map_or("", |kind| sections.text.str(kind));
                        format!("{kind} named by the request")
                    }
                    TargetKind::Stage(id) => stage_name(sections, id),
                };
                let why =
                    invalid.map_or(String::new(), |one| because(sections.text.str(one.reason)));
                format!("{name} ({}){why}", target.weight)
            })
            .collect(),
    }
}

/// The importer's word for why something answers with an error, to be put after it.
fn because(word: &str) -> String {
    if word.is_empty() {
        String::new()
    } else {
        format!(": {word}")
    }
}
