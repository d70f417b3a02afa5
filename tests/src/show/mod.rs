//! Route sets and requests in few lines, so that a failure can be read.

mod asked;

use std::fmt::{self, Display, Formatter, Write as _};

pub use asked::{Answered, Asked};

use fingerpost::model::{
    Action, Filter, HeaderEdit, HostBinding, HostMatch, PathMatch, Predicate, PredicateKind,
    RepeatedValues, RouteMatch, RouteSet, Target, ValueMatch, WeightedTarget,
};

/// Prints a route set.
pub struct Set<'a>(pub &'a RouteSet);

impl Display for Set<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for gateway in &self.0.gateways {
            let normalization = gateway.normalization;
            writeln!(
                f,
                "{} {normalization:?} {:?}",
                gateway.object, gateway.headers
            )?;
            for listener in &gateway.listeners {
                let hosts: Vec<_> = listener.hosts.iter().map(host).collect();
                write!(f, "  listener {} {:?}", listener.name, listener.protocol)?;
                write!(f, " port={:?} hosts={hosts:?}", listener.port)?;
                if let Some(namespace) = &listener.client_namespace {
                    write!(f, " clients={namespace}")?;
                }
                if listener.detect_misdirected {
                    f.write_str(" detect-misdirected")?;
                }
                writeln!(f, " -> stage {}", listener.stage.0)?;
            }
        }
        for (index, stage) in self.0.stages.iter().enumerate() {
            write!(f, "stage {index} {:?}", stage.precedence)?;
            write!(f, " fallthrough={}", stage.host_fallthrough)?;
            writeln!(f, " {:?}", stage.host_form)?;
            for attachment in &stage.attachments {
                let hosts: Vec<_> = attachment.hosts.iter().map(binding).collect();
                writeln!(f, "  route {} hosts={hosts:?}", attachment.route.0)?;
            }
        }
        for (index, route) in self.0.routes.iter().enumerate() {
            let attached = self.0.stages.iter().flat_map(|stage| &stage.attachments);
            if !attached.into_iter().any(|a| a.route.0 as usize == index) {
                continue;
            }
            writeln!(
                f,
                "route {index} {} created={:?}",
                route.object, route.created
            )?;
            for (number, rule) in route.rules.iter().enumerate() {
                write!(f, "  rule {number}")?;
                if let Some(priority) = rule.priority {
                    write!(f, " priority={priority}")?;
                }
                for filter in &rule.filters {
                    write!(f, " {}", filter_text(filter))?;
                }
                if !rule.sticky.is_empty() {
                    write!(f, " sticky={:?}", rule.sticky)?;
                }
                if !rule.hash.is_empty() {
                    write!(f, " hash={:?}", rule.hash)?;
                }
                if !rule.metadata.is_empty() {
                    write!(f, " metadata={:?}", rule.metadata)?;
                }
                writeln!(f, " => {}", action(&rule.action))?;
                for (number, item) in rule.matches.iter().enumerate() {
                    writeln!(f, "    match {number} {}", match_text(item))?;
                }
            }
        }
        Ok(())
    }
}

fn binding(binding: &HostBinding) -> String {
    let port = binding.port.map(|port| format!(":{port}"));
    let port = port.unwrap_or_default();
    match binding.host == binding.written {
        true => host(&binding.host) + &port,
        false => format!(
            "{}{port} written {}",
            host(&binding.host),
            host(&binding.written)
        ),
    }
}

/// A wildcard and a raw suffix can have the same text.
fn host(pattern: &HostMatch) -> String {
    match pattern {
        HostMatch::Suffix(text) => format!("suffix {text}"),
        HostMatch::WildcardSuffix(text) => format!("wildcard suffix {text}"),
        other => other.to_text(),
    }
}

fn match_text(item: &RouteMatch) -> String {
    let mut out = match &item.path {
        PathMatch::Any => "any".to_string(),
        PathMatch::Exact(text) => format!("exact {text}"),
        PathMatch::Prefix(text) => format!("prefix {text}"),
        PathMatch::Segments(text) => format!("segments {text}"),
        other => format!("{other:?}"),
    };
    if item.path_ignore_case {
        out.push_str(" (any case)");
    }
    if item.path_raw {
        out.push_str(" (raw)");
    }
    if !item.methods.is_empty() {
        let _ = write!(out, " {}", item.methods.join("|"));
    }
    if let Some(scheme) = item.scheme {
        let _ = write!(out, " {scheme:?}");
    }
    for header in &item.headers {
        let flags = (header.ignore_case, header.invert, header.missing_matches);
        let test = test(&header.value, flags, header.repeated);
        let _ = write!(out, " [{}: {test}]", header.name);
    }
    for query in &item.query {
        let flags = (query.ignore_case, query.invert, query.missing_matches);
        let raw = if query.raw { " raw" } else { "" };
        let test = test(&query.value, flags, query.repeated);
        let _ = write!(out, " [?{}{raw}={test}]", query.name);
    }
    if item.grpc_only {
        out.push_str(" grpc");
    }
    for predicate in &item.predicates {
        let _ = write!(out, " and {}", predicate_text(predicate));
    }
    out
}

fn predicate_text(predicate: &Predicate) -> String {
    let all = |parts: &[Predicate]| {
        let parts: Vec<_> = parts.iter().map(predicate_text).collect();
        parts.join(", ")
    };
    match predicate.kind() {
        PredicateKind::Fact(fact) => {
            let flags = (fact.ignore_case, fact.invert, fact.missing_matches);
            let test = test(&fact.value, flags, fact.repeated);
            format!("{{{}}} is {test}", fact.fact)
        }
        PredicateKind::All(parts) => format!("all({})", all(parts)),
        PredicateKind::Any(parts) => format!("any({})", all(parts)),
        PredicateKind::Not(part) => format!("not({})", predicate_text(part)),
        other => format!("{other:?}"),
    }
}

/// Whether case does not count, the test is inverted, and missing matches.
type Flags = (bool, bool, bool);

fn test(item: &ValueMatch, (any_case, invert, missing): Flags, values: RepeatedValues) -> String {
    let mut out = match item {
        ValueMatch::Exact(text) => format!("{text:?}"),
        other => format!("{other:?}"),
    };
    if invert {
        out.insert_str(0, "not ");
    }
    if any_case {
        out.push_str(" (any case)");
    }
    if missing {
        out.push_str(" or missing");
    }
    let _ = write!(out, " {values:?}");
    out
}

fn action(action: &Action) -> String {
    match action {
        Action::Forward(targets) => {
            let targets: Vec<_> = targets.iter().map(target).collect();
            targets.join(" | ")
        }
        Action::Redirect(redirect) => format!("{redirect:?}"),
        Action::Respond(respond) => format!("respond {} {:?}", respond.status, respond.body),
        other => format!("{other:?}"),
    }
}

fn target(target: &WeightedTarget) -> String {
    let mut out = match &target.target {
        Target::Backend(backend) => backend.name.clone(),
        Target::Stage { stage, metadata } => format!("stage {} {metadata:?}", stage.0),
        Target::Invalid(invalid) => format!("invalid {}", invalid.status),
        other => format!("{other:?}"),
    };
    let _ = write!(out, " x{}", target.weight);
    for backend in &target.failover {
        let _ = write!(out, " else {}", backend.name);
    }
    for filter in &target.filters {
        let _ = write!(out, " {}", filter_text(filter));
    }
    out
}

fn filter_text(filter: &Filter) -> String {
    let edits = |edits: &[HeaderEdit]| {
        let edit = |edit: &HeaderEdit| format!("{:?} {}={}", edit.verb, edit.name, edit.value);
        edits.iter().map(edit).collect::<Vec<_>>().join(", ")
    };
    match filter {
        Filter::RequestHeaders(list) => format!("{{request {}}}", edits(list)),
        Filter::ResponseHeaders(list) => format!("{{response {}}}", edits(list)),
        Filter::Mirror(mirror) => format!(
            "{{mirror {}/{} valid={}}}",
            mirror.numerator,
            mirror.denominator,
            mirror.target.is_ok()
        ),
        other => format!("{{{other:?}}}"),
    }
}
