//! Route sets and requests in few lines, so that a failure can be read.

use std::fmt::{self, Display, Formatter, Write as _};

use fingerpost::model::{
    Action, Filter, HostBinding, HostMatch, PathMatch, PathRewrite, RepeatedValues, Rewrite,
    RouteMatch, RouteSet, Target, ValueMatch, WeightedTarget,
};
use fingerpost::oracle::{Answer, Draws, Edit, Request};

/// Prints a route set.
pub struct Set<'a>(pub &'a RouteSet);

/// Prints a request.
pub struct Asked<'a>(pub &'a Request);

/// Prints an answer.
pub struct Answered<'a>(pub &'a Answer);

impl Display for Set<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for gateway in &self.0.gateways {
            writeln!(f, "{} {:?}", gateway.object, gateway.normalization)?;
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
            writeln!(f, " fallthrough={}", stage.host_fallthrough)?;
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
                writeln!(f, " => {}", action(&rule.action))?;
                for (number, item) in rule.matches.iter().enumerate() {
                    writeln!(f, "    match {number} {}", match_text(item))?;
                }
            }
        }
        Ok(())
    }
}

impl Display for Asked<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let text = |bytes: &[u8]| bytes.escape_ascii().to_string();
        let request = self.0;
        write!(f, "{} {}", text(&request.method), text(&request.target))?;
        write!(f, " authority={:?}", request.authority.as_deref().map(text))?;
        write!(f, " {:?} {:?}", request.protocol, request.scheme)?;
        if let Some(gateway) = &request.gateway {
            write!(f, " gateway={gateway}")?;
        }
        if let Some(port) = request.port {
            write!(f, " port={port}")?;
        }
        if let Some(address) = request.destination_ip {
            write!(f, " destination={address}")?;
        }
        if let Some(sni) = &request.sni {
            write!(f, " sni={}", text(sni))?;
        }
        if let Some(namespace) = &request.client_namespace {
            write!(f, " client={namespace}")?;
        }
        match &request.draws {
            Draws::Same(number) => write!(f, " draw={number:#x}")?,
            Draws::List(numbers) => write!(f, " draws={numbers:x?}")?,
        }
        for (name, value) in &request.headers {
            write!(f, " [{}: {}]", text(name), text(value))?;
        }
        Ok(())
    }
}

impl Display for Answered<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let text = |bytes: &[u8]| bytes.escape_ascii().to_string();
        match self.0 {
            Answer::Forward(forward) => {
                f.write_str("forward")?;
                for step in &forward.trail {
                    write!(f, " {}.{}", step.route, step.rule)?;
                    if let Some(matched) = step.matched {
                        write!(f, ".{matched}")?;
                    }
                }
                let authority = forward.authority.as_deref().map(text);
                write!(f, " to {} {}", forward.backend.name, text(&forward.target))?;
                write!(f, " authority={authority:?}")?;
                write!(
                    f,
                    " {} from request={}",
                    text(&forward.method),
                    forward.from_request
                )?;
                write!(f, " host from backend={}", forward.host_from_backend)?;
                for backend in &forward.failover {
                    write!(f, " failover {}", backend.name)?;
                }
                f.write_str(" request")?;
                edits(f, &forward.request_edits)?;
                f.write_str(" response")?;
                edits(f, &forward.response_edits)?;
                pairs(f, "head", &forward.head)?;
                for (backend, selected) in &forward.mirrors {
                    write!(f, " mirror {}={selected}", backend.name)?;
                }
                pairs(f, "captures", &forward.captures)?;
                write!(f, " hash={:x?}", forward.hash)?;
                write!(f, " metadata={:?}", forward.metadata)?;
                pairs(f, "cors", &forward.cors)?;
                write!(f, " delayed={}", forward.delayed)
            }
            Answer::Redirect(redirected) => {
                let location = text(&redirected.location);
                write!(f, "redirect {} {location}", redirected.status)?;
                write!(f, " own host={}", redirected.host_from_request)?;
                edits(f, &redirected.response_edits)?;
                pairs(f, "cors", &redirected.cors)
            }
            Answer::Respond(responded) => {
                write!(f, "respond {}", responded.status)?;
                write!(f, " {:?}", text(&responded.body))?;
                edits(f, &responded.response_edits)?;
                pairs(f, "cors", &responded.cors)
            }
            Answer::OneOf(answers) => {
                f.write_str("one of")?;
                for answer in answers {
                    write!(f, "\n        {}", Answered(answer))?;
                }
                Ok(())
            }
            other => write!(f, "{other:?}"),
        }
    }
}

fn edits(f: &mut Formatter<'_>, edits: &[Edit]) -> fmt::Result {
    for edit in edits {
        let (name, value) = (edit.name.escape_ascii(), edit.value.escape_ascii());
        write!(f, " {:?} {name}=\"{value}\"", edit.verb)?;
    }
    Ok(())
}

fn pairs<N: AsRef<[u8]>>(f: &mut Formatter<'_>, what: &str, pairs: &[(N, Vec<u8>)]) -> fmt::Result {
    if !pairs.is_empty() {
        write!(f, " {what}")?;
    }
    for (name, value) in pairs {
        let name = name.as_ref().escape_ascii();
        write!(f, " [{name}: {}]", value.escape_ascii())?;
    }
    Ok(())
}

fn binding(binding: &HostBinding) -> String {
    match binding.host == binding.written {
        true => host(&binding.host),
        false => format!("{} written {}", host(&binding.host), host(&binding.written)),
    }
}

/// A wildcard and a raw suffix can have the same text.
fn host(pattern: &HostMatch) -> String {
    match pattern {
        HostMatch::Suffix(text) => format!("suffix {text}"),
        other => other.to_text(),
    }
}

fn match_text(item: &RouteMatch) -> String {
    let mut out = match &item.path {
        PathMatch::Any => "any".to_string(),
        PathMatch::Exact(text) => format!("exact {text}"),
        PathMatch::Prefix(text) => format!("prefix {text}"),
        PathMatch::Segments(text) => format!("segments {text}"),
        PathMatch::Regex(text) => format!("regex {text}"),
        other => format!("{other:?}"),
    };
    if !item.methods.is_empty() {
        let _ = write!(out, " {}", item.methods.join("|"));
    }
    if let Some(scheme) = item.scheme {
        let _ = write!(out, " {scheme:?}");
    }
    for header in &item.headers {
        let not = if header.invert { "not " } else { "" };
        let _ = write!(out, " [{}: {not}{}", header.name, value(&header.value));
        if header.missing_matches {
            out.push_str(" or missing");
        }
        if header.repeated != RepeatedValues::Joined {
            let _ = write!(out, " {:?}", header.repeated);
        }
        out.push(']');
    }
    for query in &item.query {
        let _ = write!(out, " [?{}={}]", query.name, value(&query.value));
    }
    if item.grpc_only {
        out.push_str(" grpc");
    }
    out
}

fn value(item: &ValueMatch) -> String {
    match item {
        ValueMatch::Exact(text) => format!("{text:?}"),
        other => format!("{other:?}"),
    }
}

fn action(action: &Action) -> String {
    match action {
        Action::Forward(targets) => {
            let targets: Vec<_> = targets.iter().map(target).collect();
            targets.join(" | ")
        }
        Action::Redirect(redirect) => format!("{redirect:?}"),
        Action::Respond(respond) => format!("respond {}", respond.status),
        other => format!("{other:?}"),
    }
}

fn target(target: &WeightedTarget) -> String {
    let mut out = match &target.target {
        Target::Backend(backend) => backend.name.clone(),
        Target::Stage { stage, .. } => format!("stage {}", stage.0),
        Target::Invalid(invalid) => format!("invalid {}", invalid.status),
        other => format!("{other:?}"),
    };
    let _ = write!(out, " x{}", target.weight);
    for filter in &target.filters {
        let _ = write!(out, " {}", filter_text(filter));
    }
    out
}

fn filter_text(filter: &Filter) -> String {
    match filter {
        Filter::Cors(_) => "{cors}".into(),
        Filter::Rewrite(Rewrite { host, path, .. }) => {
            let path = match path {
                Some(PathRewrite::Prefix { replacement, join }) => {
                    format!("prefix {replacement:?} {join:?}")
                }
                other => format!("{other:?}"),
            };
            format!("{{rewrite host {host:?} path {path}}}")
        }
        Filter::RequestHeaders(edits) => format!("{{request edits {}}}", edits.len()),
        Filter::ResponseHeaders(edits) => format!("{{response edits {}}}", edits.len()),
        Filter::Mirror(mirror) => format!(
            "{{mirror {}/{} valid={}}}",
            mirror.numerator,
            mirror.denominator,
            mirror.target.is_ok()
        ),
        other => format!("{{{other:?}}}"),
    }
}
