//! Orders that depend on what they must not depend on.

use fingerpost::Precedence;
use fingerpost::model::{RouteMatch, Rule};
use fingerpost_tests::build::{With, exact, prefix, regex, segments};

use crate::asked::{Asked, get};
use crate::manifest::{http_gateway, http_route, imported, rules};
use crate::table::{is, on, routes_in, table};

/// A route `namespace/name` of this age.
fn route(namespace: &str, name: &str, created: u32, matches: &str) -> String {
    format!(
        "{{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: \
         {{namespace: {namespace}, name: {name}, creationTimestamp: '2026-01-0{created}T00:00:00Z'}}, \
         spec: {{parentRefs: [{{name: public, namespace: default}}], {}}}}}",
        rules(matches)
    )
}

/// Every order of a list.
fn permutations(items: &[String]) -> Vec<Vec<String>> {
    if items.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for at in 0..items.len() {
        let mut rest = items.to_vec();
        let first = rest.remove(at);
        for mut order in permutations(&rest) {
            order.push(first.clone());
            all.push(order);
        }
    }
    all
}

#[test]
fn adv_pr_001_the_order_of_objects_does_not_count() {
    let gateway = "{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, \
                   metadata: {name: public, namespace: default}, spec: {gatewayClassName: any, \
                   listeners: [{name: http, port: 80, protocol: HTTP, \
                   allowedRoutes: {namespaces: {from: All}}}]}}";
    let routes = [
        // Older than `b`, and otherwise the same.
        route("x", "a", 1, "{path: {value: /a}}"),
        route("x", "b", 2, "{path: {value: /a}}"),
        // As old as `a`, so the names decide.
        route("w", "first", 1, "{path: {value: /a}}"),
        route("w", "get", 1, "{path: {value: /a}, method: GET}"),
        route("x", "c", 3, "{path: {type: Exact, value: /a}}"),
        route("v", "d", 3, "{headers: [{name: e, value: f}]}"),
    ];
    let asked: Vec<Asked> = ["/", "/a", "/a/", "/a/b", "/ab", "/A"]
        .iter()
        .flat_map(|target| [get(target), get(target).method("POST")])
        .flat_map(|asked| [asked.clone(), asked.header("e", "f")])
        .collect();
    let orders = permutations(&routes);
    assert_eq!(orders.len(), 720);
    let mut first: Option<Vec<String>> = None;
    for order in orders {
        let mut documents = vec![gateway.to_string()];
        documents.extend(order);
        let table = imported(&documents).sound();
        let answers: Vec<_> = asked.iter().map(|asked| asked.answer(&table)).collect();
        assert_eq!(first.get_or_insert_with(|| answers.clone()), &answers);
    }
    let first = first.unwrap();
    // GET /a/b and POST /a/b: the method, then the names among those of one age.
    assert_eq!(first[12..16], ["get", "get", "first", "first"]);
    for name in ["c", "d", "no_route"] {
        assert!(
            first.iter().any(|answer| answer == name),
            "{name}: {first:?}"
        );
    }
}

#[test]
fn adv_pr_003_an_exact_path_comes_first_and_a_longer_prefix_before_a_method() {
    let headers = ["a", "b", "c", "d", "e"];
    let five: Vec<_> = headers
        .iter()
        .map(|name| format!("{{name: {name}, value: '1'}}"))
        .collect();
    let table = imported(&[
        http_gateway(),
        http_route("exact", &rules("{path: {type: Exact, value: /a/b}}")),
        http_route(
            "headers",
            &rules(&format!(
                "{{path: {{value: /a/b}}, headers: [{}]}}",
                five.join(", ")
            )),
        ),
        http_route("method", &rules("{path: {value: /x}, method: GET}")),
        http_route("longer", &rules("{path: {value: /x/y}}")),
    ])
    .sound();
    let with_headers = |target: &str| {
        let asked = get(target);
        headers
            .iter()
            .fold(asked, |asked, name| asked.header(name, "1"))
    };
    assert_eq!(with_headers("/a/b").answer(&table), "exact");
    assert_eq!(with_headers("/a/b/c").answer(&table), "headers");
    assert_eq!(get("/a/b/c").answer(&table), "no_route");
    assert_eq!(get("/x/y").answer(&table), "longer");
    assert_eq!(get("/x/z").answer(&table), "method");
}

/// A small generator (splitmix64), so that a failure comes again.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut number = self.0;
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((number ^ (number >> 31)) % bound as u64) as usize
    }

    fn of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }
}

const PATHS: &[&str] = &["/", "/a", "/a/", "/b", "/a/b", "/a/b/a", "/ab", "/a/bb"];
const METHODS: &[&str] = &["GET", "POST"];

/// What a random rule asks for: simple enough to be judged by eye.
#[derive(Clone)]
struct Wanted {
    kind: usize,
    path: &'static str,
    method: Option<&'static str>,
    header: Option<&'static str>,
}

impl Wanted {
    fn random(numbers: &mut Numbers) -> Self {
        Self {
            kind: numbers.below(4),
            path: numbers.of(PATHS),
            method: numbers.of(&[None, None, Some("GET"), Some("POST")]),
            header: numbers.of(&[None, None, Some("1"), Some("2")]),
        }
    }

    fn takes(&self, target: &str, method: &str, header: Option<&str>) -> bool {
        let prefix = self.path.strip_suffix('/').unwrap_or(self.path);
        let takes_path = match self.kind {
            0 => target == self.path,
            1 => target.starts_with(self.path),
            2 => {
                let rest = target.strip_prefix(prefix);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            }
            _ => target.starts_with(self.path) && target != self.path,
        };
        takes_path
            && self.method.is_none_or(|wanted| wanted == method)
            && self.header.is_none_or(|wanted| Some(wanted) == header)
    }

    fn rule(&self) -> Rule {
        let mut item: RouteMatch = match self.kind {
            0 => exact(self.path),
            1 => prefix(self.path),
            2 => segments(self.path),
            _ => regex(&format!("{}.+", self.path)),
        };
        if let Some(method) = self.method {
            item = item.method(method);
        }
        if let Some(header) = self.header {
            item = item.header("x", is(header));
        }
        on(item)
    }
}

/// Every small request, with what a [`Wanted`] is asked about it.
fn requests() -> Vec<(Asked, &'static str, &'static str, Option<&'static str>)> {
    let mut all = Vec::new();
    for target in [
        "/", "/a", "/a/", "/a/b", "/a/b/a", "/ab", "/abb", "/b", "/bb/a", "/c",
    ] {
        for &method in METHODS {
            for header in [None, Some("1"), Some("2")] {
                let asked = get(target).method(method);
                let asked = header.map_or(asked.clone(), |value| asked.header("x", value));
                all.push((asked, target, method, header));
            }
        }
    }
    all
}

fn named(wanted: &[(String, Wanted)]) -> Vec<(&str, Rule)> {
    wanted
        .iter()
        .map(|(name, wanted)| (name.as_str(), wanted.rule()))
        .collect()
}

#[test]
fn adv_pr_005_a_route_changes_only_what_it_takes() {
    let presets = [
        Precedence::FirstMatch,
        Precedence::GatewayApi,
        Precedence::AppMesh,
        Precedence::Specific,
    ];
    let requests = requests();
    let mut changed = 0;
    for seed in 0..120 {
        let mut numbers = Numbers(seed);
        let preset = presets[numbers.below(presets.len())];
        let one = |numbers: &mut Numbers, nth| (format!("r{nth}"), Wanted::random(numbers));
        let mut routes: Vec<_> = (0..6).map(|nth| one(&mut numbers, nth)).collect();
        let before = table(&routes_in(preset, named(&routes)));
        let added = one(&mut numbers, 6);
        routes.insert(numbers.below(7), added.clone());
        let after = table(&routes_in(preset, named(&routes)));
        for (asked, target, method, header) in &requests {
            let (old, new) = (asked.answer(&before), asked.answer(&after));
            if old != new {
                changed += 1;
                assert_eq!(new, "r6", "seed {seed}: {preset:?}: {asked:?} was {old}");
                assert!(
                    added.1.takes(target, method, *header),
                    "seed {seed}: {preset:?}: {asked:?} was {old}"
                );
            }
        }
    }
    assert!(changed > 300, "{changed}");
}

#[test]
fn adv_pr_007_an_index_keeps_the_written_order() {
    let requests = requests();
    for seed in 0..4 {
        let mut numbers = Numbers(seed);
        let mut routes: Vec<_> = (0..1_000)
            .map(|nth| (format!("r{nth}"), Wanted::random(&mut numbers)))
            .collect();
        // Without the broad rules first, so that winners lie all over the list.
        routes.sort_by_key(|(_, wanted)| {
            usize::from(wanted.method.is_none()) + usize::from(wanted.header.is_none())
        });
        let table = table(&routes_in(Precedence::FirstMatch, named(&routes)));
        let stats = table.stats();
        assert!(
            stats.worst_candidates < 500,
            "nothing is indexed: {stats:?}"
        );
        for (asked, target, method, header) in &requests {
            let mut takers = routes.iter();
            let first = takers.find(|(_, wanted)| wanted.takes(target, method, *header));
            let first = first.map_or("no_route", |(name, _)| name);
            assert_eq!(asked.answer(&table), first, "seed {seed}: {asked:?}");
        }
    }
}
