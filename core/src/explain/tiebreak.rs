//! The clause that separated two rules, in words.

use alloc::format;
use alloc::string::{String, ToString};

use super::{TieBreak, Trial};
use crate::table::Sections;
use crate::table::precedence::{BoundKey, Clause, MatchKey, PathClass, PathForm, RankKey};
use crate::vocabulary::Precedence;

/// Why `winner` comes before `second`, the trial at `runner_up`.
pub(super) fn between(
    sections: &Sections,
    preset: Precedence,
    winner: &Trial,
    second: &Trial,
    runner_up: usize,
) -> Option<TieBreak> {
    let (one, bound) = keys(sections, winner.candidate)?;
    let (other, other_bound) = keys(sections, second.candidate)?;
    let key = |one, bound| RankKey { preset, one, bound };
    let (one, other) = (key(one, &bound), key(other, &other_bound));
    let (_, clause) = one.compare(other);
    Some(TieBreak {
        clause,
        text: words(clause, one, other, winner, second),
        runner_up,
    })
}

/// What a candidate was ranked by.
fn keys(sections: &Sections, candidate: u32) -> Option<(&MatchKey, BoundKey)> {
    let names = &sections.names;
    let entry = sections.paths.candidates.get(candidate as usize)?.entry;
    let key = *names.ranked.get(entry as usize)?;
    let bound = *names.candidates.get(candidate as usize)?;
    let bound = names.bounds.get(bound as usize)?;
    Some((names.match_keys.get(key as usize)?, bound.key()))
}

fn words(
    clause: Clause,
    one: RankKey<'_>,
    other: RankKey<'_>,
    winner: &Trial,
    second: &Trial,
) -> String {
    let (created, other_created) = (one.bound.created, other.bound.created);
    let (one, other) = (one.one, other.one);
    match clause {
        Clause::Priority => match (one.priority, other.priority) {
            (Some(one), Some(other)) => format!("priority {one} comes before {other}"),
            (Some(one), None) => format!("priority {one} comes before none"),
            _ => "priority".to_string(),
        },
        Clause::Host => format!(
            "more specific host, {} against {}",
            winner.host, second.host
        ),
        Clause::PathKind => {
            format!(
                "{} path comes before {}",
                class(one.path_class),
                class(other.path_class)
            )
        }
        Clause::PathLength => format!(
            "longer path prefix, {} characters against {}",
            one.path_chars, other.path_chars
        ),
        Clause::ExactPath => "an exact path comes before any other".to_string(),
        Clause::LiteralBytes => format!(
            "more text in the path, {} bytes against {}",
            one.literal, other.literal
        ),
        Clause::PathForm => format!(
            "{} comes before {}",
            form(one.path_form),
            form(other.path_form)
        ),
        Clause::Predicates => format!(
            "more predicates, {} against {}",
            one.predicates, other.predicates
        ),
        Clause::GrpcMethod => format!(
            "longer gRPC method, {} characters against {}",
            one.grpc_method_chars, other.grpc_method_chars
        ),
        Clause::Method => "it names a method, the other does not".to_string(),
        Clause::Headers => {
            format!(
                "more header predicates, {} against {}",
                one.headers, other.headers
            )
        }
        Clause::Query => {
            format!(
                "more query predicates, {} against {}",
                one.query, other.query
            )
        }
        Clause::Age => match (created, other_created) {
            (Some(one), Some(other)) => format!("older by {}", duration(other.abs_diff(one))),
            (Some(_), None) => "it states when it was created, the other does not".to_string(),
            _ => "it comes earlier in the input, where neither states its age".to_string(),
        },
        Clause::Name => format!(
            "{}/{} comes before {}/{} in the alphabet",
            winner.route.1, winner.route.2, second.route.1, second.route.2
        ),
        Clause::Position => {
            if winner.route == second.route && winner.rule != second.rule {
                format!("rule {} comes before rule {}", winner.rule, second.rule)
            } else if winner.route == second.route {
                format!(
                    "match {} comes before match {}",
                    winner.matched, second.matched
                )
            } else {
                "it comes earlier in the input".to_string()
            }
        }
    }
}

fn class(class: PathClass) -> &'static str {
    match class {
        PathClass::Exact => "an exact",
        PathClass::Regex => "a regex",
        PathClass::Prefix => "a prefix",
    }
}

fn form(form: PathForm) -> &'static str {
    match form {
        PathForm::Exact => "an exact path",
        PathForm::Template => "a template",
        PathForm::Glob => "a glob",
        PathForm::Segments => "a segment prefix",
        PathForm::Prefix => "a string prefix",
        PathForm::Suffix => "a suffix",
        PathForm::Contains => "a contained text",
        PathForm::Regex => "a regex",
    }
}

/// A length of time in its two largest units.
fn duration(seconds: u64) -> String {
    const UNITS: [(&str, u64); 4] = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];
    let mut text = String::new();
    let mut rest = seconds;
    let mut shown = 0;
    for (unit, size) in UNITS {
        if rest >= size && shown < 2 {
            text.push_str(&format!("{}{unit}", rest / size));
            rest %= size;
            shown += 1;
        }
    }
    if text.is_empty() {
        "0s".to_string()
    } else {
        text
    }
}
