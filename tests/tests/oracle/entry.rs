//! Gateways and listeners (gateway-api.md 1.3).

use fingerpost::model::{Attachment, HostMatch, Precedence, Protocol, RouteSet, Scheme};
use fingerpost::oracle::{Protocol as Speaks, Request};
use fingerpost_tests::build::{exact, gateway, listener, one_stage, route, rule, segments, stage};

use crate::{get, goes, rules};

/// Listeners `any`, `wild` and `exact` on port 443, each with its own stage.
fn isolated() -> RouteSet {
    let mut set = RouteSet::new();
    let mut listeners = Vec::new();
    for (index, (name, host)) in [
        ("any", "*"),
        ("wild", "*.example.com"),
        ("exact", "foo.example.com"),
    ]
    .iter()
    .enumerate()
    {
        let mut entry = listener(name, index as u32);
        entry.hosts = vec![HostMatch::parse(host)];
        entry.protocol = Protocol::Https;
        entry.port = Some(443);
        entry.detect_misdirected = true;
        listeners.push(entry);
        let id = set.add_route(route(
            name,
            vec![rule(name, vec![exact(&format!("/{name}"))])],
        ));
        let mut stage = stage(name, Precedence::GatewayApi);
        stage.attachments.push(Attachment {
            route: id,
            hosts: vec![],
        });
        set.add_stage(stage);
    }
    set.gateways.push(gateway("infra/public", listeners));
    set
}

fn https(host: &str, sni: Option<&str>, target: &str) -> Request {
    Request {
        scheme: Some(Scheme::Https),
        sni: sni.map(Into::into),
        ..get(host, target)
    }
}

#[test]
fn listener_1_3_the_most_specific_host_is_chosen_and_isolates() {
    let set = isolated();
    for (host, own) in [
        ("foo.example.com", "exact"),
        ("x.y.example.com", "wild"),
        ("other", "any"),
    ] {
        for name in ["any", "wild", "exact"] {
            let expected = if name == own { own } else { "404" };
            assert_eq!(
                goes(&set, &https(host, None, &format!("/{name}"))),
                expected
            );
        }
    }
    assert_eq!(
        goes(&set, &get("other", "/any")),
        "404",
        "http on an https listener"
    );
}

#[test]
fn listener_1_3_a_misdirected_request_is_421_or_404() {
    let mut set = isolated();
    let status = |set: &RouteSet, host, sni| goes(set, &https(host, Some(sni), "/wild"));
    assert_eq!(status(&set, "x.example.com", "x.example.com"), "wild");
    assert_eq!(status(&set, "y.example.com", "x.example.com"), "wild");
    assert_eq!(status(&set, "foo.example.com", "x.example.com"), "421");
    assert_eq!(status(&set, "other.org", "x.example.com"), "421");
    set.gateways[0].listeners.remove(0);
    assert_eq!(status(&set, "other.org", "x.example.com"), "404");
    set.gateways[0].listeners[0].detect_misdirected = false;
    assert_eq!(status(&set, "foo.example.com", "x.example.com"), "wild");
}

#[test]
fn listener_port_is_the_requests_or_the_schemes_or_any() {
    let mut set = isolated();
    for (entry, port) in set.gateways[0].listeners.iter_mut().zip([80, 8080, 9090]) {
        entry.port = Some(port);
        entry.hosts.clear();
        entry.protocol = Protocol::AnyHttp;
    }
    let on = |port, target| Request {
        port,
        ..get("h", target)
    };
    assert_eq!(goes(&set, &on(None, "/any")), "any");
    assert_eq!(goes(&set, &on(None, "/wild")), "404");
    assert_eq!(goes(&set, &on(Some(8080), "/wild")), "wild");
    assert_eq!(goes(&set, &on(Some(1), "/any")), "404");
    set.gateways[0].listeners[0].port = Some(81);
    assert_eq!(goes(&set, &on(None, "/wild")), "wild");
    for stage in &mut set.stages {
        stage.attachments.clear();
    }
    for (stage, target) in set.stages.iter_mut().zip([0, 1, 1]) {
        let route = fingerpost::model::RouteId(target);
        stage.attachments.push(Attachment {
            route,
            hosts: vec![],
        });
    }
    assert_eq!(
        goes(&set, &on(None, "/wild")),
        "wild",
        "two listeners, one rule"
    );
}

#[test]
fn gateways_that_would_differ_are_ambiguous() {
    let mut set = rules(Precedence::GatewayApi, vec![segments("/"), segments("/")]);
    let mut second = stage("second", Precedence::GatewayApi);
    second.attachments.push(set.stages[0].attachments.remove(1));
    let id = set.add_stage(second);
    set.gateways
        .push(gateway("infra/other", vec![listener("main", id.0)]));
    let named = |name: &str| Request {
        gateway: Some(name.into()),
        ..get("h", "/")
    };
    assert_eq!(goes(&set, &get("h", "/")), "ambiguous");
    assert_eq!(goes(&set, &named("public")), "a");
    assert_eq!(goes(&set, &named("infra/other")), "b");
    assert_eq!(goes(&set, &named("other")), "b");
    assert_eq!(goes(&set, &named("x/other")), "404");
    set.routes[0].rules[0].matches = vec![exact("/none")];
    assert_eq!(
        goes(&set, &get("h", "/")),
        "b",
        "one without a rule drops out"
    );
    let shared = set.stages[0].attachments[0].clone();
    set.stages[1].attachments.push(shared);
    set.routes[0].rules[0].matches = vec![exact("/")];
    assert_eq!(goes(&set, &get("h", "/")), "a", "both agree");
}

#[test]
fn listener_of_a_client_namespace_replaces_the_one_for_all() {
    let mut set = isolated();
    for entry in &mut set.gateways[0].listeners {
        entry.hosts.clear();
        entry.protocol = Protocol::AnyHttp;
        entry.port = None;
    }
    set.gateways[0].listeners.truncate(2);
    set.gateways[0].listeners[1].client_namespace = Some("team".into());
    let from = |namespace: Option<&str>, target| Request {
        client_namespace: namespace.map(Into::into),
        ..get("h", target)
    };
    assert_eq!(goes(&set, &from(Some("team"), "/wild")), "wild");
    assert_eq!(goes(&set, &from(Some("team"), "/any")), "404");
    assert_eq!(goes(&set, &from(Some("else"), "/any")), "any");
    assert_eq!(goes(&set, &from(None, "/wild")), "404");
}

#[test]
fn connections_are_routed_by_server_name() {
    let mut set = one_stage(
        Precedence::GatewayApi,
        vec![
            (&["a.example.com"], route("a", vec![rule("a", vec![])])),
            (&["*.example.com"], route("w", vec![rule("w", vec![])])),
        ],
    );
    set.gateways[0].listeners[0].protocol = Protocol::Tls;
    let hello = |sni: &str| Request {
        protocol: Speaks::Tls,
        authority: None,
        sni: Some(sni.into()),
        ..Request::default()
    };
    for (sni, expected) in [
        ("A.EXAMPLE.COM", "a"),
        ("b.example.com", "w"),
        ("192.0.2.1", "404"),
        ("a.example.com\0.evil.com", "reject"),
    ] {
        assert_eq!(goes(&set, &hello(sni)), expected, "{sni:?}");
    }
}
