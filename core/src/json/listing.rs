//! The effective order of a table's rules, and its sizes, as JSON (`show --json`).

use alloc::string::String;

use crate::explain::StageListing;
use crate::table::Stats;

use super::explanation::{origin, place};
use super::write;

/// Writes the stages of a table with their rules in order of preference, on one
/// line: `{"stages":[{"stage","precedence","host_fallthrough","rules":[…]}]}`.
pub fn write_listing(stages: &[StageListing]) -> String {
    let mut out = String::new();
    write::object(&mut out, |object| {
        object.list("stages", stages, |out, stage| {
            write::object(out, |object| {
                object.text("stage", &stage.stage);
                object.text("precedence", stage.precedence.as_str());
                object.bool("host_fallthrough", stage.host_fallthrough);
                object.list("rules", &stage.rows, |out, row| {
                    write::object(out, |object| {
                        object.number("rank", row.rank);
                        object.text("host", &row.host).text("path", &row.path);
                        object.list("predicates", &row.predicates, |out, text| {
                            write::string(out, text);
                        });
                        object.list("targets", &row.targets, |out, text| {
                            write::string(out, text);
                        });
                        let (kind, namespace, name) = &row.route;
                        let route = (kind.as_str(), namespace.as_str(), name.as_str());
                        place(
                            object,
                            route,
                            row.rule,
                            row.rule_name.as_deref(),
                            row.matched,
                        );
                        origin(object, row.file.as_deref(), row.origin);
                    });
                });
            });
        });
    });
    out
}

/// Writes the sizes of a table on one line, under the names that [`Stats`] has
/// for them.
pub fn write_stats(stats: &Stats) -> String {
    let mut out = String::new();
    write::object(&mut out, |object| {
        for (name, value) in stats_fields(stats) {
            object.number(name, value as u64);
        }
    });
    out
}

/// Writes a text of several lines as `{"NAME":["line",…]}`.
pub fn write_lines(name: &str, text: &str) -> String {
    let mut out = String::new();
    write::object(&mut out, |object| {
        object.list(name, text.lines(), write::string);
    });
    out
}

fn stats_fields(stats: &Stats) -> [(&'static str, usize); 15] {
    let Stats {
        gateways,
        listeners,
        stages,
        scopes,
        rules,
        matches,
        candidates,
        path_nodes,
        predicates,
        regexes,
        worst_path_hits,
        worst_path_steps,
        worst_candidates,
        bytes,
        name_bytes,
    } = *stats;
    [
        ("gateways", gateways),
        ("listeners", listeners),
        ("stages", stages),
        ("scopes", scopes),
        ("rules", rules),
        ("matches", matches),
        ("candidates", candidates),
        ("path_nodes", path_nodes),
        ("predicates", predicates),
        ("regexes", regexes),
        ("worst_path_hits", worst_path_hits),
        ("worst_path_steps", worst_path_steps),
        ("worst_candidates", worst_candidates),
        ("bytes", bytes),
        ("name_bytes", name_bytes),
    ]
}
