//! Hosts of routes and listeners.

use alloc::format;
use alloc::string::{String, ToString};

use crate::compile::limits::Limits;
use crate::compile::regex::parse;
use crate::diagnostic::codes::compile::INVALID_REGEX;
use crate::diagnostic::codes::native as codes;
use crate::import::document::{Kind, Node};
use crate::model::{HostBinding, HostForm, HostMatch};

use super::reader::{Reader, number, text};
use super::schema::patterns::{HOST, split_port};

/// A host as it is written, for either form that a stage compares hosts in.
pub(super) struct Host {
    /// Without port and trailing dot.
    host: HostMatch,
    /// The port that the authority must state.
    port: Option<u16>,
    /// For authorities: the text with its port, where it can have one at its end.
    authority: Option<HostMatch>,
}

impl Host {
    /// The binding of a route in a stage.
    pub(super) fn binding(&self, form: HostForm) -> HostBinding {
        let (host, port) = match (form, &self.authority) {
            (HostForm::Authority, Some(authority)) => (authority.clone(), None),
            _ => (self.host.clone(), self.port),
        };
        HostBinding {
            written: host.clone(),
            host,
            port,
        }
    }
}

impl Reader<'_> {
    /// A host of a route. What has not the shape of one was reported.
    pub(super) fn host(&mut self, node: Node<'_>) -> Option<Host> {
        if node.kind() == Kind::Map {
            return self.host_of_object(node);
        }
        let text = node.as_str().filter(|text| (HOST.matches)(text))?;
        let (name, digits) = split_port(text);
        let port = match digits {
            Some(digits) => Some(self.port_of(node, digits)?),
            None => None,
        };
        let lower = name.to_ascii_lowercase();
        let host = pattern_of(lower.strip_suffix('.').unwrap_or(&lower));
        let has_empty_label = |host: &HostMatch| match host {
            HostMatch::Exact(host)
            | HostMatch::Wildcard(host)
            | HostMatch::WildcardPrefix(host) => {
                host.is_empty() || host.starts_with('.') || host.contains("..")
            }
            _ => false,
        };
        if has_empty_label(&host) {
            let says = format!("'{text}' has an empty label, which no host has");
            self.error(codes::INVALID_VALUE, node, &says);
            return None;
        }
        let authority = match host {
            HostMatch::Any | HostMatch::WildcardPrefix(_) => None,
            _ => {
                let written = text.to_ascii_lowercase();
                Some(pattern_of(&written))
            }
        };
        Some(Host {
            host,
            port,
            authority,
        })
    }

    fn host_of_object(&mut self, node: Node<'_>) -> Option<Host> {
        let lower = |key: &str| text(node, key).map(str::to_ascii_lowercase);
        let host = if let Some(suffix) = lower("one_label") {
            HostMatch::OneLabel(suffix)
        } else if let Some(suffix) = lower("suffix") {
            HostMatch::Suffix(suffix)
        } else {
            HostMatch::Regex(self.host_regex(node.get("regex")?)?)
        };
        Some(Host {
            host,
            port: number(node, "port"),
            authority: None,
        })
    }

    /// An expression that can be read. The compiler, which leaves out a host with another,
    /// knows no place of hosts; limits are its own.
    fn host_regex(&mut self, node: Node<'_>) -> Option<String> {
        let pattern = node.as_str()?;
        let is_short = pattern.len() <= Limits::default().regex_pattern;
        if is_short && let Err(reason) = parse(pattern, false) {
            let says = format!("host: regular expression \"{pattern:.80}\" {reason}");
            self.error(INVALID_REGEX, node, &says);
            return None;
        }
        Some(pattern.to_string())
    }

    /// A host of a listener.
    pub(super) fn listener_host(&mut self, node: Node<'_>) -> Option<HostMatch> {
        let host = self.host(node)?;
        if host.port.is_some() {
            let says = "a listener's host has no port; the listener has one";
            self.error(codes::MISPLACED, node, says);
            return None;
        }
        Some(host.host)
    }
}

/// A pattern from its text in lower case, which has a wildcard at one end at most.
fn pattern_of(text: &str) -> HostMatch {
    if text == "*" {
        HostMatch::Any
    } else if let Some(suffix) = text.strip_prefix("*.") {
        HostMatch::Wildcard(suffix.to_string())
    } else if let Some(suffix) = text.strip_prefix('*') {
        HostMatch::WildcardSuffix(suffix.to_string())
    } else if let Some(prefix) = text.strip_suffix('*') {
        HostMatch::WildcardPrefix(prefix.to_string())
    } else {
        HostMatch::Exact(String::from(text))
    }
}
