//! A decision for people.

use std::fmt::Write as _;
use std::io::{self, Write};

use anstyle::Style;
use fingerpost::{
    Decision, HeaderVerb, MetadataView, ObjectName, Outcome, Reason, StageView, TargetView,
};

use super::style::{self, paint};
use crate::text::{plain, quoted};

/// Writes the answer in one line, and under it what it consists of.
pub(crate) fn write(out: &mut dyn Write, decision: &Decision<'_>) -> io::Result<()> {
    writeln!(out, "{}", headline(decision))?;
    place(out, decision)?;
    let last = decision.stages().len();
    for (index, stage) in decision.stages().enumerate() {
        let name = if index == 0 { "rule" } else { "then" };
        let told = match stage.route == ObjectName::default() {
            true => "not known".to_owned(), // In a table without names.
            false => rule(&stage),
        };
        line(out, name, told)?;
        if index + 1 < last || decision.backends().count() > 1 {
            for target in decision.targets_of(index) {
                line(out, "", share(&target))?;
            }
        }
    }
    outgoing(out, decision)
}

/// What leaves, and what else the proxy must do.
pub(crate) fn outgoing(out: &mut dyn Write, decision: &Decision<'_>) -> io::Result<()> {
    head(out, decision)?;
    effects(out, decision)
}

/// The answer in one line: `forward  Service shop/cart-v2:8080`.
pub(crate) fn headline(decision: &Decision<'_>) -> String {
    let outcome = decision.outcome();
    let color = match outcome {
        Outcome::Forward | Outcome::Redirect => style::GOOD,
        Outcome::Respond => style::WARNING,
        _ => style::BAD,
    };
    let mut text = outcome.as_str().to_owned();
    if let Some(status) = decision.status() {
        // Writing to a string does not fail.
        let _ = write!(text, " {status}");
    }
    let rest = match outcome {
        Outcome::Forward => decision.backend().map(|chosen| plain(chosen.to_string())),
        Outcome::Redirect => decision.location().map(plain),
        _ if decision.reason() == Reason::Matched => decision.body().map(quoted),
        _ => Some(reason(decision)),
    };
    let rest = rest.unwrap_or_default();
    let color = color.effects(color.get_effects() | anstyle::Effects::BOLD);
    format!("{}  {}", paint(color, text), paint(style::NAME, rest))
        .trim_end()
        .to_owned()
}

/// Why nothing is forwarded.
fn reason(decision: &Decision<'_>) -> String {
    match decision.failure() {
        Some(word) => format!("{} ({})", decision.reason().as_str(), plain(word)),
        None => decision.reason().as_str().to_owned(),
    }
}

/// Where the request came in.
fn place(out: &mut dyn Write, decision: &Decision<'_>) -> io::Result<()> {
    let is_named = |gateway: &ObjectName<'_>| *gateway != ObjectName::default();
    let Some(gateway) = decision.gateway().filter(is_named) else {
        return Ok(());
    };
    let listener = decision
        .listener()
        .map(|name| format!(", listener {}", plain(name)));
    line(
        out,
        "gateway",
        format!(
            "{}{}",
            plain(gateway.to_string()),
            listener.unwrap_or_default()
        ),
    )
}

/// `HTTPRoute shop/cart, rule 0 "canary", match 1 (cart.yaml:12:5)`.
pub(crate) fn rule(stage: &StageView<'_>) -> String {
    let mut text = plain(stage.route.to_string());
    // Writing to a string does not fail.
    let _ = write!(text, ", rule {}", stage.rule);
    if let Some(name) = stage.rule_name {
        let _ = write!(text, " {}", quoted(name));
    }
    let _ = write!(text, ", match {}", stage.matched);
    if let Some(file) = stage.file {
        let at = format!(
            "({}:{}:{})",
            plain(file),
            stage.origin.line,
            stage.origin.column
        );
        let _ = write!(text, " {}", paint(style::QUIET, at));
    }
    text
}

/// A target and its weight, marked where it was drawn.
pub(crate) fn share(target: &TargetView<'_>) -> String {
    let what = match (&target.backend, &target.stage) {
        (Some(of), _) => plain(of.to_string()),
        (None, Some(stage)) if *stage == ObjectName::default() => "a further stage".to_owned(),
        (None, Some(stage)) => plain(stage.to_string()),
        (None, None) => String::new(),
    };
    let mark = if target.chosen { "→" } else { " " };
    let invalid = target.invalid.map(|word| format!(" ({})", plain(word)));
    format!(
        "{mark} {what}, weight {}{}",
        target.weight,
        invalid.unwrap_or_default()
    )
}

/// The request's head as it leaves, with what was changed marked as in a diff.
fn head(out: &mut dyn Write, decision: &Decision<'_>) -> io::Result<()> {
    if decision.outcome() != Outcome::Forward || !decision.request().protocol().is_http() {
        return Ok(());
    }
    let request = decision.request();
    let first = |method: &[u8], authority: Option<&[u8]>, target: &[u8]| {
        let authority = authority.map_or_else(|| "(no authority)".to_owned(), plain);
        format!("{} {authority} {}", plain(method), plain(target))
    };
    let came = first(request.method(), request.authority(), request.target());
    let leaves = if decision.host_from_backend() {
        // Its name on the network is the proxy's to know.
        let host = b"(the backend's host)".as_slice();
        first(decision.method(), Some(host), decision.target())
    } else {
        first(decision.method(), decision.authority(), decision.target())
    };
    if came == leaves {
        line(out, "sends", leaves)?;
    } else {
        changed(out, "sends", style::BAD, &format!("- {came}"))?;
        changed(out, "", style::GOOD, &format!("+ {leaves}"))?;
    }
    let old: Vec<_> = request
        .headers()
        .iter()
        .map(|(name, value)| header(name, value))
        .collect();
    let new: Vec<_> = decision
        .headers()
        .map(|(name, value)| header(name, value))
        .collect();
    for text in old.iter().filter(|text| !new.contains(text)) {
        changed(out, "", style::BAD, &format!("- {text}"))?;
    }
    for text in &new {
        if old.contains(text) {
            line(out, "", format!("  {text}"))?;
        } else {
            changed(out, "", style::GOOD, &format!("+ {text}"))?;
        }
    }
    Ok(())
}

/// What else the proxy must do.
fn effects(out: &mut dyn Write, decision: &Decision<'_>) -> io::Result<()> {
    let forwards = decision.outcome() == Outcome::Forward;
    // Where nothing went wrong, the headline has it.
    let is_told = decision.reason() == Reason::Matched;
    if let Some(body) = decision.body().filter(|body| !body.is_empty() && !is_told) {
        line(out, "body", quoted(body))?;
    }
    for edit in decision.response_edits() {
        let text = match edit.verb {
            HeaderVerb::Remove => format!("{} {}", edit.verb.as_str(), plain(edit.name)),
            verb => format!("{} {}", verb.as_str(), header(edit.name, edit.value)),
        };
        line(out, "response", text)?;
    }
    for backend in decision.failover() {
        line(out, "failover", plain(backend.to_string()))?;
    }
    if let Some(hash) = decision.hash() {
        line(out, "hash", format!("{hash:016x}"))?;
    }
    if forwards {
        for mirror in decision.mirrors() {
            let drawn = if mirror.selected {
                "drawn"
            } else {
                "not drawn"
            };
            let share = format!("{} in {}", mirror.numerator, mirror.denominator);
            line(
                out,
                "mirror",
                format!("{} ({share}, {drawn})", plain(mirror.backend.to_string())),
            )?;
        }
        let timeouts = decision.timeouts();
        let limits = [
            ("request", timeouts.request_ms),
            ("each try", timeouts.backend_request_ms),
            ("idle", timeouts.idle_ms),
        ];
        let limits: Vec<_> = limits
            .into_iter()
            .filter_map(|(name, limit)| Some(format!("{name} {}", duration(limit?))))
            .collect();
        if !limits.is_empty() {
            line(out, "timeouts", limits.join(", "))?;
        }
        if let Some(retry) = decision.retry() {
            let mut parts = Vec::new();
            parts.extend(
                retry
                    .attempts
                    .map(|attempts| format!("{attempts} more tries")),
            );
            parts.extend(retry.per_try_timeout_ms.map(|ms| format!("{ms} ms each")));
            parts.extend(match (retry.backoff_ms, retry.max_backoff_ms) {
                (Some(least), Some(most)) => Some(format!("{least} to {most} ms apart")),
                (Some(least), None) => Some(format!("at least {least} ms apart")),
                (None, Some(most)) => Some(format!("at most {most} ms apart")),
                (None, None) => None,
            });
            let on: Vec<_> = retry.on().collect();
            if !on.is_empty() {
                parts.push(format!("on {}", on.join(", ")));
            }
            line(out, "retry", plain(parts.join(", ")))?;
        }
        if let Some(session) = decision.session() {
            let name = session.name.map(|name| format!(" {}", plain(name)));
            line(
                out,
                "session",
                format!("{}{}", session.kind, name.unwrap_or_default()),
            )?;
        }
    }
    if let Some((fault, delayed, aborted)) = decision.fault() {
        let drawn = |drawn: bool| if drawn { "drawn" } else { "not drawn" };
        if let Some(ms) = fault.delay_ms {
            line(
                out,
                "fault",
                format!("delay of {ms} ms, {}", drawn(delayed)),
            )?;
        }
        if let Some(status) = fault.abort_status {
            line(
                out,
                "fault",
                format!("abort with {status}, {}", drawn(aborted)),
            )?;
        }
    }
    if decision.has_cors() {
        let what = if decision.is_preflight() {
            "preflight, answered here"
        } else {
            "applies"
        };
        line(out, "cors", what)?;
        for (name, value) in decision.cors_headers() {
            line(out, "", header(name.as_bytes(), value))?;
        }
    }
    // Of a name given twice, the later stage's value counts.
    let mut metadata: Vec<(&str, MetadataView<'_>)> = Vec::new();
    for (name, value) in decision.metadata() {
        match metadata.iter_mut().find(|(taken, _)| *taken == name) {
            Some((_, old)) => *old = value,
            None => metadata.push((name, value)),
        }
    }
    for (name, value) in metadata {
        line(
            out,
            "metadata",
            format!("{}: {}", plain(name), plain(value.to_string())),
        )?;
    }
    Ok(())
}

fn duration(ms: u64) -> String {
    if ms == 0 {
        "unlimited".to_owned()
    } else {
        format!("{ms} ms")
    }
}

fn header(name: &[u8], value: &[u8]) -> String {
    format!("{}: {}", plain(name.to_ascii_lowercase()), plain(value))
}

/// A labelled line; an empty label goes on with the one before.
pub(crate) fn line(out: &mut dyn Write, label: &str, text: impl AsRef<str>) -> io::Result<()> {
    let label = paint(style::QUIET, format!("{label:9}"));
    writeln!(out, "  {label} {}", text.as_ref().trim_end())
}

fn changed(out: &mut dyn Write, label: &str, color: Style, text: &str) -> io::Result<()> {
    line(out, label, paint(color, text).to_string())
}
