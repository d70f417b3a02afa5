//! An explanation for people.
//!
//! The answer first, then the way to it: the request as it was matched, each
//! stage with its winner, why it won and who lost by what, the weighted pick, and
//! the head that leaves. Losers are listed by how close they came: one that
//! failed at its last predicate tells more than one for another host, and a table
//! may have thousands of those.

use std::io::{self, Write};

use fingerpost::Decision;
use fingerpost::explain::{Explanation, StageExplanation, Trial, TrialVerdict};

use super::decision::{headline, line, outgoing, share};
use super::style::{self, paint};
use crate::text::{plain, quoted};

/// Most losers listed of one stage, unless all are asked for.
const MOST_LOSERS: usize = 20;

/// Writes the explanation of a decision.
pub(crate) fn write(
    out: &mut dyn Write,
    explanation: &Explanation,
    decision: &Decision<'_>,
    all: bool,
) -> io::Result<()> {
    writeln!(out, "{}", headline(decision))?;
    request(out, explanation, decision)?;
    for (index, stage) in explanation.stages.iter().enumerate() {
        writeln!(out)?;
        let order = format!("order of {}", stage.precedence.as_str());
        writeln!(
            out,
            "{} {}",
            plain(&stage.stage),
            paint(style::QUIET, format!("({order})"))
        )?;
        if index > 0 {
            let host = stage
                .host
                .as_ref()
                .map(|host| format!(" (host {})", plain(host)));
            let path = plain(&stage.path);
            line(out, "sees", format!("{path}{}", host.unwrap_or_default()))?;
        }
        self::stage(out, stage, all)?;
        pick(out, stage, decision, index)?;
    }
    let mut rest = Vec::new();
    if let Some(obstacle) = &explanation.obstacle {
        line(&mut rest, "obstacle", plain(obstacle.to_string()))?;
    }
    outgoing(&mut rest, decision)?;
    if !rest.is_empty() {
        writeln!(out, "\noutcome")?;
    }
    out.write_all(&rest)
}

/// The request as it was matched.
fn request(
    out: &mut dyn Write,
    explanation: &Explanation,
    decision: &Decision<'_>,
) -> io::Result<()> {
    let asked = decision.request();
    writeln!(out)?;
    writeln!(out, "request")?;
    if asked.protocol().is_http() {
        let authority = asked.authority().map(plain);
        let sent = match &authority {
            Some(authority) => format!("{}://{authority}", asked.scheme().as_str()),
            None => String::new(),
        };
        line(
            out,
            "came",
            format!("{} {sent}{}", plain(asked.method()), plain(asked.target())),
        )?;
        match (&explanation.host, &authority) {
            (Some(host), Some(authority)) if host != authority => {
                line(out, "host", format!("{} (from {authority})", plain(host)))?;
            }
            (Some(host), _) => line(out, "host", plain(host))?,
            (None, Some(_)) => {}
            (None, None) => line(out, "host", "none: only rules for any host take it")?,
        }
        if explanation.path_changed {
            let target = plain(asked.target());
            let came = target.split('?').next().unwrap_or_default();
            line(
                out,
                "path",
                format!("{} (from {came})", plain(&explanation.path)),
            )?;
        } else {
            line(out, "path", plain(&explanation.path))?;
        }
    } else {
        let protocol = asked.protocol().as_str();
        let name = asked
            .sni()
            .map(|name| format!(", server name {}", plain(name)));
        let port = asked.port().map(|port| format!(" to port {port}"));
        let port = port.unwrap_or_default();
        line(
            out,
            "came",
            format!("{protocol}{port}{}", name.unwrap_or_default()),
        )?;
    }
    if let Some(listener) = &explanation.listener {
        line(out, "listener", plain(listener))?;
    }
    for trial in &explanation.listeners {
        line(
            out,
            "not at",
            format!("{}: {}", plain(&trial.listener), plain(&trial.failure)),
        )?;
    }
    Ok(())
}

/// The winner, why it won, and who lost by what.
fn stage(out: &mut dyn Write, stage: &StageExplanation, all: bool) -> io::Result<()> {
    let mut losers: Vec<&Trial> = Vec::new();
    for trial in &stage.trials {
        if trial.verdict == TrialVerdict::Won {
            line(out, "won", rule(trial))?;
            line(
                out,
                "",
                format!("host {}, {}", plain(&trial.host), plain(&trial.path)),
            )?;
        } else {
            losers.push(trial);
        }
    }
    if let Some(tie_break) = &stage.tie_break {
        line(out, "because", plain(&tie_break.text))?;
        if let Some(second) = stage.trials.get(tie_break.runner_up) {
            line(out, "runner-up", rule(second))?;
        }
    } else if losers.len() < stage.trials.len() {
        line(out, "because", "no other rule takes the request")?;
    }
    // Stable: those equally close stay in order of rank.
    losers.sort_by_key(|trial| distance(&trial.verdict));
    let runner_up = stage
        .tie_break
        .as_ref()
        .and_then(|tie| stage.trials.get(tie.runner_up));
    losers.retain(|trial| !runner_up.is_some_and(|second| std::ptr::eq(second, *trial)));
    let shown = if all {
        losers.len()
    } else {
        losers.len().min(MOST_LOSERS)
    };
    for (index, trial) in losers.iter().take(shown).enumerate() {
        let label = if index == 0 { "lost" } else { "" };
        let why = match &trial.verdict {
            TrialVerdict::Failed(failure) => plain(failure.to_string()),
            TrialVerdict::HostNotConsulted => {
                "takes the request, but a more specific host has rules here".to_owned()
            }
            _ => "takes the request, but comes later".to_owned(),
        };
        line(out, label, rule(trial))?;
        line(out, "", paint(style::BAD, format!("  {why}")).to_string())?;
    }
    if shown < losers.len() {
        line(
            out,
            "",
            format!("and {} more (--all)", losers.len() - shown),
        )?;
    }
    Ok(())
}

/// How far a trial was from winning; 0 took the request.
fn distance(verdict: &TrialVerdict) -> usize {
    /// In the order in which they are tried, last first.
    const ORDER: [&str; 7] = [
        "query", "header", "protocol", "scheme", "method", "path", "host",
    ];
    match verdict {
        TrialVerdict::Failed(failure) => {
            2 + ORDER
                .iter()
                .position(|name| *name == failure.predicate)
                .unwrap_or(0)
        }
        TrialVerdict::HostNotConsulted => 1,
        _ => 0,
    }
}

/// What chose among the targets of a stage's rule: a draw or a hash.
fn pick(
    out: &mut dyn Write,
    explanation: &StageExplanation,
    decision: &Decision<'_>,
    index: usize,
) -> io::Result<()> {
    let targets: Vec<_> = decision.targets_of(index).collect();
    let Some(stage) = decision.stages().nth(index) else {
        return Ok(());
    };
    let total: u128 = targets.iter().map(|target| u128::from(target.weight)).sum();
    if let Some(draw) = stage.draw {
        // The engine's own scaling: a draw is a point on 0 to 2^64.
        let point = (u128::from(draw) * total) >> 64;
        line(out, "draw", format!("{draw} is point {point} of {total}"))?;
    }
    if !explanation.hashed.is_empty() {
        let facts = plain(explanation.hashed.join(", "));
        line(out, "chosen", format!("by the hash of {facts}"))?;
    }
    for (index, target) in targets.iter().enumerate() {
        let label = if index == 0 { "leads to" } else { "" };
        line(out, label, share(target))?;
    }
    Ok(())
}

/// `HTTPRoute shop/cart, rule 0 "canary", match 1 (cart.yaml:12:5)`.
fn rule(trial: &Trial) -> String {
    let (kind, namespace, name) = &trial.route;
    let slash = if namespace.is_empty() { "" } else { "/" };
    let named = trial
        .rule_name
        .as_ref()
        .map(|name| format!(" {}", quoted(name)));
    let mut text = plain(format!(
        "{kind} {namespace}{slash}{name}, rule {}",
        trial.rule
    ));
    text.push_str(&named.unwrap_or_default());
    text.push_str(&format!(", match {}", trial.matched));
    if let Some(file) = &trial.file {
        let at = format!(
            "({}:{}:{})",
            plain(file),
            trial.origin.line,
            trial.origin.column
        );
        text.push_str(&format!(" {}", paint(style::QUIET, at)));
    }
    text
}
