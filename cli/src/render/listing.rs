//! The effective order of rules, for people.

use std::io::{self, Write};

use fingerpost::Stats;
use fingerpost::explain::{Row, StageListing};

use super::style::{self, paint};
use super::table;
use crate::text::plain;

/// Writes each stage as a table, best rule first; at the end, what the words for
/// prefixes mean where they were used.
pub(crate) fn write(out: &mut dyn Write, stages: &[StageListing]) -> io::Result<()> {
    for (index, stage) in stages.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        let hosts = if stage.host_fallthrough {
            "less specific hosts are tried after more specific ones"
        } else {
            "only the most specific host is tried"
        };
        let about = format!("(order of {}; {hosts})", stage.precedence.as_str());
        let name = paint(style::NAME, plain(&stage.stage));
        writeln!(out, "{name} {}", paint(style::QUIET, about))?;
        if stage.rows.is_empty() {
            writeln!(out, "no rules")?;
            continue;
        }
        let rows: Vec<_> = stage.rows.iter().map(cells).collect();
        table::write(
            out,
            &["RANK", "HOST", "PATH", "AND", "LEADS TO", "RULE", "AT"],
            &rows,
        )?;
    }
    legend(out, stages)
}

fn legend(out: &mut dyn Write, stages: &[StageListing]) -> io::Result<()> {
    let paths = stages
        .iter()
        .flat_map(|stage| &stage.rows)
        .map(|row| row.path.as_str());
    let is_any = |word: &str| paths.clone().any(|path| path.starts_with(word));
    let mut lines = Vec::new();
    if is_any("segment prefix ") {
        lines.push(
            "segment prefix /a takes /a and /a/b, not /ab: it is compared segment by segment",
        );
    }
    if is_any("string prefix ") {
        lines.push("string prefix /a takes /a, /a/b and /ab: it is compared byte by byte");
    }
    if !lines.is_empty() {
        writeln!(out)?;
    }
    lines
        .iter()
        .try_for_each(|line| writeln!(out, "{}", paint(style::QUIET, line)))
}

fn cells(row: &Row) -> Vec<String> {
    let (kind, namespace, name) = &row.route;
    let slash = if namespace.is_empty() { "" } else { "/" };
    let named = row.rule_name.as_ref().map(|name| format!(" \"{name}\""));
    let rule = format!(
        "{kind} {namespace}{slash}{name} {}.{}{}",
        row.rule,
        row.matched,
        named.unwrap_or_default()
    );
    let at = row
        .file
        .as_ref()
        .map(|file| format!("{file}:{}", row.origin.line));
    [
        row.rank.to_string(),
        row.host.clone(),
        row.path.clone(),
        row.predicates.join(", "),
        row.targets.join(", "),
        rule,
        at.unwrap_or_default(),
    ]
    .map(plain)
    .to_vec()
}

/// Writes the sizes of a table, a line each.
pub(crate) fn stats(out: &mut dyn Write, stats: &Stats) -> io::Result<()> {
    let lines = [
        ("gateways", stats.gateways),
        ("listeners", stats.listeners),
        ("stages", stats.stages),
        ("host scopes", stats.scopes),
        ("rules", stats.rules),
        ("matches", stats.matches),
        ("candidates", stats.candidates),
        ("path nodes", stats.path_nodes),
        ("predicates", stats.predicates),
        ("regexes", stats.regexes),
        (
            "most path nodes that a path comes by",
            stats.worst_path_steps,
        ),
        ("most lists that a path comes by", stats.worst_path_hits),
        ("most candidates tried of one list", stats.worst_candidates),
        ("bytes", stats.bytes),
        ("bytes of names", stats.name_bytes),
    ];
    lines
        .iter()
        .try_for_each(|(name, value)| writeln!(out, "{name:38} {value:>10}"))
}
