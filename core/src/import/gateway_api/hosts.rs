//! Hostnames: what a listener and a route have in common, and which is more
//! specific.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Ordering;

use crate::import::document::Node;
use crate::model::{HostBinding, HostMatch};

use super::HostnamePrecedence;
use super::read::{a_kind, stated_list};
use super::schema::patterns::is_hostname;

/// The hosts that both take, or `None` where there are none.
///
/// SPEC: semantics/gateway-api.md 1.2 (HTTPRoute `hostnames`): precise and
/// precise must be equal; a precise one must match a wildcard; of two wildcards
/// one must be the other's suffix, and the more specific one is left.
pub(super) fn intersect(left: &HostMatch, right: &HostMatch) -> Option<HostMatch> {
    use HostMatch::{Any, Exact, Wildcard};
    match (left, right) {
        (Any, other) | (other, Any) => Some(other.clone()),
        (Exact(a), Exact(b)) => (a == b).then(|| left.clone()),
        (Exact(host), Wildcard(suffix)) => under(host, suffix).then(|| left.clone()),
        (Wildcard(suffix), Exact(host)) => under(host, suffix).then(|| right.clone()),
        (Wildcard(a), Wildcard(b)) => {
            if a == b || under(a, b) {
                Some(left.clone())
            } else {
                under(b, a).then(|| right.clone())
            }
        }
        // App Mesh's raw suffixes are never read from Gateway API objects.
        _ => None,
    }
}

/// Where a route with these hostnames is found under a listener: one binding for
/// each host in common. `None` where there is none; empty where nothing narrows.
pub(super) fn bind(
    listener: &HostMatch,
    hostnames: &[HostMatch],
    precedence: HostnamePrecedence,
) -> Option<Vec<HostBinding>> {
    if hostnames.is_empty() {
        return Some(match listener {
            HostMatch::Any => Vec::new(),
            host => alloc::vec![binding(host.clone(), HostMatch::Any, precedence)],
        });
    }
    let mut common = hostnames.iter().filter_map(|written| {
        let host = intersect(listener, written)?;
        Some(binding(host, written.clone(), precedence))
    });
    let bindings = match hostnames {
        [_] => common.next().into_iter().collect(),
        _ => distinct(common),
    };
    (!bindings.is_empty()).then_some(bindings)
}

/// Adds what another way of attaching gives to what there is. Empty takes any.
pub(super) fn merge(there: &mut Vec<HostBinding>, more: Vec<HostBinding>) {
    if there.is_empty() || more.is_empty() {
        there.clear();
        return;
    }
    let all = core::mem::take(there).into_iter().chain(more);
    *there = distinct(all);
}

/// Reads the `hostnames` of a route. One that cannot be read fails all of them:
/// the list without it might be empty, which means every host.
pub(super) fn read_all(spec: Node<'_>) -> Result<Vec<HostMatch>, String> {
    let list = stated_list(spec, "hostnames")?;
    let count = list.map_or(0, |list| list.items().len());
    let mut seen = BTreeSet::new();
    let mut hosts = Vec::with_capacity(count);
    for (index, item) in list.into_iter().flat_map(Node::items).enumerate() {
        let Some(text) = item.as_str() else {
            let found = a_kind(item);
            return Err(format!("hostnames[{index}] must be a string, not {found}"));
        };
        let host = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
        if !is_hostname(&host) {
            return Err(format!("hostnames[{index}] '{text}' is not a hostname"));
        }
        let host = HostMatch::parse(&host);
        if count == 1 || seen.insert(host.clone()) {
            hosts.push(host);
        }
    }
    Ok(hosts)
}

fn binding(host: HostMatch, written: HostMatch, precedence: HostnamePrecedence) -> HostBinding {
    // SPEC: semantics/gateway-api.md 1.4: which hostname counts under a narrower
    // listener is contested; the route's own by default, as HTTPRoute says.
    let written = match precedence {
        HostnamePrecedence::Own => written,
        HostnamePrecedence::Intersected => host.clone(),
    };
    HostBinding {
        host,
        written,
        port: None,
    }
}

/// Each host once, in order. Of two bindings of one host the more specifically
/// written one stays: the other could never win.
fn distinct(bindings: impl Iterator<Item = HostBinding>) -> Vec<HostBinding> {
    let mut places: BTreeMap<HostMatch, usize> = BTreeMap::new();
    let mut kept: Vec<HostBinding> = Vec::new();
    for new in bindings {
        match places.get(&new.host).and_then(|&place| kept.get_mut(place)) {
            Some(there) => {
                if specificity(&new.written, &there.written) == Ordering::Greater {
                    *there = new;
                }
            }
            None => {
                places.insert(new.host.clone(), kept.len());
                kept.push(new);
            }
        }
    }
    kept
}

/// SPEC: semantics/gateway-api.md 1.4: more characters in a hostname without a
/// wildcard, then more characters.
fn specificity(left: &HostMatch, right: &HostMatch) -> Ordering {
    let key = |host: &HostMatch| match host {
        HostMatch::Exact(text) => (text.len(), text.len()),
        other => (0, text_len(other)),
    };
    key(left).cmp(&key(right))
}

fn text_len(host: &HostMatch) -> usize {
    match host {
        HostMatch::Wildcard(suffix) => suffix.len() + 2,
        HostMatch::Exact(text) | HostMatch::Suffix(text) => text.len(),
        _ => 0,
    }
}

/// Whether a host has one or more labels before the suffix.
///
/// SPEC: semantics/gateway-api.md 1.1: `*.example.com` takes `a.b.example.com`,
/// never `example.com`.
fn under(host: &str, suffix: &str) -> bool {
    host.strip_suffix(suffix)
        .and_then(|head| head.strip_suffix('.'))
        .is_some_and(|label| !label.is_empty())
}

/// How a set of hosts is written in messages.
pub(super) fn describe(hosts: &[HostMatch]) -> String {
    let mut text = String::new();
    for host in hosts.iter().take(4) {
        if !text.is_empty() {
            text.push_str(", ");
        }
        text.push_str(&host.to_text());
    }
    if hosts.len() > 4 {
        text.push_str(", ...");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{HostnamePrecedence, bind, intersect};
    use crate::model::{HostBinding, HostMatch};

    fn host(text: &str) -> HostMatch {
        HostMatch::parse(text)
    }

    #[test]
    fn the_more_specific_of_two_hosts_is_left() {
        for (left, right, both) in [
            ("a.org", "a.org", Some("a.org")),
            ("a.org", "b.org", None),
            ("*.org", "a.b.org", Some("a.b.org")),
            ("*.a.org", "*.org", Some("*.a.org")),
            ("*.a.org", "*.b.org", None),
            ("*.a.org", "a.org", None),
            ("*.ba.org", "*.a.org", None),
            ("*", "a.org", Some("a.org")),
            ("*", "*", Some("*")),
        ] {
            let both = both.map(host);
            assert_eq!(
                intersect(&host(left), &host(right)),
                both,
                "{left} and {right}"
            );
            assert_eq!(
                intersect(&host(right), &host(left)),
                both,
                "{right} and {left}"
            );
        }
    }

    #[test]
    fn a_route_without_hostnames_is_bound_to_the_listeners() {
        let bound = bind(&host("*.a.org"), &[], HostnamePrecedence::Own).unwrap();
        assert_eq!(
            bound,
            [HostBinding {
                host: host("*.a.org"),
                written: HostMatch::Any,
                port: None,
            }]
        );
        assert_eq!(
            bind(&host("*"), &[], HostnamePrecedence::Own),
            Some([].to_vec())
        );
    }

    #[test]
    fn of_bindings_to_one_host_the_more_specifically_written_stays() {
        let hosts = [host("*.org"), host("a.b.org"), host("*.b.org")];
        let bound = bind(&host("a.b.org"), &hosts, HostnamePrecedence::Own).unwrap();
        assert_eq!(
            bound,
            [HostBinding {
                host: host("a.b.org"),
                written: host("a.b.org"),
                port: None,
            }]
        );
    }

    #[test]
    fn intersected_precedence_counts_the_host_in_common() {
        let bound = bind(
            &host("a.org"),
            &[host("*.org")],
            HostnamePrecedence::Intersected,
        )
        .unwrap();
        assert_eq!(
            bound,
            [HostBinding {
                host: host("a.org"),
                written: host("a.org"),
                port: None,
            }]
        );
    }
}
