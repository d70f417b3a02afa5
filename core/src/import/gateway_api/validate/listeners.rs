//! Gateway and ListenerSet.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use core::net::IpAddr;

use crate::diagnostic::codes::gateway_api as codes;
use crate::import::document::Node;
use crate::import::gateway_api::schema::patterns::is_hostname;
use crate::import::schema::{Report, field_place, place, written};

use super::{At, field, items, names, text_or};

/// The rules for the `spec` of a Gateway.
pub(super) fn gateway(spec: At<'_, '_>, report: &mut Report<'_>) {
    listeners(spec, report);
    addresses(spec, report);
    field(spec, "infrastructure", |infrastructure| {
        names::metadata_keys(infrastructure, report);
    });
}

/// The rules for `listeners` of a Gateway or ListenerSet.
pub(super) fn listeners(spec: At<'_, '_>, report: &mut Report<'_>) {
    items(spec, "listeners", |listener| {
        if let Some(protocol) = listener.node.get("protocol").and_then(Node::as_str) {
            tls_fits(listener, protocol, report);
            if matches!(protocol, "TCP" | "UDP") && listener.node.get("hostname").is_some() {
                report.error(
                    codes::LISTENER_HOSTNAME,
                    field_place(listener.node, "hostname"),
                    &listener.path.field("hostname"),
                    &format!("must not be set for protocol {protocol}"),
                );
            }
        }
        certificates(listener, report);
    });
    distinct(spec, report);
}

fn tls_fits(listener: At<'_, '_>, protocol: &str, report: &mut Report<'_>) {
    let tls = listener.node.get("tls");
    match (protocol, tls) {
        ("HTTP" | "TCP" | "UDP", Some(_)) => report.error(
            codes::LISTENER_TLS,
            field_place(listener.node, "tls"),
            &listener.path.field("tls"),
            &format!("must not be set for protocol {protocol}"),
        ),
        // SPEC: the mode is Terminate where it is absent (CRD default).
        ("HTTPS", Some(tls))
            if text_or(tls, "mode", "Terminate").is_some_and(|mode| mode != "Terminate") =>
        {
            report.error(
                codes::LISTENER_TLS_MODE,
                field_place(tls, "mode"),
                &listener.path.field("tls").field("mode"),
                "must be Terminate for protocol HTTPS",
            );
        }
        ("TLS", None) => report.error(
            codes::LISTENER_TLS_MODE,
            field_place(listener.node, "protocol"),
            &listener.path.field("tls").field("mode"),
            "must be set for protocol TLS",
        ),
        _ => {}
    }
}

fn certificates(listener: At<'_, '_>, report: &mut Report<'_>) {
    field(listener, "tls", |tls| {
        let filled = |name| {
            tls.node
                .get(name)
                .is_some_and(|node| node.items().len() + node.entries().len() > 0)
        };
        if text_or(tls.node, "mode", "Terminate") == Some("Terminate")
            && !filled("certificateRefs")
            && !filled("options")
        {
            report.error(
                codes::CERTIFICATES_MISSING,
                field_place(listener.node, "tls"),
                tls.path,
                "must have certificateRefs or options where mode is Terminate",
            );
        }
    });
}

/// No two listeners agree in port, protocol and hostname.
///
/// SPEC: hostnames compare as written, and no hostname equals only no hostname.
fn distinct(spec: At<'_, '_>, report: &mut Report<'_>) {
    let Some(list) = spec.node.get("listeners") else {
        return;
    };
    let path = spec.path.field("listeners");
    let mut seen = BTreeMap::new();
    for (index, listener) in list.items().enumerate() {
        let port = listener.get("port").and_then(Node::as_i64);
        let protocol = listener.get("protocol").and_then(Node::as_str);
        let (Some(port), Some(protocol)) = (port, protocol) else {
            continue;
        };
        let hostname = listener.get("hostname").and_then(Node::as_str);
        let first = *seen.entry((port, protocol, hostname)).or_insert(index);
        if first != index {
            report.error(
                codes::LISTENER_REPEATED,
                place(listener),
                &path.index(index),
                &format!(
                    "must differ from {} in port, protocol or hostname",
                    path.index(first)
                ),
            );
        }
    }
}

fn addresses(spec: At<'_, '_>, report: &mut Report<'_>) {
    let mut seen = BTreeSet::new();
    items(spec, "addresses", |address| {
        let kind = text_or(address.node, "type", "IPAddress");
        let Some(node) = address.node.get("value") else {
            return;
        };
        let (Some(kind), Some(value)) = (kind, node.as_str()) else {
            return;
        };
        let path = address.path.field("value");
        let says = match kind {
            // SPEC: the schema's `oneOf`: format ipv4 or ipv6; neither has a zone or port.
            "IPAddress" if value.parse::<IpAddr>().is_err() => "must be an IP address",
            "Hostname" if !is_hostname(value) => "must be a DNS name in lower case",
            _ => "",
        };
        if !says.is_empty() {
            let says = format!("{says}, not {}", written(node));
            report.error(codes::ADDRESS_VALUE, node.origin(), &path, &says);
        }
        let is_new = match kind {
            "IPAddress" | "Hostname" => seen.insert((kind == "Hostname", value)),
            _ => true,
        };
        if !is_new {
            let says = format!("must not repeat another {kind}, {}", written(node));
            report.error(codes::ADDRESS_REPEATED, node.origin(), &path, &says);
        }
    });
}
