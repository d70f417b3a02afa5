//! A field that is there and cannot be read is never the same as an absent one:
//! no fault may widen what is served.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{ask, get, has, of_listener, of_route, open_gateway, read, route, table, to};
use crate::Request;
use crate::diagnostic::Severity;
use crate::diagnostic::codes::{gateway_api as codes, read as read_codes, schema as schema_codes};
use crate::import::{Import, Options, Sources, import};

/// Two listeners, two tenants, each with a route of its own, a grant for one of
/// them, a listener set, a selector, and a route that names no listener of others.
const BASE: &str = r#"
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: gw, namespace: infra}
spec:
  gatewayClassName: c
  allowedListeners: {namespaces: {from: Selector, selector: {matchLabels: {tenant: two}}}}
  listeners:
  - name: one
    port: 80
    protocol: HTTP
    hostname: "one.example"
    allowedRoutes: {namespaces: {from: Selector, selector: {matchLabels: {tenant: one}}}, kinds: [{group: gateway.networking.k8s.io, kind: HTTPRoute}]}
  - name: two
    port: 81
    protocol: HTTP
    hostname: "two.example"
    allowedRoutes: {namespaces: {from: Selector, selector: {matchExpressions: [{key: tenant, operator: NotIn, values: [one, infra]}]}}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: ListenerSet
metadata: {name: set, namespace: two}
spec:
  parentRef: {group: gateway.networking.k8s.io, kind: Gateway, name: gw, namespace: infra}
  listeners: [{name: extra, port: 82, protocol: HTTP, hostname: set.example, allowedRoutes: {namespaces: {from: Same}}}]
---
apiVersion: v1
kind: Namespace
metadata: {name: one, labels: {tenant: one}}
---
apiVersion: v1
kind: Namespace
metadata: {name: two, labels: {tenant: two}}
---
apiVersion: v1
kind: Namespace
metadata: {name: infra, labels: {tenant: infra}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: a, namespace: one}
spec:
  parentRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: gw, namespace: infra, sectionName: one, port: 80}]
  hostnames: [one.example]
  rules:
  - backendRefs: [{name: mine, port: 80}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: b, namespace: two}
spec:
  parentRefs:
  - {group: gateway.networking.k8s.io, kind: Gateway, name: gw, namespace: infra, port: 81}
  - {group: gateway.networking.k8s.io, kind: ListenerSet, name: set, namespace: two, sectionName: extra}
  rules:
  - matches: [{path: {value: /granted}}]
    backendRefs: [{name: shared, namespace: store, port: 80}]
  - matches: [{path: {value: /refused}}]
    backendRefs: [{name: secret, namespace: store, port: 80}]
  - matches: [{path: {value: /own}}]
    backendRefs: [{name: own, port: 80}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: {name: g, namespace: store}
spec:
  from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: two}]
  to: [{group: "", kind: Service, name: shared}]
---
apiVersion: v1
kind: Service
metadata: {name: mine, namespace: one}
spec: {ports: [{name: http, port: 80, protocol: TCP}]}
---
apiVersion: v1
kind: Service
metadata: {name: own, namespace: two}
spec: {ports: [{name: http, port: 80, protocol: TCP}]}
---
apiVersion: v1
kind: Service
metadata: {name: shared, namespace: store}
spec: {ports: [{name: http, port: 80, protocol: TCP}]}
---
apiVersion: v1
kind: Service
metadata: {name: secret, namespace: store}
spec: {ports: [{name: http, port: 80, protocol: TCP}]}
"#;

fn import_with(text: &str, lenient: bool) -> Import {
    let mut sources = Sources::new();
    sources.add("test.yaml", text);
    import(
        &sources,
        &Options {
            lenient,
            ..Default::default()
        },
    )
}

/// The requests that are forwarded, and to where.
fn forwarded(out: &Import) -> BTreeSet<String> {
    let table = table(&out.routes);
    let mut all = BTreeSet::new();
    for host in ["one.example", "two.example", "set.example", "other.example"] {
        for path in ["/", "/granted", "/refused", "/own"] {
            for port in [80, 81, 82, 8080] {
                let request = Request::new(b"GET", path.as_bytes())
                    .with_authority(host.as_bytes())
                    .with_port(port);
                let answer = ask(&table, &request);
                if !answer.contains(' ') {
                    all.insert(format!("{host}:{port}{path} -> {answer}"));
                }
            }
        }
    }
    all
}

/// The spans of all values of fields above rule level, keys of flow mappings and
/// of block mappings alike: what follows `key: ` up to its end.
fn values(text: &str) -> Vec<(usize, usize)> {
    let mut sources = Sources::new();
    sources.add("test.yaml", text);
    let (documents, _) =
        crate::import::document::read(&sources, &crate::import::document::Limits::default());
    let mut open: Vec<(bool, crate::import::Node<'_>)> =
        documents.roots().map(|root| (true, root)).collect();
    let mut spans = Vec::new();
    while let Some((is_root, node)) = open.pop() {
        for (key, value) in node.entries() {
            let key = key.scalar_text().unwrap_or_default();
            // What an object is decides whether it is one of ours at all.
            if is_root && matches!(key, "apiVersion" | "kind") {
                continue;
            }
            spans.push((value.range().start, value.range().end));
            if key != "rules" {
                open.push((false, value));
            }
        }
        for item in node.items() {
            spans.push((item.range().start, item.range().end));
            open.push((false, item));
        }
    }
    spans
}

#[test]
fn no_value_of_a_wrong_type_above_rules_widens_what_is_forwarded() {
    let base = forwarded(&import_with(BASE, false));
    assert_eq!(base.len(), 8, "{base:?}");
    let spans = values(BASE);
    assert!(spans.len() > 100, "{}", spans.len());
    for (start, end) in spans {
        let was = &BASE[start..end];
        // A block value ends with its line break, which must stay.
        let tail = &was[was.trim_end().len()..];
        for wrong in [
            "7", "true", "1.5", "[x, 7]", "[]", "{x: y}", "{}", "\"\"", "'*'", "[{}]",
        ] {
            if is_sound(was, wrong) {
                continue;
            }
            let text = format!("{}{wrong}{tail}{}", &BASE[..start], &BASE[end..]);
            // Leniently only scalars are read in another way.
            for lenient in [false, !wrong.starts_with(['[', '{'])] {
                let now = forwarded(&import_with(&text, lenient));
                let more: Vec<_> = now.difference(&base).collect();
                assert!(
                    more.is_empty(),
                    "{was:?} as {wrong} (lenient: {lenient}) also forwards {more:?}"
                );
            }
        }
    }
}

/// Values that are of the right type in place of some: an empty list of kinds,
/// hostnames or requirements, an empty object in which every field has a default,
/// the core group.
fn is_sound(was: &str, wrong: &str) -> bool {
    let is_seq = was.trim_start().starts_with(['[', '-']);
    let is_map = was.trim_start().starts_with('{') || was.contains(": ");
    match wrong {
        "[]" => is_seq,
        "{}" | "{x: y}" => is_map,
        _ => false,
    }
}

#[test]
fn hostnames_that_cannot_be_read_attach_a_route_to_nothing() {
    for wrong in [
        "a.org",
        "{a: b}",
        "[a.org, 7]",
        "[true]",
        "['']",
        "['*']",
        "7",
    ] {
        let spec = format!("  hostnames: {wrong}\n{}", to("b"));
        let text = open_gateway() + &route("HTTPRoute", "r", &spec);
        let out = read(&text);
        assert_eq!(get(&text, "x.org", "/"), "no_route 404", "{wrong}");
        assert_eq!(get(&text, "a.org", "/"), "no_route 404", "{wrong}");
        let accepted = of_route(&out, "r", "Accepted");
        assert_eq!(accepted, "False/UnsupportedValue", "{wrong}");
        let errors: Vec<_> = errors(&out).collect();
        assert_eq!(errors.len(), 1, "{wrong}: {errors:?}");
        assert!(
            errors[0].contains("no listener takes the route"),
            "{errors:?}"
        );
    }
}

/// Message and help of each error.
fn errors(out: &Import) -> impl Iterator<Item = String> {
    out.diagnostics
        .iter()
        .filter(|one| one.severity == Severity::Error)
        .map(|one| {
            format!(
                "{} {} / {}",
                one.code,
                one.message,
                one.help.as_deref().unwrap_or("")
            )
        })
}

#[test]
fn a_parent_reference_that_cannot_be_read_attaches_to_nothing() {
    for wrong in [
        "name: gw, namespace: infra, sectionName: 7",
        "name: gw, namespace: infra, sectionName: ''",
        "name: gw, namespace: infra, port: '80'",
        "name: gw, namespace: infra, port: 0",
        "name: gw, namespace: infra, kind: [Gateway]",
        "name: gw, namespace: infra, group: 7",
        "name: 7, namespace: infra",
    ] {
        let text = open_gateway()
            + &route("HTTPRoute", "r", &to("b")).replace("name: gw, namespace: infra", wrong);
        assert_eq!(get(&text, "h", "/"), "no_route 404", "{wrong}");
        let out = read(&text);
        let accepted = of_route(&out, "r", "Accepted");
        assert_eq!(accepted, "False/UnsupportedValue", "{wrong}");
        let errors: Vec<_> = errors(&out).collect();
        assert_eq!(errors.len(), 1, "{wrong}: {errors:?}");
        assert!(
            errors[0].contains("it attaches the route to nothing"),
            "{errors:?}"
        );
    }
}

#[test]
fn a_listener_that_cannot_be_read_is_not_served() {
    for wrong in [
        "port: '80', protocol: HTTP",
        "port: 80, protocol: 7",
        "port: 80, protocol: HTTP, hostname: 7",
        "port: 80, protocol: HTTP, hostname: ''",
        "port: 80, protocol: HTTP, hostname: 'a b'",
        "port: 80, protocol: HTTP, hostname: [a.org]",
    ] {
        let text = open_gateway().replace("port: 80, protocol: HTTP", wrong)
            + &route("HTTPRoute", "r", &to("b"));
        assert_eq!(get(&text, "h", "/"), "no_route 404", "{wrong}");
        let out = read(&text);
        let accepted = of_listener(&out, "http", "Accepted");
        assert_eq!(accepted, "False/UnsupportedValue", "{wrong}");
        let errors: Vec<_> = errors(&out).collect();
        assert_eq!(errors.len(), 1, "{wrong}: {errors:?}");
        assert!(errors[0].contains("it is not served"), "{errors:?}");
    }
}

#[test]
fn allowed_routes_that_cannot_be_read_allow_none() {
    for wrong in [
        "All",
        "{namespaces: All}",
        "{namespaces: {from: 7}}",
        "{namespaces: {from: Any}}",
        "{namespaces: {from: All}, kinds: HTTPRoute}",
        "{namespaces: {from: All}, kinds: [HTTPRoute]}",
        "{namespaces: {from: Selector, selector: all}}",
        "{namespaces: {from: Selector, selector: {matchLabels: shop}}}",
        "{namespaces: {from: Selector, selector: {matchExpressions: {key: a}}}}",
        "{namespaces: {from: Selector, selector: {matchExpressions: [{key: a, operator: NotIn, values: b}]}}}",
    ] {
        let text = open_gateway().replace("{namespaces: {from: All}}", wrong)
            + &route("HTTPRoute", "r", &to("b")).replace("namespace: shop", "namespace: infra");
        assert_eq!(get(&text, "h", "/"), "no_route 404", "{wrong}");
        let accepted = of_route(&read(&text), "r", "Accepted");
        assert_eq!(accepted, "False/NotAllowedByListeners", "{wrong}");
    }
}

#[test]
fn an_object_whose_namespace_or_name_is_no_text_is_refused() {
    for wrong in [
        "name: r, namespace: on",
        "name: n, namespace: shop",
        "name: [r]",
    ] {
        let text = open_gateway()
            + &route("HTTPRoute", "r", &to("b")).replace("name: r, namespace: shop", wrong);
        let out = import_with(&text, false);
        assert!(has(&out, read_codes::METADATA), "{wrong}");
        assert!(out.routes.routes.is_empty(), "{wrong}");
    }
    let text = open_gateway()
        + &route("HTTPRoute", "r", &to("b")).replace("namespace: shop", "namespace: on");
    let out = import_with(&text, true);
    assert!(
        out.diagnostics
            .iter()
            .any(|one| one.code == read_codes::METADATA && one.severity == Severity::Warning)
    );
    assert_eq!(out.routes.routes[0].object.namespace, "on");
}

#[test]
fn what_was_refused_is_not_taken_for_what_is_not_there() {
    let routes = route("HTTPRoute", "r", &to("b"));
    // Without any Gateway the one that the route names is assumed.
    assert_eq!(get(&routes, "h", "/"), "b");
    let text = open_gateway().replace("name: gw,", "name: on,") + &routes;
    assert_eq!(get(&text, "h", "/"), "no_route 404");
    let service = "---\napiVersion: v1\nkind: Service\nmetadata: {name: 7, namespace: shop}\n";
    let text = open_gateway() + &routes + service;
    assert_eq!(get(&text, "h", "/"), "respond 500");
}

#[test]
fn a_weight_that_cannot_be_read_keeps_the_default_share_and_answers_500() {
    for wrong in ["-1", "'1'", "[1]"] {
        let text = super::http(&format!(
            "  - backendRefs: [{{name: a, port: 80, weight: {wrong}}}]"
        ));
        for lenient in [false, true] {
            let out = import_with(&text, lenient);
            let target = table(&out.routes);
            let request = Request::new(b"GET", b"/").with_authority(b"h");
            assert_eq!(ask(&target, &request), "respond 500", "{wrong}");
            let crate::model::Action::Forward(targets) = &out.routes.routes[0].rules[0].action
            else {
                panic!("{wrong}");
            };
            assert_eq!(targets[0].weight, 1, "{wrong}");
        }
    }
}

#[test]
fn a_match_that_cannot_be_used_answers_500_and_does_not_fall_to_a_broader_rule() {
    for bad in [
        "{path: {value: a}}",
        "{path: {value: /a//}}, {path: {value: /a}}",
        "{path: {value: /a}, headers: [{name: x, value: 7}]}",
        "{path: {value: /a}, headers: [{name: x, value: '(', type: RegularExpression}]}",
        "{path: {value: /a}, queryParams: {a: b}}",
        "{path: {value: /a}, method: FETCH}",
    ] {
        let text = super::http(&format!(
            "  - {{matches: [{bad}], backendRefs: [{{name: bad, port: 80}}]}}\n\
             \x20 - backendRefs: [{{name: good, port: 80}}]"
        ));
        assert_eq!(get(&text, "h", "/a"), "respond 500", "{bad}");
        assert_eq!(get(&text, "h", "/b"), "good", "{bad}");
    }
}

#[test]
fn a_regular_expression_is_refused_with_its_reason() {
    let text = super::http(
        "  - {matches: [{path: {type: RegularExpression, value: '/a(?=b)'}}], backendRefs: [{name: b, port: 80}]}",
    );
    let errors: Vec<_> = errors(&read(&text)).collect();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].contains("look-around"), "{errors:?}");
}

#[test]
fn rules_over_the_limit_are_all_used_and_the_error_says_so() {
    let rules: String = (0..20)
        .map(|n| {
            format!("  - {{matches: [{{path: {{value: /{n}}}}}], backendRefs: [{{name: b{n}, port: 80}}]}}\n")
        })
        .collect();
    let text = super::http(&rules);
    assert_eq!(get(&text, "h", "/19"), "b19");
    let errors: Vec<_> = errors(&read(&text)).collect();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].contains("all items are used here"), "{errors:?}");
}

#[test]
fn one_fault_is_one_error() {
    let with = |rule: &str| {
        super::http(&format!(
            "  - {{{rule}, backendRefs: [{{name: b, port: 80}}]}}"
        ))
    };
    for (rule, code) in [
        ("matches: [{path: {value: /a//b}}]", codes::PATH_NOT_NORMAL),
        (
            "matches: [{path: {type: Glob, value: /a}}]",
            schema_codes::UNKNOWN_VALUE,
        ),
        ("timeouts: {request: soon}", schema_codes::PATTERN),
        ("filters: [{type: Magic}]", schema_codes::UNKNOWN_VALUE),
    ] {
        let out = read(&with(rule));
        let faults: Vec<_> = out
            .diagnostics
            .iter()
            .filter(|one| one.severity != Severity::Note)
            .collect();
        assert_eq!(faults.len(), 1, "{rule}: {faults:?}");
        assert_eq!(faults[0].code, code, "{rule}");
        let help = faults[0].help.as_deref().unwrap_or_default();
        assert!(
            help.contains("rules[0] answers 500") || help.contains("left out"),
            "{help}"
        );
    }
}

#[test]
fn the_status_names_every_dropped_rule_and_what_becomes_of_it() {
    let text = super::http(
        "  - {matches: [{path: {value: /a}}], filters: [{type: Magic}]}\n\
         \x20 - {matches: [{path: {value: /b}}], backendRefs: [{name: b, port: 80}]}\n\
         \x20 - {matches: [{path: {type: Glob, value: /c}}], backendRefs: [{name: b, port: 80}]}",
    );
    let out = read(&text);
    let conditions = &out.status.routes[0].parents[0].conditions;
    let one = conditions.iter().find(|one| one.kind == "PartiallyInvalid");
    let message = one.map(|one| one.message.to_string()).unwrap();
    let start = "Dropped Rule rules[0] (answers 500), rules[2] (takes no request): ";
    assert!(message.starts_with(start), "{message}");
}
