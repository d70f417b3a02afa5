//! Explanations as JSON (`explain --json`).

use alloc::string::String;

use crate::decision::Decision;
use crate::explain::{Explanation, StageExplanation, Trial, TrialVerdict};
use crate::vocabulary::Origin;

use super::decision::write_decision;
use super::error::RequestError;
use super::write::{self, Object};

/// Writes a decision and why it is so, on one line:
/// `{"decision":{…},"host","path","path_changed","listener","listeners":[…],"obstacle":{…},"stages":[…]}`.
///
/// `stages` has, for each stage on the way, its `trials`: every match of every
/// rule, the winner first, with a `verdict` of `won`, `outranked`,
/// `host_not_consulted` or `failed`, the last with its first failing predicate.
/// `tie_break` names the clause that put the winner before the runner-up.
/// `hashed` lists the facts whose hash chose among the targets. `listeners` is there
/// where no listener took the request, `obstacle` where a value that the winner writes
/// cannot stand where it goes.
///
/// # Errors
///
/// As [`write_decision`].
pub fn write_explanation(
    explanation: &Explanation,
    decision: &Decision<'_>,
    latin1: bool,
) -> Result<String, RequestError> {
    let decision = write_decision(decision, latin1)?;
    let mut out = String::new();
    write::object(&mut out, |object| {
        object.key("decision").push_str(&decision);
        object.text_opt("host", explanation.host.as_deref());
        object.text("path", &explanation.path);
        object.bool("path_changed", explanation.path_changed);
        object.text_opt("listener", explanation.listener.as_deref());
        if !explanation.listeners.is_empty() {
            object.list("listeners", &explanation.listeners, |out, trial| {
                write::object(out, |object| {
                    object
                        .text("listener", &trial.listener)
                        .text("failure", &trial.failure);
                });
            });
        }
        if let Some(obstacle) = &explanation.obstacle {
            object.object("obstacle", |object| {
                object
                    .text("place", &obstacle.place)
                    .text("value", &obstacle.value)
                    .text("why", obstacle.why);
            });
        }
        object.list("stages", &explanation.stages, |out, of| {
            write::object(out, |object| stage(object, of));
        });
    });
    Ok(out)
}

fn stage(object: &mut Object<'_>, of: &StageExplanation) {
    object
        .text("stage", &of.stage)
        .text("precedence", of.precedence.as_str());
    object
        .text_opt("host", of.host.as_deref())
        .text("path", &of.path);
    if let Some(tie_break) = &of.tie_break {
        object.object("tie_break", |object| {
            object
                .text("clause", tie_break.clause.as_str())
                .text("text", &tie_break.text);
            object.number("runner_up", tie_break.runner_up as u64);
        });
    }
    if !of.hashed.is_empty() {
        object.list(
            "hashed",
            of.hashed.iter().map(String::as_str),
            write::string,
        );
    }
    object.list("trials", &of.trials, |out, of| {
        write::object(out, |object| trial(object, of));
    });
}

fn trial(object: &mut Object<'_>, of: &Trial) {
    let verdict = match &of.verdict {
        TrialVerdict::Won => "won",
        TrialVerdict::Outranked => "outranked",
        TrialVerdict::HostNotConsulted => "host_not_consulted",
        TrialVerdict::Failed(_) => "failed",
    };
    object.text("verdict", verdict);
    let (kind, namespace, name) = &of.route;
    let route = (kind.as_str(), namespace.as_str(), name.as_str());
    place(object, route, of.rule, of.rule_name.as_deref(), of.matched);
    object.text("host", &of.host).text("path", &of.path);
    origin(object, of.file.as_deref(), of.origin);
    if let TrialVerdict::Failed(failure) = &of.verdict {
        object.object("failure", |object| {
            object.text("predicate", failure.predicate);
            object.text_opt("name", failure.name.as_deref());
            object
                .text("want", &failure.want)
                .text_opt("got", failure.got.as_deref());
        });
    }
}

/// `route`, `rule`, `rule_name` and `match`, as a decision has them. Nothing where the table
/// has no names: the numbers are counted within the route, and not known without it.
pub(super) fn place(
    object: &mut Object<'_>,
    (kind, namespace, name): (&str, &str, &str),
    rule: u32,
    rule_name: Option<&str>,
    matched: u32,
) {
    if (kind, namespace, name) == ("", "", "") {
        return;
    }
    object.object("route", |object| {
        object.text("kind", kind);
        object.text_opt("namespace", Some(namespace).filter(|text| !text.is_empty()));
        object.text("name", name);
    });
    object
        .number("rule", rule)
        .text_opt("rule_name", rule_name)
        .number("match", matched);
}

/// `origin`, as a decision has it.
pub(super) fn origin(object: &mut Object<'_>, file: Option<&str>, of: Origin) {
    if let Some(file) = file {
        object.object("origin", |object| {
            object
                .text("file", file)
                .number("line", of.line)
                .number("column", of.column);
        });
    }
}
