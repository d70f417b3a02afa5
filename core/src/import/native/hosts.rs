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
use super::schema::gateways::HOST as HOST_SHAPE;
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
            let is_sound = self.is_sound(node, &HOST_SHAPE.schema);
            let host = self.host_of_object(node).filter(|_| is_sound)?;
            return self.without_empty_label(node, host);
        }
        let text = node.as_str().filter(|text| (HOST.matches)(text))?;
        let (name, digits) = split_port(text);
        let port = match digits {
            Some(digits) => Some(self.port_of(node, digits)?),
            None => None,
        };
        let lower = name.to_ascii_lowercase();
        // A dot after the root says nothing; after a star it stands for no label.
        let bare = lower.strip_suffix('.').filter(|bare| *bare != "*");
        let host = pattern_of(bare.unwrap_or(&lower));
        let authority = match host {
            HostMatch::Any | HostMatch::WildcardPrefix(_) => None,
            _ => {
                let written = text.to_ascii_lowercase();
                Some(pattern_of(&written))
            }
        };
        let host = Host {
            host,
            port,
            authority,
        };
        self.without_empty_label(node, host)
    }

    /// A host that may be one. What has an empty label, or is empty, would take none, or
    /// every one.
    fn without_empty_label(&mut self, node: Node<'_>, host: Host) -> Option<Host> {
        let is_whole =
            |text: &str| !text.is_empty() && !text.starts_with('.') && !text.contains("..");
        let is_sound = match &host.host {
            HostMatch::Exact(text)
            | HostMatch::Wildcard(text)
            | HostMatch::WildcardPrefix(text)
            | HostMatch::OneLabel(text) => is_whole(text),
            HostMatch::Suffix(text) | HostMatch::WildcardSuffix(text) => {
                is_whole(text.strip_prefix('.').unwrap_or(text))
            }
            HostMatch::Any | HostMatch::Regex(_) => true,
        };
        if is_sound {
            return Some(host);
        }
        let says = match node.as_str() {
            Some(text) => format!("'{text}' has an empty label, which no host has"),
            None => "the host has an empty label, which no host has".to_string(),
        };
        self.error(codes::INVALID_VALUE, node, &says);
        None
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
