//! Names: of rules, hostnames, labels and annotations.

use alloc::collections::BTreeMap;
use alloc::format;
use core::net::IpAddr;

use crate::diagnostic::codes::gateway_api as codes;
use crate::import::document::Node;
use crate::import::schema::patterns::{is_qualified_name, is_subdomain};
use crate::import::schema::{Report, field_place, place, written};

use super::{At, field, items};

/// The rules of a route have different names, as far as they have names.
pub(super) fn rule_names(spec: At<'_, '_>, report: &mut Report<'_>) {
    let Some(rules) = spec.node.get("rules") else {
        return;
    };
    let path = spec.path.field("rules");
    let mut seen = BTreeMap::new();
    for (index, rule) in rules.items().enumerate() {
        let Some(name) = rule.get("name").and_then(Node::as_str) else {
            continue;
        };
        let first = *seen.entry(name).or_insert(index);
        if first != index {
            report.error(
                codes::RULE_NAME_REPEATED,
                field_place(rule, "name"),
                &path.index(index).field("name"),
                &format!("must differ from that of {}", path.index(first)),
            );
        }
    }
}

/// The hostnames of a TLSRoute are DNS names, perhaps with a wildcard as their first
/// label, and no IP addresses.
pub(super) fn tls_hostnames(spec: At<'_, '_>, report: &mut Report<'_>) {
    items(spec, "hostnames", |hostname| {
        let Some(name) = hostname.node.as_str() else {
            return;
        };
        let says = if name.parse::<IpAddr>().is_ok() {
            "must not be an IP address"
        } else if !name.contains('*') && !is_subdomain(name) {
            "must be a DNS name"
        } else if name.contains('*') && !name.strip_prefix("*.").is_some_and(is_subdomain) {
            "must have its wildcard as the whole first label, before a DNS name"
        } else {
            return;
        };
        let says = format!("{says}, not {}", written(hostname.node));
        report.error(
            codes::TLS_HOSTNAME,
            place(hostname.node),
            hostname.path,
            &says,
        );
    });
}

/// The keys of `labels` and `annotations` of `owner` are such as Kubernetes allows.
pub(super) fn metadata_keys(owner: At<'_, '_>, report: &mut Report<'_>) {
    for map in ["labels", "annotations"] {
        field(owner, map, |map| {
            for (key, _) in map.node.entries() {
                let Some(text) = key.scalar_text() else {
                    continue;
                };
                let (prefix, name) = match text.split_once('/') {
                    Some((prefix, name)) => (Some(prefix), name),
                    None => (None, text),
                };
                let says = if !prefix.is_none_or(is_subdomain)
                    || name.len() > 63
                    || !is_qualified_name(name)
                {
                    "must be a name of up to 63 letters, digits, '-', '_' and '.', \
                     optionally after a DNS name and '/'"
                // SPEC: the rule says `< 253`, its message "not longer than 253".
                } else if prefix.is_some_and(|prefix| prefix.len() >= 253) {
                    "must have less than 253 characters before '/'"
                } else {
                    continue;
                };
                report.error(
                    codes::METADATA_KEY,
                    key.origin(),
                    &map.path.field(text),
                    says,
                );
            }
        });
    }
}
