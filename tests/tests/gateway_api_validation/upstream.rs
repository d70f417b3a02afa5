//! Upstream's tables, examples and conformance manifests.

use std::collections::BTreeMap;

use fingerpost::import::gateway_api::duration;
use serde_json::{Value, json};

use crate::support::{check, error_codes, files, shared};

/// Every message of a CEL rule of the CRDs, with the code that says the same here.
const RULES: &[(&str, u16)] = &[
    (
        "sectionName or port must be specified when parentRefs includes 2 or more",
        1301,
    ),
    (
        "sectionName or port must be unique when parentRefs includes 2 or more",
        1302,
    ),
    (
        "sectionName must be specified when parentRefs includes 2 or more",
        1301,
    ),
    (
        "sectionName must be unique when parentRefs includes 2 or more",
        1302,
    ),
    (
        "total number of matches across all rules in a route must be less than 128",
        1303,
    ),
    ("Rule name must be unique within the route", 1304),
    ("Must have port for Service reference", 1305),
    ("RequestHeaderModifier filter cannot be repeated", 1306),
    ("ResponseHeaderModifier filter cannot be repeated", 1306),
    ("CORS filter cannot be repeated", 1306),
    ("RequestRedirect filter cannot be repeated", 1306),
    ("URLRewrite filter cannot be repeated", 1306),
    (
        "May specify either httpRouteFilterRequestRedirect or httpRouteFilterRequestRewrite",
        1307,
    ),
    ("filter.requestHeaderModifier must be specified for", 1308),
    ("filter.responseHeaderModifier must be specified for", 1308),
    ("filter.requestMirror must be specified for", 1308),
    ("filter.extensionRef must be specified for", 1308),
    ("filter.cors must be specified for", 1308),
    ("filter.requestRedirect must be specified for", 1308),
    ("filter.urlRewrite must be specified for", 1308),
    ("filter.externalAuth must be specified for", 1308),
    (
        "replaceFullPath must be specified when type is set to 'ReplaceFullPath'",
        1308,
    ),
    (
        "replacePrefixMatch must be specified when type is set to 'ReplacePrefixMatch'",
        1308,
    ),
    (
        "grpc must be specified when protocol is set to 'GRPC'",
        1308,
    ),
    (
        "http must be specified when protocol is set to 'HTTP'",
        1308,
    ),
    ("cookie must be specified for Cookie type", 1308),
    ("header must be specified for Header type", 1308),
    ("SubjectAltName element must contain Hostname, if", 1308),
    ("SubjectAltName element must contain URI, if", 1308),
    (
        "externalHostname must be set when type is ExternalHostname",
        1308,
    ),
    (
        "clientCertificateRef must be set if and only if mode is ClientAndServer",
        1308,
    ),
    ("filter.requestHeaderModifier must be nil if", 1309),
    ("filter.responseHeaderModifier must be nil if", 1309),
    ("filter.requestMirror must be nil if", 1309),
    ("filter.extensionRef must be nil if", 1309),
    ("filter.cors must be nil if", 1309),
    ("filter.requestRedirect must be nil if", 1309),
    ("filter.urlRewrite must be nil if", 1309),
    ("filter.externalAuth must be nil if", 1309),
    (
        "type must be 'ReplaceFullPath' when replaceFullPath is set",
        1309,
    ),
    (
        "type must be 'ReplacePrefixMatch' when replacePrefixMatch is set",
        1309,
    ),
    ("protocol must be 'GRPC' when grpc is set", 1309),
    ("protocol must be 'HTTP' when http is set", 1309),
    ("cookie must be nil if type is not Cookie", 1309),
    ("header must be nil if type is not Header", 1309),
    ("SubjectAltName element must not contain Hostname, if", 1309),
    ("SubjectAltName element must not contain URI, if", 1309),
    (
        "RequestRedirect filter must not be used together with backendRefs",
        1310,
    ),
    (
        "RequestRedirect filter with path.replacePrefixMatch, exactly one PathPrefix match",
        1311,
    ),
    (
        "URLRewrite filter with path.replacePrefixMatch, exactly one PathPrefix match",
        1311,
    ),
    ("Only one of percent or fraction may be specified", 1312),
    ("numerator must be less than or equal to denominator", 1313),
    ("AllowHeaders cannot contain '*' alongside", 1314),
    ("AllowMethods cannot contain '*' alongside", 1314),
    ("AllowOrigins cannot contain '*' alongside", 1314),
    ("value must be an absolute path and start with '/'", 1315),
    ("must not contain '//'", 1316),
    ("must not contain '/./'", 1316),
    ("must not contain '/../'", 1316),
    ("must not end with '/..'", 1316),
    ("must not end with '/.'", 1316),
    ("must not contain '%2f'", 1317),
    ("must not contain '%2F'", 1317),
    ("must not contain '#'", 1318),
    (
        "must only contain valid characters (matching ^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]",
        1318,
    ),
    ("One or both of 'service' or 'method", 1319),
    ("service must only contain valid characters", 1320),
    ("method must only contain valid characters", 1320),
    (
        "backendRequest timeout cannot be longer than request timeout",
        1321,
    ),
    (
        "AbsoluteTimeout must be specified when cookie lifetimeType is Permanent",
        1322,
    ),
    ("tls must not be specified for protocols", 1323),
    ("tls mode must be Terminate for protocol HTTPS", 1324),
    ("tls mode must be set for protocol TLS", 1324),
    ("hostname must not be specified for protocols", 1325),
    (
        "Combination of port, protocol and hostname must be unique",
        1326,
    ),
    (
        "certificateRefs or options must be specified when mode is Terminate",
        1327,
    ),
    ("IPAddress values must be unique", 1328),
    ("Hostname values must be unique", 1328),
    (
        "Hostname value must be empty or contain only valid characters",
        1329,
    ),
    ("Annotation keys must be in the form", 1330),
    (
        "the annotation key's prefix must be a DNS subdomain not longer than 253",
        1330,
    ),
    ("Label keys must be in the form", 1330),
    (
        "the label key's prefix must be a DNS subdomain not longer than 253",
        1330,
    ),
    ("Hostnames cannot contain an IP", 1331),
    ("Hostnames must be valid based on RFC-1123", 1331),
    ("Wildcards on hostnames must be the first label", 1331),
    ("sectionName must be specified when targetRefs", 1332),
    ("sectionName must be unique when targetRefs", 1333),
    (
        "must not contain both CACertificateRefs and WellKnownCACertificates",
        1334,
    ),
    (
        "must specify either CACertificateRefs or WellKnownCACertificates",
        1334,
    ),
    ("interval cannot be greater than one hour", 1335),
    (
        "hostname must not be an IP address or end with .cluster.local",
        1336,
    ),
    ("Name must be a valid DNS label", 1337),
    // Asked by the schema as well, and reported once.
    ("Listener name must be unique within the Gateway", 1109),
    (
        "Port for TLS configuration must be unique within the Gateway",
        1109,
    ),
    (
        "type must be one of ['Exact', 'PathPrefix', 'RegularExpression']",
        1106,
    ),
];

/// What an API server's schema check says, with the code that says the same here.
const SCHEMA: &[(&str, u16)] = &[
    ("in body must be of type ipv4", 1329),
    ("should be at least 1 chars long", 1104),
    ("Too long", 1104),
    ("in body should match", 1105),
    ("Unsupported value", 1106),
    ("supported values", 1106),
    ("in body should be greater than or equal to", 1107),
    // Upstream quotes the value and leaves out which pattern it breaks.
    ("Invalid value: \"xpto/https://xpto.com\"", 1105),
];

/// The rule that compares with what a cluster has stored.
const NOT_OF_A_FILE: &str = "field is immutable";

#[test]
fn every_object_of_upstreams_tables_is_judged_as_an_api_server_judges_it() {
    let Some(folder) = shared("validation") else {
        return;
    };
    let (mut valid, mut refused, mut reasons) = (0, 0, 0);
    for file in files(&folder, "json") {
        if file.ends_with("constraints.json") {
            continue;
        }
        let table: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        for case in table["cases"].as_array().unwrap() {
            let name = format!("{}: {}", case["object"]["kind"], case["name"]);
            let found = check(&serde_json::to_string_pretty(&case["object"]).unwrap());
            let codes = error_codes(&found);
            if case["valid"] == true {
                assert!(codes.is_empty(), "{name}: {found:#?}");
                valid += 1;
                continue;
            }
            refused += 1;
            assert!(!codes.is_empty(), "{name} is taken");
            for want in case["want_errors"].as_array().unwrap() {
                let want = want.as_str().unwrap();
                let mut code = expected(want).unwrap_or_else(|| panic!("{name}: unmapped {want}"));
                // Upstream's Go code writes the field out empty; the transcript has it absent.
                let hostname = &case["object"]["spec"]["validation"]["hostname"];
                if want.contains("validation.hostname") && hostname.is_null() {
                    code = 1102;
                }
                assert!(
                    codes.contains(&code),
                    "{name}: FP{code} for {want:?} in {found:#?}"
                );
                reasons += 1;
            }
        }
    }
    println!("{valid} valid objects taken, {refused} refused for {reasons} reasons");
    assert_eq!(valid + refused, 248);
}

#[test]
fn every_rule_of_the_crds_has_a_code() {
    let Some(file) = shared("validation/constraints.json") else {
        return;
    };
    let all: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let mut messages = BTreeMap::<String, usize>::new();
    for row in all["rows"].as_array().unwrap() {
        for rule in row["cel"].as_array().into_iter().flatten() {
            *messages
                .entry(rule["message"].as_str().unwrap().to_owned())
                .or_default() += 1;
        }
    }
    let rows: usize = messages.values().sum();
    let immutable = messages.remove(NOT_OF_A_FILE).unwrap();
    for message in messages.keys() {
        assert!(expected(message).is_some(), "{message}");
    }
    println!(
        "{rows} rules with {} messages; {immutable} compare with a cluster",
        messages.len()
    );
    assert_eq!(rows, 653);
}

#[test]
fn every_invalid_example_is_refused() {
    let Some(folder) = shared("manifests/invalid-examples") else {
        return;
    };
    let mut count = 0;
    for file in files(&folder, "yaml") {
        let found = check(&std::fs::read_to_string(&file).unwrap());
        assert!(
            !error_codes(&found).is_empty(),
            "{file:?} is taken: {found:#?}"
        );
        count += 1;
    }
    println!("{count} files refused");
    assert_eq!(count, 36);
}

#[test]
fn every_example_is_taken() {
    let Some(folder) = shared("manifests/examples") else {
        return;
    };
    let mut count = 0;
    for file in files(&folder, "yaml") {
        let found = check(&std::fs::read_to_string(&file).unwrap());
        assert!(found.is_empty(), "{file:?}: {found:#?}");
        count += 1;
    }
    println!("{count} files taken");
    assert_eq!(count, 89);
}

#[test]
fn every_conformance_manifest_is_taken() {
    let mut count = 0;
    for part in ["manifests/base", "manifests/mesh", "manifests/tests"] {
        let Some(folder) = shared(part) else { return };
        for file in files(&folder, "yaml") {
            let found = check(&std::fs::read_to_string(&file).unwrap());
            assert!(found.is_empty(), "{file:?}: {found:#?}");
            count += 1;
        }
    }
    println!("{count} files taken");
    assert!(count > 100);
}

#[test]
fn durations_are_read_as_gep_2257_reads_them() {
    let Some(file) = shared("vectors/gep-2257-durations.json") else {
        return;
    };
    let vectors: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let mut count = 0;
    for row in vectors["parse_valid"].as_array().unwrap() {
        let text = row["input"].as_str().unwrap();
        assert_eq!(
            duration::parse_ms(text),
            row["total_ms"].as_u64(),
            "{text:?}"
        );
        count += 1;
    }
    for row in vectors["parse_invalid"].as_array().unwrap() {
        let text = row.as_str().or_else(|| row["input"].as_str()).unwrap();
        assert_eq!(duration::parse_ms(text), None, "{text:?}");
        count += 1;
    }
    println!("{count} vectors");
}

/// Every value of every valid object is replaced by something of each other type: what is
/// found then has a place inside of the object, and nothing panics.
#[test]
fn any_value_in_any_place_is_judged() {
    let Some(folder) = shared("validation") else {
        return;
    };
    let others = [
        json!(null),
        json!([]),
        json!({}),
        json!(7),
        json!(true),
        json!(""),
    ];
    let (mut judged, mut refused) = (0, 0);
    for file in files(&folder, "json") {
        let table: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        // Every tenth suffices: they have most of their places in common.
        let cases = table["cases"].as_array().into_iter().flatten().step_by(10);
        for case in cases {
            let object = &case["object"];
            for pointer in pointers(&object["spec"], "/spec") {
                for other in &others {
                    let mut changed = object.clone();
                    *changed.pointer_mut(&pointer).unwrap() = other.clone();
                    let found = check(&serde_json::to_string_pretty(&changed).unwrap());
                    judged += 1;
                    refused += usize::from(!error_codes(&found).is_empty());
                }
            }
        }
    }
    println!("{judged} objects judged, {refused} refused");
    assert!(refused > judged / 2 && judged > 1000);
}

/// JSON pointers to a value and everything in it.
fn pointers(value: &Value, at: &str) -> Vec<String> {
    let mut all = vec![at.to_owned()];
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                let key = key.replace('~', "~0").replace('/', "~1");
                all.extend(pointers(value, &format!("{at}/{key}")));
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                all.extend(pointers(value, &format!("{at}/{index}")));
            }
        }
        _ => {}
    }
    all
}

fn expected(want: &str) -> Option<u16> {
    let mut table = SCHEMA.iter().chain(RULES);
    table
        .find(|(message, _)| want.contains(message))
        .map(|(_, code)| *code)
}
