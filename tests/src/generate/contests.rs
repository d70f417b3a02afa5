//! Stages whose order runs across their hosts: candidates of hosts that take more than
//! one come before some of those of an exact host and after others.

use fingerpost::model::{
    Attachment, HostBinding, HostMatch, Precedence, Route, RouteMatch, RouteSet, Rule, Stage,
    ValueMatch,
};
use fingerpost::oracle::Request;
use proptest::collection::vec;
use proptest::option::{of, weighted};
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;

use crate::build::{With, gateway, listener, prefix, route, rule, stage};

const EXACT: &[&str] = &["a.test", "b.test", "a.org"];
const PATHS: &[&str] = &["/", "/a", "/a/b"];
const PORTS: &[u16] = &[80, 8080];
const HEADER: &str = "x-env";

/// A gateway with one stage of this preset.
pub(super) fn route_set(preset: Precedence) -> impl Strategy<Value = RouteSet> {
    let attached = (route_of_rules(), vec(binding(), 1..=3));
    let fallthrough = prop_oneof![7 => Just(true), 1 => Just(false)];
    (vec(attached, 2..=7), fallthrough).prop_map(move |(attached, host_fallthrough)| {
        let mut set = RouteSet::new();
        let mut main = Stage {
            host_fallthrough,
            ..stage("main", preset)
        };
        for (number, (mut route, hosts)) in attached.into_iter().enumerate() {
            route.object.name = format!("r{}", number * 5 % 7);
            let route = set.add_route(route);
            main.attachments.push(Attachment { route, hosts });
        }
        set.add_stage(main);
        set.gateways
            .push(gateway("public", vec![listener("main", 0)]));
        set
    })
}

/// Every request that the rules of such a set can tell from another.
pub(super) fn requests() -> Vec<Request> {
    let mut requests = Vec::new();
    for host in ["a.test", "b.test", "a.org", "c.test", "other"] {
        for port in ["", ":80", ":8080"] {
            for path in ["/x", "/a", "/a/b"] {
                for (method, header) in [("GET", false), ("GET", true), ("PUT", false)] {
                    let mut asked = Request::new(method, Some(&format!("{host}{port}")), path);
                    if header {
                        asked.headers.push((HEADER.into(), b"1".to_vec()));
                    }
                    requests.push(asked);
                }
            }
        }
    }
    requests.push(Request::new("GET", None, "/a"));
    requests
}

fn route_of_rules() -> impl Strategy<Value = Route> {
    let rules = vec((of(0i64..4), vec(item(), 1..=2)), 1..=3);
    (rules, of(0i64..4)).prop_map(|(rules, created)| {
        let rules = rules.into_iter().map(|(priority, matches)| Rule {
            priority,
            ..rule("b", matches)
        });
        Route {
            created,
            ..route("r", rules.collect())
        }
    })
}

fn item() -> impl Strategy<Value = RouteMatch> {
    let asks = (weighted(0.3, Just("GET")), weighted(0.3, any::<bool>()));
    (select(PATHS), asks).prop_map(|(path, (method, header))| {
        let mut item = prefix(path);
        if let Some(method) = method {
            item = item.method(method);
        }
        match header {
            Some(true) => item.header(HEADER, ValueMatch::Exact("1".into())),
            Some(false) => item.header(HEADER, ValueMatch::Present),
            None => item,
        }
    })
}

/// An exact host, perhaps written as one that takes more, or such a host.
fn binding() -> impl Strategy<Value = HostBinding> {
    let text = |host: &str| String::from(host);
    let exact = || select(EXACT).prop_map(move |host| HostMatch::Exact(text(host)));
    let common = || {
        prop_oneof![
            4 => Just(HostMatch::Any),
            2 => Just(HostMatch::Wildcard(text("test"))),
            1 => Just(HostMatch::OneLabel(text("test"))),
            1 => Just(HostMatch::Suffix(text("t"))),
            1 => Just(HostMatch::WildcardSuffix(text(".org"))),
            1 => Just(HostMatch::WildcardPrefix(text("a."))),
            1 => Just(HostMatch::Regex(text("[ab]\\..*"))),
        ]
    };
    let same = |host: HostMatch| (host.clone(), host);
    let narrowed = (exact(), any::<bool>()).prop_map(move |(host, is_any)| match is_any {
        true => (host, HostMatch::Any),
        false => (host, HostMatch::Wildcard(text("test"))),
    });
    let hosts = prop_oneof![
        4 => exact().prop_map(same),
        3 => narrowed,
        4 => common().prop_map(same),
    ];
    (hosts, weighted(0.3, select(PORTS))).prop_map(|((host, written), port)| HostBinding {
        host,
        written,
        port,
    })
}
