//! What is said of mistakes, word for word: the cause once and first, at its place, with
//! a way out that leads out.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{document_of, told};

/// What is said of a rule with these fields, without what it costs.
fn of_rule(fields: &str) -> Vec<String> {
    let mut told = told(&document_of(fields));
    told.retain(|line| !line.starts_with("note[FP180"));
    told
}

/// What is said of a route with these fields, among two gateways and a stage.
fn of_route(fields: &str) -> Vec<String> {
    told(&format!(
        "fingerpost: v1
gateways: [{{name: public, listeners: [{{name: https}}, {{name: http}}]}}, {{name: inner, namespace: infra}}]
stages: [{{name: api}}]
routes:
- {{name: r, {fields}, rules: [{{backend: a}}]}}
"
    ))
}

#[test]
fn the_way_out_of_one_error_leads_into_no_other() {
    for (fields, line) in [
        (
            "backend: a, timeouts: {request: 5}",
            "error[FP1103] 3:61 the document: routes[0].rules[0].timeouts.request must be a string, not an integer (write 5s)",
        ),
        (
            "backend: a, timeouts: {request: '5'}",
            "error[FP1105] 3:61 the document: routes[0].rules[0].timeouts.request must be a duration such as 5s, 250ms or 1h30m, not '5' (write 5s)",
        ),
        (
            "backend: a, match: {fraction: 10}",
            "error[FP1103] 3:59 the document: routes[0].rules[0].match.fraction must be a string, not an integer (write 10%)",
        ),
        (
            "backend: a, match: {fraction: '10'}",
            "error[FP1105] 3:59 the document: routes[0].rules[0].match.fraction must be a share such as 10%, 0.5% or 1/3, not '10' (write 10%)",
        ),
        (
            "backend: a, match: {fraction: 0.5}",
            "error[FP1103] 3:59 the document: routes[0].rules[0].match.fraction must be a string, not a number (write a share such as 10%, 0.5% or 1/3)",
        ),
        (
            "backend: a, match: {fraction: 15%%}",
            "error[FP1105] 3:59 the document: routes[0].rules[0].match.fraction must be a share such as 10%, 0.5% or 1/3, not '15%%' (write 15%)",
        ),
        (
            "backend: a, match: {scheme: 5}",
            "error[FP1103] 3:57 the document: routes[0].rules[0].match.scheme must be a string, not an integer (write http or https)",
        ),
        (
            "backend: a, match: {path: cart}",
            "error[FP1105] 3:55 the document: routes[0].rules[0].match.path must be a path that begins with '/', not 'cart' (write /cart)",
        ),
        (
            "backend: 5",
            "error[FP1103] 3:38 the document: routes[0].rules[0].backend must be a string or an object, not an integer (put it in quotes: \"5\")",
        ),
    ] {
        assert_eq!(of_rule(fields), [line], "{fields}");
    }
}

#[test]
fn one_mistake_is_one_error() {
    for (fields, line) in [
        (
            "backend: 'http://a:80'",
            "error[FP1105] 3:38 the document: routes[0].rules[0].backend must be name, name:port or namespace/name:port; an object can have any name, not 'http://a:80' (write a:80)",
        ),
        (
            "backend: a, match: {fraction: 150%%}",
            "error[FP1105] 3:59 the document: routes[0].rules[0].match.fraction must be a share such as 10%, 0.5% or 1/3, not '150%%'",
        ),
        (
            "backend: {nmae: a}",
            "error[FP1101] 3:39 the document: routes[0].rules[0].backend.nmae is not a known field (did you mean 'name'?)",
        ),
        (
            "backend: {name: a, stage: next, port: 80}",
            "error[FP1111] 3:48 the document: routes[0].rules[0].backend has both name and stage, of which one alone may stand",
        ),
        (
            "stage: a//b",
            "error[FP1105] 3:36 the document: routes[0].rules[0].stage must be a name, or namespace/name, not 'a//b'",
        ),
        (
            "backend: a, sticky: ['{host}']",
            "error[FP1105] 3:50 the document: routes[0].rules[0].sticky[0] must be the name of a fact such as source_ip or header.x-user, not '{host}'",
        ),
        (
            "backend: a, fault: {abort: {status: x}}",
            "error[FP1103] 3:65 the document: routes[0].rules[0].fault.abort.status must be an integer, not a string",
        ),
    ] {
        assert_eq!(of_rule(fields), [line], "{fields}");
    }
}

#[test]
fn what_an_error_costs_is_a_note_after_it() {
    let text = "fingerpost: v1
routes:
- name: cart
  rules:
  - match: {path: /a, hedaers: {x: y}}
    backend: http://a:80
  - match: [{path: cart}, {path: /b}]
    backend: b
  - match: {path: cart}
    backend: c
- name: no
  rules: []
- name: shop
  hosts: ['a..b']
  rules: [{backend: d, retyr: {}}]
";
    let mut told = told(text);
    // The reader's word on `no`.
    told.retain(|line| !line.starts_with("warning[FP1012]"));
    let wanted = [
        "error[FP1101] 5:23 the document: routes[0].rules[0].match.hedaers is not a known field (did you mean 'headers'?)",
        "error[FP1105] 6:14 the document: routes[0].rules[0].backend must be name, name:port or namespace/name:port; an object can have any name, not 'http://a:80' (write a:80)",
        "note[FP1802] 6:14 Route cart: rules[0] answers 500 for the errors in it",
        "error[FP1105] 7:20 the document: routes[0].rules[1].match[0].path must be a path that begins with '/', not 'cart' (write /cart)",
        "note[FP1803] 7:20 Route cart: rules[1]: it cannot be told which paths match[0] takes, and it is left out",
        "note[FP1802] 7:20 Route cart: rules[1] answers 500 for the errors in it",
        "error[FP1105] 9:19 the document: routes[0].rules[2].match.path must be a path that begins with '/', not 'cart' (write /cart)",
        "note[FP1803] 9:19 Route cart: rules[2]: it cannot be told which paths the rule takes, and it is left out",
        "error[FP1103] 11:9 the document: routes[1].name must be a string, not a boolean (put it in quotes: \"no\")",
        "note[FP1803] 11:9 routes[1]: it is left out for the error in it: answering 500 would cost every host, since it names none",
        "error[FP1807] 14:11 Route shop: 'a..b' has an empty label, which no host has",
        "note[FP1803] 14:11 Route shop: none of its hosts can be read, and it is left out",
        "error[FP1101] 15:24 the document: routes[2].rules[0].retyr is not a known field (did you mean 'retry'?)",
    ];
    assert_eq!(told, wanted);
}

#[test]
fn a_cost_whose_cause_nobody_tells_is_an_error() {
    use crate::diagnostic::Severity;
    use crate::import::{Options, Sources, import};

    let mut sources = Sources::new();
    let text = "fingerpost: v1\nroutes: [{name: r, rules: [{backend: a, backend: b}]}]\n";
    sources.add("document.yaml", text);
    let mut options = Options::default();
    options.limits.diagnostics = 0;
    let found = import(&sources, &options);
    let errors = found.diagnostics.iter();
    let errors = errors.filter(|one| one.severity == Severity::Error);
    let codes: Vec<_> = errors.map(|one| one.code).collect();
    assert_eq!(codes, [crate::diagnostic::codes::native::RULE_ANSWERS_500]);
}

#[test]
fn a_value_of_the_wrong_kind_is_mended_where_it_stands() {
    for (fields, line) in [
        (
            "backends: a",
            "error[FP1103] 3:39 the document: routes[0].rules[0].backends must be a list, not a string (did you mean 'backend'? else put it in a list: [a])",
        ),
        (
            "mirrors: a, backend: b",
            "error[FP1103] 3:38 the document: routes[0].rules[0].mirrors must be a list, not a string (put it in a list: [a])",
        ),
        (
            "backends: {name: a}",
            "error[FP1103] 3:40 the document: routes[0].rules[0].backends must be a list, not an object (did you mean 'backend'? else make it an item of a list: write `- ` before it)",
        ),
    ] {
        assert_eq!(of_rule(fields), [line], "{fields}");
    }
    for (fields, line) in [
        (
            "hosts: shop.example",
            "error[FP1103] 5:20 the document: routes[0].hosts must be a list, not a string (put it in a list: [shop.example])",
        ),
        (
            "hosts: '*.shop.example'",
            "error[FP1103] 5:20 the document: routes[0].hosts must be a list, not a string (put it in a list: [\"*.shop.example\"])",
        ),
        (
            "hosts: ['http://shop.example/']",
            "error[FP1105] 5:21 the document: routes[0].hosts[0] must be a host such as shop.example, *.shop.example, *-api.shop.example or www.shop.*, perhaps with :port, not 'http://shop.example/' (write shop.example)",
        ),
    ] {
        assert_eq!(of_route(fields)[0], line, "{fields}");
    }
}

#[test]
fn a_field_at_another_place_is_told_where_it_belongs() {
    for (fields, line) in [
        (
            "match: , path: /a, backend: b",
            "error[FP1101] 3:38 the document: routes[0].rules[0].path is not a known field ('path' belongs in 'match': indent it deeper)",
        ),
        (
            "path: /a, backend: b",
            "error[FP1101] 3:29 the document: routes[0].rules[0].path is not a known field ('path' is a field of match, redirect or rewrite)",
        ),
        (
            "headers: {a: b}, backend: b",
            "error[FP1101] 3:29 the document: routes[0].rules[0].headers is not a known field ('headers' is a field of match)",
        ),
    ] {
        assert_eq!(of_rule(fields), [line], "{fields}");
    }
}

#[test]
fn a_name_of_nothing_is_told_what_there_is() {
    for (fields, line) in [
        (
            "gateways: [pubic]",
            "error[FP1804] 5:24 Route r: there is no gateway 'pubic' (did you mean 'public'?)",
        ),
        (
            "gateways: [inner]",
            "error[FP1804] 5:24 Route r: there is no gateway 'inner' (it is in another namespace: write infra/inner)",
        ),
        (
            "gateways: [edge]",
            "error[FP1804] 5:24 Route r: there is no gateway 'edge' (there are: public, infra/inner)",
        ),
        (
            "gateways: [public], listeners: [htps]",
            "error[FP1804] 5:45 Route r: the route's gateways have no listener 'htps' (did you mean 'https'?)",
        ),
        (
            "listeners: [zz]",
            "error[FP1804] 5:25 Route r: no gateway has a listener 'zz' (there are: default, http, https)",
        ),
        (
            "stages: [apii]",
            "error[FP1804] 5:22 Route r: there is no stage 'apii' (did you mean 'api'?)",
        ),
        (
            "gateways: pubic",
            "error[FP1103] 5:23 the document: routes[0].gateways must be a list, not a string (put it in a list: [pubic])",
        ),
    ] {
        // That no request reaches the route then is no news.
        assert_eq!(of_route(fields)[0], line, "{fields}");
        let told = of_route(fields);
        assert!(told.iter().all(|line| !line.contains("FP1810")), "{told:?}");
    }
    let line = "error[FP1804] 3:36 Route r: there is no stage 'nxt': its share of requests answers 500 (did you mean 'next'?)";
    assert_eq!(of_rule("stage: nxt"), [line]);
}

#[test]
fn a_document_that_is_nearly_of_the_format_is_no_silence() {
    let without = "error[FP1031] 1:1 the document is written like one of Fingerpost's own format, but has no field 'fingerpost', and is passed over (write `fingerpost: v1` at its top)";
    let misspelt = |name: &str| {
        format!(
            "error[FP1031] 1:1 the document has the field '{name}', not 'fingerpost', and is passed over (write `fingerpost: v1` at its top)"
        )
    };
    for (text, line) in [
        ("Fingerpost: v1\nroutes: []\n", misspelt("Fingerpost")),
        ("fingerpst: v1\n", misspelt("fingerpst")),
        (
            "routes: [{name: r, rules: [{backend: a}]}]\n",
            without.into(),
        ),
        (
            "routes: [{name: r, rules: []}]\nowner: shop\n",
            without.into(),
        ),
        ("gateways: [{name: g}]\n", without.into()),
    ] {
        assert_eq!(told(text), [line], "{text}");
    }
    // What may be anybody's is passed over as before.
    let nobodys = "warning[FP1031] 1:1 the document has no apiVersion and no kind, passed over";
    for text in [
        "fingerprint: abc\n",
        "routes: [{path: /a}]\nport: 80\n",
        "name: shop\n",
    ] {
        assert_eq!(told(text), [nobodys], "{text}");
    }
}

#[test]
fn what_does_nothing_where_it_stands_is_a_warning() {
    for field in [
        "timeouts: {request: 5s}",
        "retry: {attempts: 2}",
        "session: {cookie: {}}",
        "sticky: [source_ip]",
        "hash: [source_ip]",
        "request_headers: {set: {a: b}}",
        "rewrite: {path: /a}",
        "mirrors: [a]",
    ] {
        let name = field.split(':').next().unwrap_or_default();
        for action in ["respond", "redirect"] {
            let value = if action == "respond" {
                "404"
            } else {
                "{port: 443}"
            };
            let rule = format!("{field}, {action}: {value}");
            let line = format!(
                "warning[FP1808] 3:29 Route r: rules[0]: {name} says nothing beside {action}, since nothing is sent on"
            );
            assert_eq!(of_rule(&rule), [line], "{rule}");
        }
        assert!(of_rule(&format!("{field}, backend: a")).is_empty());
    }
    let listed =
        "respond: 404, filters: [{rewrite: {path: /a}}, {response_headers: {}}, {mirror: a}]";
    assert_eq!(
        of_rule(listed),
        [
            "warning[FP1808] 3:54 Route r: rules[0]: rewrite says nothing beside respond, since nothing is sent on",
            "warning[FP1808] 3:101 Route r: rules[0]: mirror says nothing beside respond, since nothing is sent on",
        ]
    );
    // What comes before the action, and what is done to the response, means something.
    let sound = "respond: 404, cors: {}, fault: {}, response_headers: {}, metadata: {a: b}";
    assert!(of_rule(sound).is_empty());
}

#[test]
fn backends_that_are_never_chosen_are_a_warning() {
    assert_eq!(
        of_rule("backends: [{name: a, weight: 0}, {name: b, weight: 0}]"),
        [
            "warning[FP1812] 3:39 Route r: rules[0] answers 500: every backend has the weight 0, which is never chosen"
        ]
    );
    assert!(of_rule("backends: [{name: a, weight: 0}, b]").is_empty());
}

#[test]
fn a_value_that_no_request_has_is_told() {
    for (fields, line) in [
        (
            "port: eighty",
            "error[FP1105] 3:55 the document: routes[0].rules[0].match.port must be a port from 1 to 65535, not 'eighty'",
        ),
        (
            "port: 0",
            "error[FP1107] 3:55 the document: routes[0].rules[0].match.port must be between 1 and 65535, not 0",
        ),
        (
            "port: '65536'",
            "warning[FP1807] 3:55 Route r: '65536' is not a port from 1 to 65535, and no request has it",
        ),
        (
            "authority_port: {exact: eighty}",
            "warning[FP1807] 3:65 Route r: 'eighty' is not a port from 1 to 65535, and no request has it",
        ),
        (
            "version: 7",
            "error[FP1107] 3:58 the document: routes[0].rules[0].match.version must be between 1 and 3, not 7",
        ),
        (
            "version: 1.1",
            "error[FP1103] 3:58 the document: routes[0].rules[0].match.version must be an integer, a string, a list or an object, not a number (write 1)",
        ),
        (
            "version: {in: [2, 4]}",
            "warning[FP1807] 3:58 Route r: '4' is not an HTTP version: 1, 2 or 3, and no request has it",
        ),
        (
            "headers: {x: []}",
            "error[FP1108] 3:59 the document: routes[0].rules[0].match.headers.x must not be empty",
        ),
        (
            "query: {x: {in: []}}",
            "error[FP1108] 3:61 the document: routes[0].rules[0].match.query.x.in must not be empty",
        ),
    ] {
        let rule = format!("backend: a, match: {{{fields}}}");
        assert_eq!(of_rule(&rule), [line], "{fields}");
    }
    let sound =
        "backend: a, match: {port: [80, '443'], version: ['2', 3], authority_port: {exact: '80'}}";
    assert!(of_rule(sound).is_empty());
}

#[test]
fn an_address_range_is_told_which_bits_count() {
    for (fields, line) in [
        (
            "10.0.0.0/33",
            "error[FP1807] 3:60 Route r: '10.0.0.0/33': the length 33 is more than the 32 bits of 10.0.0.0",
        ),
        (
            "'::1/129'",
            "error[FP1807] 3:60 Route r: '::1/129': the length 129 is more than the 128 bits of ::1",
        ),
        (
            "10.0.0.1/8",
            "warning[FP1807] 3:60 Route r: of '10.0.0.1/8' only the first 8 bits count, so that it is 10.0.0.0/8 (write 10.0.0.0/8, or 10.0.0.1/32 for the one address)",
        ),
        (
            "10.0.0",
            "error[FP1807] 3:60 Route r: '10.0.0' is not an address range like 10.0.0.0/8 or 2001:db8::/32",
        ),
    ] {
        let rule = format!("backend: a, match: {{source_ip: {fields}}}");
        assert_eq!(of_rule(&rule), [line], "{fields}");
    }
}

#[test]
fn every_bad_expression_is_told_at_its_place() {
    use crate::compile::Compiler;

    let text = "fingerpost: v1
routes:
- name: r
  hosts: [shop.example]
  rules:
  - {backend: a}
  - name: second
    match:
      path: {regex: '/b('}
      headers: {x: {regex: 'c('}, v: {prefix: d}, w: {glob: '*', ignore_case: true}}
      any:
      - query: {q: {regex_start: 'e('}}
      - not: {path: {regex_search: 'f('}}
    backend: a
";
    let found = super::read(text);
    assert!(found.diagnostics.is_empty());
    let compiled = Compiler::new().compile(&found.routes);
    let told = compiled.diagnostics.iter().map(|one| {
        let origin = one.origin.unwrap_or_default();
        let place = text.get(origin.start as usize..origin.end as usize);
        (place.unwrap_or("").into(), one.message.clone())
    });
    let mut told: Vec<(String, String)> = told.collect();
    told.sort();
    let wanted = [
        (
            "'/b('",
            r#"Route r: rule 1 "second": path: regular expression "/b(" is not valid: unclosed group"#,
        ),
        (
            "'c('",
            r#"Route r: rule 1 "second": header x: regular expression "c(" is not valid: unclosed group"#,
        ),
        (
            "'e('",
            r#"Route r: rule 1 "second": query parameter q: regular expression "e(" is not valid: unclosed group"#,
        ),
        (
            "'f('",
            r#"Route r: rule 1 "second": path: regular expression "f(" is not valid: unclosed group"#,
        ),
    ];
    assert_eq!(
        told,
        wanted.map(|(place, message)| (place.into(), message.into()))
    );
    assert_eq!(
        of_route("hosts: [shop.example, {regex: 'a('}]"),
        [
            "error[FP1601] 5:43 Route r: host: regular expression \"a(\" is not valid: unclosed group"
        ]
    );
}
