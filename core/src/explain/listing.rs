//! The effective order of a table's rules, and its tries, for people.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::readable;
use super::trial::{path_text, scope_host, test_text};
use crate::table::action::{ActionEntry, TargetKind};
use crate::table::predicate::Subject;
use crate::table::text::Range32;
use crate::table::{Entry, NONE, Sections, StageEntry, Table};
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
    /// What it asks of the path, as `prefix /cart`.
    pub path: String,
    /// Everything else it asks, as `method GET`, `header x-env exact "canary"`.
    pub predicates: Vec<String>,
    /// Where it leads, as `Service shop/cart-v1:8080 (90)`.
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
    /// The effective order of every stage's rules. Allocates.
    pub fn listing(&self) -> Vec<StageListing> {
        let sections = &*self.sections;
        let stages = sections.stages.iter().enumerate();
        stages
            .map(|(id, stage)| {
                let origin = sections.object_origin(sections.names.stages.get(id).copied());
                StageListing {
                    origin,
                    file: sections.source(origin).map(Into::into),
                    stage: sections
                        .object(sections.names.stages.get(id).copied())
                        .to_string(),
                    precedence: stage.precedence,
                    host_fallthrough: stage.host_fallthrough,
                    rows: rows(sections, stage),
                }
            })
            .collect()
    }

    /// Every host scope's path trie as indented text, a node a line: the edge, and
    /// the ranks of what ends there. Allocates.
    pub fn tries(&self) -> String {
        let sections = &*self.sections;
        let mut text = String::new();
        for (id, stage) in sections.stages.iter().enumerate() {
            let name = sections.object(sections.names.stages.get(id).copied());
            text.push_str(&format!("{name}\n"));
            for scope in stage.scopes.indices() {
                text.push_str(&format!("  host {}\n", scope_host(sections, scope)));
                if let Some(scope) = sections.scopes.get(scope as usize) {
                    push_trie(sections, scope.root, &mut text);
                }
            }
        }
        text
    }
}

/// Depth first with a stack of its own: a trie may be deep.
fn push_trie(sections: &Sections, root: u32, text: &mut String) {
    let mut stack = Vec::from([(root, 2usize)]);
    while let Some((node, depth)) = stack.pop() {
        let Some(here) = sections.paths.nodes.get(node as usize) else {
            continue;
        };
        let edge = readable(sections.text.get(here.edge));
        text.push_str(&format!("{}\"{edge}\"", "  ".repeat(depth)));
        if let Some(end) = sections.paths.ends.get(here.end as usize) {
            for (kind, range) in [
                ("exact", end.exact),
                ("segments", end.segments),
                ("prefix", end.prefix),
            ] {
                if range.len > 0 {
                    text.push_str(&format!(" {kind} {}", ranks(sections, range)));
                }
            }
        }
        text.push('\n');
        stack.extend(
            here.children
                .indices()
                .rev()
                .map(|child| (child, depth + 1)),
        );
    }
}

fn ranks(sections: &Sections, range: Range32) -> String {
    let candidates = range.of(&sections.paths.candidates);
    let shown: Vec<String> = candidates
        .iter()
        .take(8)
        .map(|c| c.rank.to_string())
        .collect();
    let more = if candidates.len() > 8 { ", …" } else { "" };
    format!("[{}{more}]", shown.join(", "))
}

fn rows(sections: &Sections, stage: &StageEntry) -> Vec<Row> {
    let mut rows = Vec::new();
    for (index, name) in sections.names.candidates.iter().enumerate() {
        if !stage.scopes.indices().contains(&name.scope) {
            continue;
        }
        let Some(candidate) = sections.paths.candidates.get(index) else {
            continue;
        };
        let Some(entry) = sections.entries.get(candidate.entry as usize) else {
            continue;
        };
        let view = sections.stage_view(NONE, index as u32, None);
        rows.push(Row {
            rank: candidate.rank,
            host: scope_host(sections, name.scope),
            path: path_text(sections, candidate.entry, entry),
            predicates: predicates(sections, entry),
            targets: targets(sections, entry),
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
    rows.sort_by_key(|row| row.rank);
    rows
}

fn predicates(sections: &Sections, entry: &Entry) -> Vec<String> {
    let mut all = Vec::new();
    let methods = sections.methods.iter().enumerate();
    let methods: Vec<&str> = methods
        .filter(|(bit, _)| entry.methods >> bit & 1 == 1)
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
        if entry.flags & flag != 0 {
            all.push(text.to_string());
        }
    }
    for &id in entry.predicates.of(&sections.predicates.lists) {
        let Some(test) = sections.predicates.tests.get(id as usize) else {
            continue;
        };
        let (kind, names) = match test.on {
            Subject::Header => ("header", &sections.predicates.headers.names),
            Subject::Query => ("query", &sections.predicates.query.names),
        };
        let name = names
            .get(test.slot as usize)
            .map_or("", |&name| sections.text.str(name));
        let not = if test.invert { "not " } else { "" };
        all.push(format!(
            "{kind} {name} {not}{}",
            test_text(sections, test.test)
        ));
    }
    all
}

fn targets(sections: &Sections, entry: &Entry) -> Vec<String> {
    let Some(rule) = sections.actions.rules.get(entry.rule as usize) else {
        return Vec::new();
    };
    match rule.action {
        ActionEntry::Redirect(redirect) => {
            let status = sections
                .actions
                .redirects
                .get(redirect as usize)
                .map_or(0, |r| r.status);
            Vec::from([format!("redirect {status}")])
        }
        ActionEntry::Respond(respond) => {
            let status = sections
                .actions
                .responds
                .get(respond as usize)
                .map_or(0, |r| r.status);
            Vec::from([format!("respond {status}")])
        }
        ActionEntry::Forward { targets, .. } => targets
            .of(&sections.actions.targets)
            .iter()
            .map(|target| {
                let name = match target.kind {
                    TargetKind::Backend(id) | TargetKind::Invalid { backend: id, .. } => sections
                        .backend_view(id)
                        .map_or(String::new(), |b| b.to_string()),
                    TargetKind::Stage(id) => sections
                        .object(sections.names.stages.get(id as usize).copied())
                        .to_string(),
                };
                format!("{name} ({})", target.weight)
            })
            .collect(),
    }
}
