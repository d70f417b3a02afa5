//! Decisions as JSON.
//!
//! Field names and their order are the contract's. What does not apply is
//! absent, with one exception: `backend` is null where none was chosen.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::str;

use crate::decision::headers::HeaderEdit;
use crate::decision::metadata::MetadataView;
use crate::decision::view::{BackendView, StageView};
use crate::decision::{Decision, Outcome, Reason};
use crate::diagnostic::codes::request::AMBIGUOUS_GATEWAY;
use crate::table::names::ObjectName;
use crate::vocabulary::HeaderVerb;

use super::error::RequestError;
use super::explanation::{origin, place};
use super::write::{self, Object};

/// Writes a decision on one line.
///
/// With `latin1`, and wherever a value is not UTF-8, the decision says
/// `"latin1":true`, and each character of `request`, `response_edits`,
/// `redirect`, `cors` and `captures` stands for one byte.
///
/// # Errors
///
/// The request names no gateway, and two gateways would answer differently.
pub fn write_decision(decision: &Decision<'_>, latin1: bool) -> Result<String, RequestError> {
    if decision.outcome() == Outcome::Ambiguous {
        return Err(ambiguous(decision));
    }
    let mut out = String::new();
    write::object(&mut out, |object| fields(object, decision, latin1));
    Ok(out)
}

fn ambiguous(decision: &Decision<'_>) -> RequestError {
    let gateway =
        |name: Option<ObjectName<'_>>| name.map(|name| slashed(&name)).unwrap_or_default();
    let (one, other) = (
        gateway(decision.gateway()),
        gateway(decision.rival().map(|(name, _)| name)),
    );
    let message = if one.is_empty() {
        "gateways or listeners would answer differently, and the table has no names of them: \
         name a port"
            .to_string()
    } else if one == other {
        let listener = |name: Option<&str>| name.unwrap_or_default().to_string();
        let (this, that) = (
            decision.listener(),
            decision.rival().map(|(_, listener)| listener),
        );
        format!(
            "listeners {} and {} of gateway {one} would answer differently: name a listener or a port",
            listener(this),
            listener(that),
        )
    } else {
        format!("gateways {one} and {other} would answer differently: name one")
    };
    RequestError::at(AMBIGUOUS_GATEWAY, "gateway", message)
}

fn fields(object: &mut Object<'_>, decision: &Decision<'_>, latin1: bool) {
    let bytes = Bytes::of(decision, latin1);
    let forwards = decision.outcome() == Outcome::Forward;
    object.text("outcome", decision.outcome().as_str());
    object.number_opt("status", decision.status());
    object.number_opt("grpc_status", decision.grpc_status());
    if decision.reason() != Reason::Matched {
        object.text("reason", &reason(decision));
    }
    let gateway = decision.gateway().map(|name| slashed(&name));
    object.text_opt(
        "gateway",
        gateway.as_deref().filter(|name| !name.is_empty()),
    );
    object.text_opt("listener", decision.listener());
    let mut stages = decision.stages();
    if let Some(first) = stages.next() {
        rule(object, &first);
    }
    // Empty objects would tell nothing but how many there are.
    let is_named = |stage: StageView<'_>| stage.route != ObjectName::default();
    if stages.len() > 0 && decision.stages().any(is_named) {
        object.list("stages", decision.stages(), |out, stage| {
            write::object(out, |object| {
                stage_of(object, &stage.stage);
                rule(object, &stage);
            });
        });
    }
    match decision.backend().filter(|_| forwards) {
        Some(chosen) => {
            object.object("backend", |object| {
                backend(object, &chosen);
                if decision.is_backend_from_request() {
                    object.bool("from_request", true);
                }
            });
        }
        None => object.key("backend").push_str("null"),
    }
    if decision.backends().next().is_some() {
        object.list("backends", decision.backends(), |out, target| {
            write::object(out, |object| {
                if target.backend.is_some() || target.from_request {
                    object.object("backend", |object| {
                        if let Some(of) = target.backend {
                            backend(object, &of);
                        }
                        if target.from_request {
                            object.bool("from_request", true);
                        }
                    });
                }
                if let Some(stage) = target.stage {
                    stage_of(object, &stage);
                }
                object.number("weight", target.weight);
                object.text_opt("invalid", target.invalid);
            });
        });
    }
    if decision.failover().next().is_some() {
        object.list("failover", decision.failover(), |out, of| {
            write::object(out, |object| backend(object, &of));
        });
    }
    if forwards && decision.request().protocol().is_http() {
        object.object("request", |object| head(object, decision, bytes));
    }
    if decision.response_edits().next().is_some() {
        edits(
            object.key("response_edits"),
            decision.response_edits(),
            bytes,
        );
    }
    if let Some(location) = decision.location() {
        object.object("redirect", |object| {
            bytes.write(object.key("location"), location);
        });
    }
    if let Some(body) = decision
        .body()
        .filter(|_| decision.outcome() == Outcome::Respond)
    {
        object.object("respond", |object| {
            object.text("body", &String::from_utf8_lossy(body));
        });
    }
    policies(object, decision, bytes);
    if let Some(hash) = decision.hash() {
        object.text("hash_key", &format!("{hash:016x}"));
    }
    if decision.captures().next().is_some() {
        object.object("captures", |object| {
            for (name, value) in decision.captures() {
                bytes.write(object.key(name), value);
            }
        });
    }
    metadata(object, decision);
    if bytes.latin1 {
        object.bool("latin1", true);
    }
}

/// What the proxy must do besides sending the request on.
fn policies(object: &mut Object<'_>, decision: &Decision<'_>, bytes: Bytes) {
    let forwards = decision.outcome() == Outcome::Forward;
    if forwards && decision.mirrors().next().is_some() {
        object.list("mirrors", decision.mirrors(), |out, mirror| {
            write::object(out, |object| {
                object.object("backend", |object| backend(object, &mirror.backend));
                let percent =
                    f64::from(mirror.numerator) * 100.0 / f64::from(mirror.denominator.max(1));
                // `Debug` keeps the point: 10.0.
                object.key("percent").push_str(&format!("{percent:?}"));
                object.bool("selected", mirror.selected);
            });
        });
    }
    let timeouts = decision.timeouts();
    let limits = [
        ("request_ms", timeouts.request_ms),
        ("backend_request_ms", timeouts.backend_request_ms),
        ("idle_ms", timeouts.idle_ms),
    ];
    if forwards && limits.iter().any(|(_, limit)| limit.is_some()) {
        object.object("timeouts", |object| {
            for (name, limit) in limits {
                object.number_opt(name, limit);
            }
        });
    }
    if let Some(retry) = decision.retry().filter(|_| forwards) {
        object.object("retry", |object| {
            object.number_opt("attempts", retry.attempts);
            object.number_opt("per_try_timeout_ms", retry.per_try_timeout_ms);
            object.list("on", retry.on(), write::string);
            object.number_opt("backoff_ms", retry.backoff_ms);
            object.number_opt("max_backoff_ms", retry.max_backoff_ms);
        });
    }
    if let Some((fault, delayed, aborted)) = decision.fault() {
        object.object("fault", |object| {
            object.number_opt("delay_ms", fault.delay_ms);
            object.number_opt("abort_status", fault.abort_status);
            object.number_opt("abort_grpc_status", fault.abort_grpc_status);
            object
                .bool("delay_selected", delayed)
                .bool("abort_selected", aborted);
        });
    }
    if decision.has_cors() {
        object.object("cors", |object| {
            object.bool("preflight", decision.is_preflight());
            object.list("headers", decision.cors_headers(), |out, (name, value)| {
                out.push('[');
                write::string(out, name);
                out.push(',');
                bytes.write(out, value);
                out.push(']');
            });
        });
    }
    if let Some(session) = decision.session().filter(|_| forwards) {
        object.object("session", |object| {
            object
                .text("type", session.kind)
                .text_opt("name", session.name);
            if session.permanent {
                object.bool("permanent", true);
            }
            object.number_opt("absolute_timeout_ms", session.absolute_timeout_ms);
            object.number_opt("idle_timeout_ms", session.idle_timeout_ms);
        });
    }
}

/// Of a name given twice, the later stage's value counts.
fn metadata(object: &mut Object<'_>, decision: &Decision<'_>) {
    let mut all: Vec<(&str, MetadataView<'_>)> = Vec::new();
    for (name, value) in decision.metadata() {
        match all.iter_mut().find(|(taken, _)| *taken == name) {
            Some((_, old)) => *old = value,
            None => all.push((name, value)),
        }
    }
    if !all.is_empty() {
        object.object("metadata", |object| {
            for (name, value) in all {
                metadata_value(object.key(name), value);
            }
        });
    }
}

fn metadata_value(out: &mut String, value: MetadataView<'_>) {
    match value {
        MetadataView::Text(text) => write::string(out, text),
        MetadataView::Json(text) => write::embedded(out, text),
        other => out.push_str(&other.to_string()),
    }
}

/// Why nothing is forwarded, with the importer's word where there is one.
fn reason(decision: &Decision<'_>) -> String {
    let clause = decision.reason().as_str();
    match decision.failure() {
        Some(word) => format!("{clause}: {word}"),
        None => clause.to_string(),
    }
}

/// A stage's route, rule, match and place.
fn rule(object: &mut Object<'_>, of: &StageView<'_>) {
    let route = (of.route.kind, of.route.namespace, of.route.name);
    place(object, route, of.rule, of.rule_name, of.matched);
    origin(object, of.file, of.origin);
}

/// The request's head as it leaves.
fn head(object: &mut Object<'_>, decision: &Decision<'_>, bytes: Bytes) {
    bytes.write(object.key("method"), decision.method());
    if let Some(authority) = decision.authority() {
        bytes.write(object.key("authority"), authority);
    }
    if decision.host_from_backend() {
        object.bool("authority_from_backend", true);
    }
    bytes.write(object.key("path"), decision.target());
    object.list("headers", decision.headers(), |out, (name, value)| {
        out.push('[');
        bytes.write(out, &name.to_ascii_lowercase());
        out.push(',');
        bytes.write(out, value);
        out.push(']');
    });
    if decision.request_edits().next().is_some() {
        edits(object.key("edits"), decision.request_edits(), bytes);
    }
}

fn edits<'a>(out: &mut String, edits: impl Iterator<Item = HeaderEdit<'a>>, bytes: Bytes) {
    write::list(out, edits, |out, edit| {
        out.push('[');
        write::string(out, edit.verb.as_str());
        out.push(',');
        bytes.write(out, edit.name);
        if edit.verb != HeaderVerb::Remove {
            out.push(',');
            bytes.write(out, edit.value);
        }
        out.push(']');
    });
}

fn backend(object: &mut Object<'_>, of: &BackendView<'_>) {
    let present = |text: &&str| !text.is_empty();
    object.text_opt("kind", Some(of.kind).filter(present));
    object.text_opt("namespace", Some(of.namespace).filter(present));
    object.text("name", of.name);
    object.number_opt("port", of.port);
    object.text_opt("subset", of.subset);
    object.text_opt("protocol", of.protocol);
}

/// The name of a stage, where the table has names.
fn stage_of(object: &mut Object<'_>, of: &ObjectName<'_>) {
    if *of != ObjectName::default() {
        object.object("stage", |object| name(object, of));
    }
}

fn name(object: &mut Object<'_>, of: &ObjectName<'_>) {
    object.text("kind", of.kind);
    object.text_opt(
        "namespace",
        Some(of.namespace).filter(|text| !text.is_empty()),
    );
    object.text("name", of.name);
}

/// `namespace/name`, or `name` outside of namespaces.
fn slashed(of: &ObjectName<'_>) -> String {
    if of.namespace.is_empty() {
        of.name.to_string()
    } else {
        format!("{}/{}", of.namespace, of.name)
    }
}

/// How bytes become text in one decision.
#[derive(Clone, Copy)]
struct Bytes {
    latin1: bool,
}

impl Bytes {
    fn of(decision: &Decision<'_>, latin1: bool) -> Self {
        let is_text = |value: &[u8]| str::from_utf8(value).is_ok();
        let all = is_text(decision.target())
            && decision.authority().is_none_or(is_text)
            && decision.location().is_none_or(is_text)
            && decision.headers().all(|(_, value)| is_text(value))
            && decision.request_edits().all(|edit| is_text(edit.value))
            && decision.response_edits().all(|edit| is_text(edit.value))
            && decision.captures().all(|(_, value)| is_text(value))
            && decision.cors_headers().all(|(_, value)| is_text(value));
        Self {
            latin1: latin1 || !all,
        }
    }

    fn write(self, out: &mut String, value: &[u8]) {
        match str::from_utf8(value) {
            Ok(text) if !self.latin1 => write::string(out, text),
            _ => write::latin1(out, value),
        }
    }
}

#[cfg(test)]
mod tests;
