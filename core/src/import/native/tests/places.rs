//! Where routes are found: gateways, listeners, stages, documents.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{errors, read, sound};
use crate::diagnostic::codes::native as codes;
use crate::import::{Dialect, Options, Sources, import};
use crate::model::{HostMatch, Normalization, Precedence, Protocol, RouteSet};

/// Each stage's name and the names of its routes.
fn contents(set: &RouteSet) -> Vec<String> {
    let stages = set.stages.iter().map(|stage| {
        let routes = stage.attachments.iter();
        let routes = routes.map(|one| set.routes[one.route.0 as usize].object.name.as_str());
        let routes: Vec<&str> = routes.collect();
        alloc::format!("{}: {}", stage.object, routes.join(" "))
    });
    stages.collect()
}

const PUBLIC: &str = "fingerpost: v1
gateways:
- {name: public, listeners: [{name: http, port: 80}, {name: https, port: 443}, {name: raw, protocol: tcp}]}
- {name: inner, namespace: infra}
stages: [{name: next}]
routes:
";

#[test]
fn without_gateways_one_takes_everything() {
    let set = sound("fingerpost: v1\nroutes: [{name: r, rules: []}]\n");
    let [gateway] = set.gateways.as_slice() else {
        panic!("{:?}", set.gateways);
    };
    let [listener] = gateway.listeners.as_slice() else {
        panic!("{gateway:?}");
    };
    assert_eq!(gateway.object.to_string(), "Gateway default");
    assert_eq!(gateway.normalization, Normalization::MERGE_SLASHES);
    assert_eq!(
        (listener.port, listener.protocol),
        (None, Protocol::AnyHttp)
    );
    assert!(listener.hosts.is_empty());
    assert_eq!(set.stages[0].precedence, Precedence::Specific);
    assert_eq!(contents(&set), ["Listener default/default: r"]);
}

#[test]
fn a_route_is_found_in_all_http_listeners_unless_it_names_some() {
    for (fields, wanted) in [
        ("", ["r", "r", "", "r", ""]),
        ("listeners: [https],", ["", "r", "", "", ""]),
        ("listeners: [raw],", ["", "", "r", "", ""]),
        ("gateways: [public],", ["r", "r", "", "", ""]),
        ("gateways: [infra/inner],", ["", "", "", "r", ""]),
        (
            "gateways: [inner], namespace: infra,",
            ["", "", "", "r", ""],
        ),
        (
            "gateways: [public], namespace: infra,",
            ["r", "r", "", "", ""],
        ),
        (
            "gateways: [public], listeners: [http],",
            ["r", "", "", "", ""],
        ),
        ("stages: [next],", ["", "", "", "", "r"]),
        ("stages: [next], listeners: [http],", ["r", "", "", "", "r"]),
        ("stages: [next, next],", ["", "", "", "", "r"]),
    ] {
        let set = sound(&alloc::format!(
            "{PUBLIC}- {{name: r, {fields} rules: []}}\n"
        ));
        let names = [
            "Listener public/http",
            "Listener public/https",
            "Listener public/raw",
            "Listener infra/inner/default",
            "Stage next",
        ];
        let wanted: Vec<String> = names
            .iter()
            .zip(wanted)
            .map(|(name, routes)| alloc::format!("{name}: {routes}"))
            .collect();
        assert_eq!(contents(&set), wanted, "{fields}");
    }
}

#[test]
fn names_of_nothing_are_errors_where_they_stand() {
    for fields in [
        "gateways: [publc]",
        "gateways: [inner]",
        "listeners: [htps]",
        "stages: [nxt]",
    ] {
        let found = read(&alloc::format!(
            "{PUBLIC}- {{name: r, rules: [], {fields}}}\n"
        ));
        let errors = errors(&found);
        assert_eq!(errors.len(), 1, "{fields}: {errors:?}");
        assert_eq!(
            (errors[0].0, errors[0].1),
            (codes::NOT_FOUND, 7),
            "{fields}"
        );
    }
}

#[test]
fn settings_are_taken_over_from_outside() {
    let set = sound(
        "fingerpost: v1
precedence: first-match
normalization: none
host_fallthrough: false
gateways:
- {name: a, normalization: base}
- name: b
  precedence: gateway-api
  listeners: [{name: c, precedence: app-mesh}, {name: d}]
stages: [{name: e, host_fallthrough: true}]
",
    );
    let profiles: Vec<_> = set.gateways.iter().map(|one| one.normalization).collect();
    assert_eq!(profiles, [Normalization::BASE, Normalization::NONE]);
    let orders: Vec<_> = set
        .stages
        .iter()
        .map(|one| (one.precedence, one.host_fallthrough))
        .collect();
    assert_eq!(
        orders,
        [
            (Precedence::FirstMatch, false),
            (Precedence::AppMesh, false),
            (Precedence::GatewayApi, false),
            (Precedence::FirstMatch, true),
        ]
    );
}

#[test]
fn documents_form_one_set() {
    let set = sound(
        "fingerpost: v1\nnamespace: shop\nroutes: [{name: r, rules: [{stage: next}]}]\n---\n\
         fingerpost: v1\nstages: [{name: next}]\ngateways: [{name: g}]\n",
    );
    assert_eq!(contents(&set), ["Listener g/default: r", "Stage next: "]);
    assert_eq!(set.routes[0].object.namespace, "shop");
}

#[test]
fn documents_that_disagree_about_the_shared_gateway_are_reported() {
    let found = read(
        "fingerpost: v1\nprecedence: first-match\n---\nfingerpost: v1\nnormalization: base\n---\n\
         fingerpost: v1\nprecedence: specific\n",
    );
    assert_eq!(errors(&found), [(codes::DISAGREEMENT, 7, 1)]);
    assert_eq!(found.routes.stages[0].precedence, Precedence::FirstMatch);
    assert_eq!(found.routes.gateways[0].normalization, Normalization::BASE);
}

#[test]
fn a_name_given_twice_is_reported() {
    let found =
        read("fingerpost: v1\ngateways: [{name: a}, {name: a}]\nstages: [{name: b}, {name: b}]\n");
    let repeated: Vec<_> = errors(&found).into_iter().map(|error| error.0).collect();
    assert_eq!(repeated, [codes::REPEATED_NAME, codes::REPEATED_NAME]);
    assert_eq!(found.routes.gateways.len(), 1);
    let found = read("fingerpost: v1\nroutes: [{name: a, rules: []}, {name: a, rules: []}]\n");
    assert_eq!(found.routes.routes.len(), 2, "both keep their requests");
    assert_eq!(found.diagnostics[0].code, codes::REPEATED_NAME);
}

#[test]
fn a_listener_with_an_error_takes_nothing() {
    let found = read(
        "fingerpost: v1\ngateways: [{name: a, listeners: [{name: b, port: http}, {name: c, hosts: ['a.b:80']}, {name: d}, {name: d}]}]\n",
    );
    let [listener] = found.routes.gateways[0].listeners.as_slice() else {
        panic!("{:?}", found.routes.gateways);
    };
    assert_eq!(listener.name, "d");
}

#[test]
fn authorities_keep_the_port_of_a_host_in_its_text() {
    let set = sound(
        "fingerpost: v1\nhost_form: authority\nroutes: [{name: r, hosts: ['a.b:81', 'a.b.', 'www.*:81', '*.c:81'], rules: []}]\n",
    );
    let hosts = &set.stages[0].attachments[0].hosts;
    let hosts: Vec<_> = hosts
        .iter()
        .map(|one| (one.host.clone(), one.port))
        .collect();
    assert_eq!(
        hosts,
        [
            (HostMatch::Exact("a.b:81".into()), None),
            (HostMatch::Exact("a.b.".into()), None),
            (HostMatch::WildcardPrefix("www.".into()), Some(81)),
            (HostMatch::Wildcard("c:81".into()), None),
        ]
    );
}

#[test]
fn json_is_read_like_yaml_and_lists_are_opened() {
    let mut sources = Sources::new();
    sources.add(
        "a.json",
        r#"[{"$schema": "fingerpost-v1.schema.json", "fingerpost": "v1", "routes": [{"name": "r", "rules": [{"backend": "a"}]}]}]"#,
    );
    let found = import(&sources, &Options::default());
    assert!(found.diagnostics.is_empty(), "{:?}", found.diagnostics);
    assert_eq!(found.routes.routes.len(), 1);
}

#[test]
fn a_forced_dialect_passes_other_documents_over() {
    let text = "fingerpost: v1\nroutes: [{name: r, rules: []}]\n---\napiVersion: v1\nkind: Service\nmetadata: {name: s}\n";
    let read_as = |dialect| {
        let mut sources = Sources::new();
        sources.add("a.yaml", text);
        let options = Options {
            dialect: Some(dialect),
            ..Options::default()
        };
        import(&sources, &options)
    };
    assert_eq!(read_as(Dialect::Native).routes.routes.len(), 1);
    assert_eq!(read_as(Dialect::GatewayApi).routes.routes.len(), 0);
}
