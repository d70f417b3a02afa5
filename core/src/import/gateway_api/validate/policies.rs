//! BackendTLSPolicy, XBackendTrafficPolicy and XBackend.

use alloc::format;

use crate::diagnostic::codes::gateway_api as codes;
use crate::import::document::Node;
use crate::import::gateway_api::duration;
use crate::import::schema::patterns::is_label;
use crate::import::schema::{Report, field_place, written};

use super::unions::{Union, union};
use super::{At, field, items, references, session};

const SUBJECT_ALT_NAME: Union = Union {
    tag: "type",
    default: "",
    members: &[("Hostname", "hostname"), ("URI", "uri")],
    empty_is_absent: true,
};

const BACKEND: Union = Union {
    tag: "type",
    default: "",
    members: &[("ExternalHostname", "externalHostname")],
    empty_is_absent: false,
};

const BACKEND_TLS: Union = Union {
    tag: "mode",
    default: "",
    members: &[
        ("ClientAndServer", "clientCertificateRef"),
        ("None", ""),
        ("ServerOnly", ""),
    ],
    empty_is_absent: false,
};

/// The rules for the `spec` of a BackendTLSPolicy.
pub(super) fn backend_tls(spec: At<'_, '_>, report: &mut Report<'_>) {
    references::targets(spec, report);
    tls_validation(spec, report);
}

/// The rules for the `spec` of an XBackendTrafficPolicy.
pub(super) fn backend_traffic(spec: At<'_, '_>, report: &mut Report<'_>) {
    session::persistence(spec, report);
    const HOUR: u64 = 3_600_000;
    field(spec, "retryConstraint", |limit| {
        field(limit, "budget", |budget| {
            interval(budget, 1_000..=HOUR, "must be between 1s and 1h", report);
        });
        field(limit, "minRetryRate", |rate| {
            interval(rate, 1..=HOUR, "must be above 0 and at most 1h", report);
        });
    });
}

/// The rules for the `spec` of an XBackend.
pub(super) fn backend(spec: At<'_, '_>, report: &mut Report<'_>) {
    union(spec, &BACKEND, report);
    field(spec, "externalHostname", |external| {
        let Some(hostname) = external.node.get("hostname") else {
            return;
        };
        if hostname
            .as_str()
            .is_some_and(|name| name.ends_with(".cluster.local"))
        {
            report.error(
                codes::EXTERNAL_HOSTNAME,
                hostname.origin(),
                &external.path.field("hostname"),
                "must not end with .cluster.local",
            );
        }
    });
    field(spec, "port", |port| {
        let Some(node) = port.node.get("name") else {
            return;
        };
        if node
            .as_str()
            .is_some_and(|name| !name.is_empty() && !is_label(name))
        {
            let says = format!("must be a DNS label, not {}", written(node));
            report.error(
                codes::PORT_NAME,
                node.origin(),
                &port.path.field("name"),
                &says,
            );
        }
    });
    field(spec, "tls", |tls| {
        union(tls, &BACKEND_TLS, report);
        tls_validation(tls, report);
    });
}

/// The rules for `validation` of BackendTLSPolicy and XBackend.
fn tls_validation(owner: At<'_, '_>, report: &mut Report<'_>) {
    field(owner, "validation", |validation| {
        let refs = validation.node.get("caCertificateRefs");
        let has_refs = refs.is_some_and(|refs| refs.items().len() > 0);
        let well_known = validation
            .node
            .get("wellKnownCACertificates")
            .and_then(Node::as_str);
        let has_well_known = well_known.is_some_and(|name| !name.is_empty());
        if has_refs == has_well_known {
            let says = if has_refs {
                "must not have both caCertificateRefs and wellKnownCACertificates"
            } else {
                "must have caCertificateRefs or wellKnownCACertificates"
            };
            let place = field_place(owner.node, "validation");
            report.error(codes::CA_NOT_ONE, place, validation.path, says);
        }
        items(validation, "subjectAltNames", |name| {
            union(name, &SUBJECT_ALT_NAME, report);
        });
    });
}

/// The `interval` of `owner`, in milliseconds, is in a range.
fn interval(
    owner: At<'_, '_>,
    range: core::ops::RangeInclusive<u64>,
    says: &str,
    report: &mut Report<'_>,
) {
    let Some(node) = owner.node.get("interval") else {
        return;
    };
    let Some(value) = node.as_str().and_then(duration::parse_ms) else {
        return;
    };
    if !range.contains(&value) {
        let says = format!("{says}, not {}", written(node));
        report.error(
            codes::RETRY_INTERVAL,
            node.origin(),
            &owner.path.field("interval"),
            &says,
        );
    }
}
