//! The rules of gateways, policies and backends, one by one.

use serde_json::{Value, json};

use crate::support::{breaks, takes};

#[test]
fn listeners_break_their_rules_one_by_one() {
    let certificates = json!([{ "name": "a" }]);
    let faults = [
        (
            json!([{ "protocol": "HTTP", "tls": { "certificateRefs": certificates } }]),
            1323,
        ),
        (
            json!([{ "protocol": "UDP", "tls": { "certificateRefs": certificates } }]),
            1323,
        ),
        (
            json!([{ "protocol": "HTTPS", "tls": { "mode": "Passthrough" } }]),
            1324,
        ),
        (json!([{ "protocol": "TLS" }]), 1324),
        (
            json!([{ "protocol": "TCP", "hostname": "a.example" }]),
            1325,
        ),
        (json!([{ "protocol": "HTTPS", "tls": {} }]), 1327),
        (
            json!([{ "protocol": "HTTPS", "tls": { "certificateRefs": [], "options": {} } }]),
            1327,
        ),
        (
            json!([{ "protocol": "HTTP" }, { "protocol": "HTTP", "name": "b" }]),
            1326,
        ),
        (
            json!([{ "protocol": "HTTP" }, { "protocol": "HTTP", "port": 2 }]),
            1109,
        ),
    ];
    let filled = |listeners: &Value| {
        let mut listeners = listeners.clone();
        for listener in listeners.as_array_mut().unwrap() {
            let listener = listener.as_object_mut().unwrap();
            listener.entry("name").or_insert(json!("a"));
            listener.entry("port").or_insert(json!(1));
        }
        listeners
    };
    let gateway = |listeners: Value| json!({ "gatewayClassName": "a", "listeners": listeners });
    let set = |listeners: Value| json!({ "parentRef": { "name": "a" }, "listeners": listeners });
    for (listeners, code) in &faults {
        breaks("Gateway", "v1", &gateway(filled(listeners)), *code);
        breaks("Gateway", "v1beta1", &gateway(filled(listeners)), *code);
        breaks("ListenerSet", "v1", &set(filled(listeners)), *code);
    }
    for sound in [
        json!([{ "protocol": "TLS", "tls": { "mode": "Passthrough" } }]),
        json!([{ "protocol": "HTTPS", "tls": { "options": { "a": "b" } } }]),
        json!([{ "protocol": "HTTPS" }]),
        json!([{ "protocol": "HTTP", "hostname": "a.example" }, { "protocol": "HTTP", "name": "b" }]),
        json!([{ "protocol": "HTTP" }, { "protocol": "HTTPS", "name": "b" }]),
    ] {
        takes("Gateway", "v1", &gateway(filled(&sound)));
        takes("ListenerSet", "v1", &set(filled(&sound)));
    }
}

#[test]
fn gateways_break_their_rules_one_by_one() {
    let gateway = |field: &str, value: Value| {
        json!({ "gatewayClassName": "a", field: value,
                "listeners": [{ "name": "a", "port": 1, "protocol": "HTTP" }] })
    };
    let address = |kind, values: &[&str]| {
        let address = |value: &&str| json!({ "type": kind, "value": value });
        gateway("addresses", values.iter().map(address).collect())
    };
    breaks("Gateway", "v1", &address("IPAddress", &["a.example"]), 1329);
    breaks(
        "Gateway",
        "v1",
        &address("IPAddress", &["1.2.3.4:80"]),
        1329,
    );
    breaks(
        "Gateway",
        "v1",
        &address("IPAddress", &["fe80::1%eth0"]),
        1329,
    );
    breaks("Gateway", "v1", &address("Hostname", &["a_b"]), 1329);
    breaks(
        "Gateway",
        "v1",
        &address("IPAddress", &["::1", "::1"]),
        1328,
    );
    breaks(
        "Gateway",
        "v1",
        &address("Hostname", &["a.example", "a.example"]),
        1328,
    );
    takes(
        "Gateway",
        "v1",
        &address("NamedAddress", &["a", "a", "anything goes"]),
    );
    takes("Gateway", "v1", &address("IPAddress", &["::1", "1.2.3.4"]));

    let long = format!("{}a/b", "a.".repeat(126));
    for map in ["labels", "annotations"] {
        for key in ["-a", "a_/b", "/a", "a/", "a/b/c", &"a".repeat(64), &long] {
            breaks(
                "Gateway",
                "v1",
                &gateway("infrastructure", json!({ map: { key: "x" } })),
                1330,
            );
        }
        for key in ["a", "a.example/b_c", &long[2..], &"a".repeat(63)] {
            takes(
                "Gateway",
                "v1",
                &gateway("infrastructure", json!({ map: { key: "x" } })),
            );
        }
    }
    let tls = json!({ "frontend": { "default": {}, "perPort": [{ "port": 1, "tls": {} }, { "port": 1, "tls": {} }] } });
    breaks("Gateway", "v1", &gateway("tls", tls), 1109);
}

#[test]
fn policies_and_backends_break_their_rules_one_by_one() {
    let policy = |validation: Value| json!({ "targetRefs": [{ "group": "", "kind": "Service", "name": "a" }], "validation": validation });
    let backend = |field: &str, value: Value| {
        let mut spec = json!({ "type": "ExternalHostname", "port": { "port": 1 },
                               "externalHostname": { "hostname": "a.example" } });
        spec[field] = value;
        spec
    };
    let system = "System";
    let refs = json!([{ "group": "", "kind": "ConfigMap", "name": "a" }]);
    let validations = [
        (json!({ "hostname": "a" }), 1334),
        (json!({ "hostname": "a", "caCertificateRefs": [] }), 1334),
        (
            json!({ "hostname": "a", "caCertificateRefs": refs, "wellKnownCACertificates": system }),
            1334,
        ),
        (
            json!({ "hostname": "a", "wellKnownCACertificates": system,
                 "subjectAltNames": [{ "type": "Hostname" }] }),
            1308,
        ),
        (
            json!({ "hostname": "a", "wellKnownCACertificates": system,
                 "subjectAltNames": [{ "type": "URI", "hostname": "a", "uri": "a://b" }] }),
            1309,
        ),
    ];
    for (validation, code) in validations {
        breaks("BackendTLSPolicy", "v1", &policy(validation.clone()), code);
        breaks(
            "BackendTLSPolicy",
            "v1alpha3",
            &policy(validation.clone()),
            code,
        );
        let tls = json!({ "mode": "ServerOnly", "validation": validation });
        breaks("XBackend", "v1alpha1", &backend("tls", tls), code);
    }
    takes("XBackend", "v1alpha1", &backend("protocol", json!("MCP")));
    breaks(
        "XBackend",
        "v1alpha1",
        &backend("externalHostname", Value::Null),
        1308,
    );
    breaks(
        "XBackend",
        "v1alpha1",
        &backend(
            "externalHostname",
            json!({ "hostname": "a.svc.cluster.local" }),
        ),
        1336,
    );
    breaks(
        "XBackend",
        "v1alpha1",
        &backend("port", json!({ "port": 1, "name": "A" })),
        1337,
    );
    takes(
        "XBackend",
        "v1alpha1",
        &backend("port", json!({ "port": 1, "name": "" })),
    );
    breaks(
        "XBackend",
        "v1alpha1",
        &backend("tls", json!({ "mode": "ClientAndServer" })),
        1308,
    );
    let client = json!({ "mode": "None", "clientCertificateRef": { "name": "a" } });
    breaks("XBackend", "v1alpha1", &backend("tls", client), 1309);

    let traffic = |constraint: Value| json!({ "targetRefs": [{ "group": "", "kind": "Service", "name": "a" }], "retryConstraint": constraint });
    for (limit, value) in [
        ("budget", "999ms"),
        ("budget", "1h1ms"),
        ("minRetryRate", "0s"),
        ("minRetryRate", "61m"),
    ] {
        breaks(
            "XBackendTrafficPolicy",
            "v1alpha1",
            &traffic(json!({ limit: { "interval": value } })),
            1335,
        );
    }
    for (limit, value) in [
        ("budget", "1s"),
        ("budget", "1h"),
        ("minRetryRate", "1ms"),
        ("minRetryRate", "60m"),
    ] {
        takes(
            "XBackendTrafficPolicy",
            "v1alpha1",
            &traffic(json!({ limit: { "interval": value } })),
        );
    }
}
