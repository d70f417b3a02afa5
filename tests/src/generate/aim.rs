//! Requests that meet a match, mostly.

use fingerpost::model::{
    Fact, FactMatch, HostMatch, PathMatch, Predicate, PredicateKind, RouteMatch, ValueMatch,
};
use fingerpost::oracle::{Protocol, Request};

use super::spell::Choices;
use super::words::{self, CALLS, HOSTS, SERVICES, VALUES};

/// A request on its way to a match: names and values of the query apart.
pub(super) struct Aim {
    pub(super) request: Request,
    pub(super) host: String,
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
}

impl Aim {
    /// Makes the request meet the predicates of a match, mostly.
    pub(super) fn at(&mut self, item: &RouteMatch, choices: &mut Choices<'_>) {
        if let Some(method) = choices.pick(&item.methods)
            && !choices.rarely(8)
        {
            self.request.method = method.clone().into();
        }
        if let Some(scheme) = item.scheme
            && !choices.rarely(4)
        {
            self.request.scheme = Some(scheme);
        }
        if item.grpc_only && !choices.rarely(4) {
            let kinds = [
                "application/grpc",
                "application/grpc+proto",
                "application/json",
            ];
            let kind = choices.of(&kinds).into();
            self.request.headers.push((b"Content-Type".to_vec(), kind));
        }
        for header in &item.headers {
            self.header(&header.name, &header.value, header.invert, choices);
        }
        for parameter in &item.query {
            if !choices.rarely(8) {
                let value = value_for(&parameter.value, choices);
                self.query.push((parameter.name.clone(), value));
                if choices.rarely(8) {
                    let value = choices.of(VALUES).to_string();
                    self.query.push((parameter.name.clone(), value));
                }
            }
        }
        for predicate in &item.predicates {
            self.predicate(predicate, choices);
        }
    }

    /// Goes down a predicate, whose depth the generator bounds.
    fn predicate(&mut self, predicate: &Predicate, choices: &mut Choices<'_>) {
        match predicate.kind() {
            PredicateKind::Fact(test) => self.fact(test, choices),
            PredicateKind::All(parts) => {
                for part in parts {
                    self.predicate(part, choices);
                }
            }
            PredicateKind::Any(parts) => {
                if let Some(part) = choices.pick(parts) {
                    self.predicate(part, choices);
                }
            }
            PredicateKind::Not(part) if choices.rarely(2) => self.predicate(part, choices),
            _ => {}
        }
    }

    fn fact(&mut self, test: &FactMatch, choices: &mut Choices<'_>) {
        if choices.rarely(6) {
            return;
        }
        let mut value = value_for(&test.value, choices);
        if choices.rarely(6) {
            value = value.to_ascii_uppercase();
        }
        match &test.fact {
            Fact::Header(name) => self.header(name, &test.value, test.invert, choices),
            Fact::Query(name) | Fact::RawQueryParameter(name) => {
                self.query.push((name.clone(), value));
            }
            Fact::Cookie(name) => {
                let line = match choices.below(5) {
                    0 => format!("{name}=\"{value}\""),
                    1 => format!("x=1; {name}={value}"),
                    2 => format!("{name}={value};{name}=2;k"),
                    3 => format!(" {name} = {value} "),
                    _ => format!("{name}={value}"),
                };
                self.request.headers.push((b"cookie".to_vec(), line.into()));
            }
            Fact::Attribute(name) => {
                self.request.attributes.push((name.clone(), value.into()));
                if choices.rarely(4) {
                    let more = choices.of(VALUES).as_bytes().to_vec();
                    self.request.attributes.push((name.clone(), more));
                }
            }
            Fact::SourceIp => self.request.source_ip = value.parse().ok(),
            Fact::DestinationIp => self.request.destination_ip = value.parse().ok(),
            Fact::ClientNamespace => self.request.client_namespace = Some(value),
            Fact::Method if !value.is_empty() && !value.contains([',', ' ']) => {
                self.request.method = value.into();
            }
            Fact::Host if HOSTS.contains(&value.as_str()) => self.host = value,
            Fact::Path if value.starts_with('/') => self.path = value,
            Fact::Port => self.request.port = value.parse().ok(),
            Fact::Version if value == "3" => self.request.protocol = Protocol::Http3,
            Fact::Version if value == "2" => self.request.protocol = Protocol::Http2,
            _ => {}
        }
    }

    fn header(&mut self, name: &str, value: &ValueMatch, invert: bool, choices: &mut Choices<'_>) {
        if choices.rarely(8) {
            return;
        }
        let mut value = value_for(value, choices);
        if invert && choices.rarely(2) {
            value.push('x');
        }
        match choices.below(10) {
            0 => value = format!(" {value}\t"),
            1 => value = value.to_ascii_uppercase(),
            _ => {}
        }
        let name = match choices.rarely(4) {
            true => name.to_ascii_uppercase(),
            false => name.to_string(),
        };
        let headers = &mut self.request.headers;
        headers.push((name.clone().into(), value.into()));
        if choices.rarely(5) {
            headers.push((name.into(), choices.of(VALUES).into()));
        }
    }
}

pub(super) fn host_for(host: &HostMatch, choices: &mut Choices<'_>) -> Option<String> {
    let before = ["z", "y.z", "b", "z"];
    match host {
        HostMatch::Exact(host) => Some(host.clone()),
        HostMatch::Wildcard(suffix) | HostMatch::OneLabel(suffix) => {
            Some(format!("{}.{suffix}", choices.of(&before)))
        }
        HostMatch::Suffix(suffix) | HostMatch::WildcardSuffix(suffix) => {
            Some(format!("{}{suffix}", choices.of(&before)))
        }
        HostMatch::WildcardPrefix(prefix) => {
            let after = choices.of(&["test", "a.test", "z"]);
            Some(format!("{prefix}{after}"))
        }
        HostMatch::Regex(regex) => Some(sample(words::HOST_REGEXES, regex, choices)),
        _ => None,
    }
}

pub(super) fn path_for(path: &PathMatch, choices: &mut Choices<'_>) -> String {
    let tail = |choices: &mut Choices<'_>| choices.of(&["", "", "/", "/b", "/a/b", "x"]);
    match path {
        PathMatch::Exact(text) => match choices.rarely(6) {
            true => format!("{text}{}", tail(choices)),
            false => text.clone(),
        },
        PathMatch::Prefix(text) | PathMatch::Segments(text) => {
            let text = match choices.rarely(3) {
                true => text.strip_suffix('/').unwrap_or(text),
                false => text,
            };
            format!("{text}{}", tail(choices))
        }
        PathMatch::Suffix(text) => format!("/{}{text}", choices.of(&["", "a", "a/b"])),
        PathMatch::Contains(text) => format!("/{}{text}{}", choices.of(&["", "a"]), tail(choices)),
        PathMatch::Glob(glob) => sample(words::GLOBS, glob, choices),
        PathMatch::Template(template) => sample(words::TEMPLATES, template, choices),
        PathMatch::Regex(regex) => sample(words::PATH_REGEXES, regex, choices),
        PathMatch::RegexStart(regex) | PathMatch::RegexSearch(regex) => {
            let path = sample(words::PATH_REGEXES, regex, choices);
            format!("{path}{}", tail(choices))
        }
        PathMatch::Grpc { service, method } => {
            let name =
                |item: &Option<ValueMatch>, names: &[&str], choices: &mut Choices<'_>| match item {
                    Some(ValueMatch::Exact(name)) => name.clone(),
                    _ => choices.of(names).to_string(),
                };
            let service = name(service, SERVICES, choices);
            format!("/{service}/{}{}", name(method, CALLS, choices), {
                if choices.rarely(8) { tail(choices) } else { "" }
            })
        }
        _ => choices.of(&["/", "/a", "/q/r"]).to_string(),
    }
}

fn value_for(value: &ValueMatch, choices: &mut Choices<'_>) -> String {
    let around = ["", "1", "ab"];
    match value {
        ValueMatch::Exact(text) => text.clone(),
        ValueMatch::Prefix(text) => format!("{text}{}", choices.of(&around)),
        ValueMatch::Suffix(text) => format!("{}{text}", choices.of(&around)),
        ValueMatch::Contains(text) => {
            format!("{}{text}{}", choices.of(&around), choices.of(&around))
        }
        ValueMatch::In(texts) => choices.pick(texts).cloned().unwrap_or_default(),
        ValueMatch::Glob(glob) => {
            let run = choices.of(&["", "b", "a,b"]);
            glob.replace('*', run).replace('?', "b")
        }
        ValueMatch::Regex(regex) | ValueMatch::RegexStart(regex) => {
            sample(words::VALUE_REGEXES, regex, choices)
        }
        ValueMatch::RegexSearch(regex) => {
            let value = sample(words::VALUE_REGEXES, regex, choices);
            format!("{}{value}", choices.of(&around))
        }
        ValueMatch::Range { start, end } => {
            let number = start + i64::from(choices.below(4)) - 1;
            if choices.rarely(4) {
                end.to_string()
            } else {
                number.to_string()
            }
        }
        ValueMatch::Cidr(_) => choices.of(words::ADDRESSES).to_string(),
        _ => choices.of(VALUES).to_string(),
    }
}

fn sample(known: words::Samples, pattern: &str, choices: &mut Choices<'_>) -> String {
    let texts = known
        .iter()
        .find(|(other, _)| *other == pattern)
        .map_or(&[""][..], |k| k.1);
    choices.of(texts).to_string()
}
