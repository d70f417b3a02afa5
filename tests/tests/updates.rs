//! A table with changes is the table of the changed set: random sets, random sequences of
//! changes, each held against a table that is compiled from the changed set anew.

use fingerpost::compile::Compiler;
use fingerpost::compile::limits::Limits;
use fingerpost::model::{
    Attachment, Fact, Filter, Format, HashKey, HostBinding, HostMatch, Listener, ObjectRef,
    PathRewrite, Precedence, Protocol, Rewrite, Route, RouteId, RouteMatch, RouteSet, Scheme,
    StageId,
};
use fingerpost::update::{Changes, UpdateError};
use fingerpost::{Request, RequestProtocol, Scratch, Table, json};
use fingerpost_tests::build::{filtered, one_stage, route, rule, segments, stage};
use fingerpost_tests::engine::{attributes, draws, pairs, shown, whole};
use fingerpost_tests::generate::Source;
use proptest::prelude::any;
use proptest::sample::Index;

/// A set whose routes have names of their own.
fn named_apart(mut set: RouteSet) -> RouteSet {
    for (number, route) in set.routes.iter_mut().enumerate() {
        route.object.name = format!("{}-{number}", route.object.name);
    }
    set
}

/// Where a route is attached.
fn places(set: &RouteSet, route: usize) -> Vec<(StageId, Vec<HostBinding>)> {
    let stages = (0..).map(StageId).zip(&set.stages);
    let places = stages.flat_map(|(id, stage)| {
        let own = stage.attachments.iter();
        let own = own.filter(move |one| one.route.0 as usize == route);
        own.map(move |one| (id, one.hosts.clone()))
    });
    places.collect()
}

/// Draws changes that can be made in a set.
struct Changer {
    source: Source,
    added: usize,
}

impl Changer {
    fn below(&mut self, end: usize) -> usize {
        self.source.draw(&any::<Index>()).index(end)
    }

    /// A route that may stand where another one of the set does, so that no stage leads
    /// back to itself: rules of it, in another order, under hosts of other routes there.
    fn variant(&mut self, set: &RouteSet, of: usize) -> (Route, Vec<(StageId, Vec<HostBinding>)>) {
        let mut route = set.routes[of].clone();
        if route.rules.len() > 1 && self.below(2) == 0 {
            let out = self.below(route.rules.len());
            route.rules.remove(out);
        }
        let turn = self.below(route.rules.len().max(1));
        route.rules.rotate_left(turn);
        if self.below(4) == 0 {
            route.created = route.created.map(|created| created + 1);
        }
        let mut at = places(set, of);
        for (stage, hosts) in &mut at {
            let others = &set.stages[stage.0 as usize].attachments;
            if self.below(3) > 0 {
                hosts.clone_from(&others[self.below(others.len())].hosts);
            }
        }
        if at.len() > 1 && self.below(3) == 0 {
            at.pop();
        }
        if self.below(6) == 0 {
            at.extend(at.first().cloned());
        }
        (route, at)
    }

    fn changes(&mut self, set: &RouteSet) -> Changes {
        let mut changes = Changes::new();
        // Each is drawn from the set as those before leave it.
        let mut set = set.clone();
        for _ in 0..=self.below(3) {
            let mut one = Changes::new();
            if set.routes.is_empty() {
                break;
            }
            let of = self.below(set.routes.len());
            let (mut route, at) = self.variant(&set, of);
            match self.below(4) {
                0 => {
                    route.object.name = format!("added-{}", self.added);
                    self.added += 1;
                    one.put(route, at);
                }
                1 => {
                    one.put(route, at);
                }
                2 => {
                    one.replace(route);
                }
                _ => {
                    one.remove(route.object);
                }
            }
            one.apply_to(&mut set).unwrap();
            changes.append(&mut one);
        }
        changes
    }
}

/// Asks both tables, which answer alike.
fn ask(updated: &Table, fresh: &Table, source: &mut Source, set: &RouteSet) {
    let (mut one, mut other) = (updated.create_scratch(), fresh.create_scratch());
    let asked: Vec<_> = (0..40).map(|_| source.request(set)).collect();
    let headers: Vec<_> = asked.iter().map(pairs).collect();
    let facts: Vec<_> = asked.iter().map(attributes).collect();
    let requests: Vec<_> = (0..asked.len())
        .map(|at| whole(fresh, &asked[at], &headers[at], &facts[at]))
        .collect();
    let mut many = vec![None; requests.len()];
    updated.find_many_with(&mut one, &requests, &mut many);
    for (at, request) in requests.iter().enumerate() {
        let expected = shown(fresh.find_with(&mut other, request).as_ref());
        let found = shown(updated.find_with(&mut one, request).as_ref());
        assert_eq!(found, expected, "{request:?}");
        assert_eq!(shown(many[at].as_ref()), expected, "{request:?}");
        let decide = |table: &Table, scratch: &mut Scratch| {
            let decision = table.decide_with(scratch, request, draws(&asked[at]));
            let told = json::write_decision(&decision, true).map_err(|error| error.to_json());
            (decision.reason(), format!("{decision:?}"), told)
        };
        let expected = decide(fresh, &mut other);
        assert_eq!(decide(updated, &mut one), expected, "{request:?}");
    }
}

/// Changes a random set some times; gives how often the table had layers.
fn follow(seed: u64, rules: usize, rounds: usize) -> usize {
    let mut changer = Changer {
        source: Source::new(seed),
        added: 0,
    };
    let mut set = named_apart(changer.source.route_set(rules));
    let compiler = Compiler::new();
    let mut table = compiler.compile_for_updates(set.clone()).table;
    let mut layered = 0;
    for round in 0..rounds {
        let changes = changer.changes(&set);
        changes.apply_to(&mut set).unwrap();
        table = table.updated(&changes).unwrap().table;
        layered += usize::from(table.layer_count() > 1);
        let fresh = compiler.compile(&set).table;
        let place = format!("seed {seed}, {rules} rules, round {round}");
        assert!(table.to_snapshot() == fresh.to_snapshot(), "{place}");
        println!("{place}");
        ask(&table, &fresh, &mut changer.source, &set);
        if changer.below(8) == 0 {
            table = table.settled();
            assert_eq!(table.layer_count(), 1);
        }
    }
    layered
}

#[test]
fn a_table_with_changes_is_the_table_of_the_changed_set() {
    let layered: usize = (0..120)
        .map(|seed| follow(seed, [3, 10, 30, 100][seed as usize % 4], 8))
        .sum();
    assert!(layered > 80, "{layered}");
}

/// Hosts with ever more rules, so that layers of several sizes stand behind each other.
#[test]
fn layers_are_merged_as_they_grow() {
    let host = |number: usize| format!("h{number}.example");
    let rules = |count: usize, to: &str| -> Vec<_> {
        let one = |nth| rule(to, vec![segments(&format!("/p{nth}"))]);
        (0..count).map(one).collect()
    };
    let count = |number: usize| 1 << (number % 8);
    let hosts: Vec<String> = (0..400).map(host).collect();
    let names: Vec<[&str; 1]> = hosts.iter().map(|host| [host.as_str()]).collect();
    let routes = names.iter().enumerate().map(|(number, names)| {
        (
            &names[..],
            route(&hosts[number], rules(count(number), "first")),
        )
    });
    let mut set = one_stage(Precedence::GatewayApi, routes.collect());
    let compiler = Compiler::new();
    let mut table = compiler.compile_for_updates(set.clone()).table;
    let (mut deepest, mut source) = (0, Source::new(7));
    for round in 0..200 {
        let number = round * 151 % 400;
        let mut changes = Changes::new();
        let name = set.routes[0].object.clone();
        let name = ObjectRef {
            name: hosts[number].clone(),
            ..name
        };
        let to = format!("round-{round}");
        changes.replace(Route::new(name, rules(count(number), &to)));
        changes.apply_to(&mut set).unwrap();
        let updated = table.updated(&changes).unwrap();
        assert_eq!(updated.diagnostics, []);
        table = updated.table;
        deepest = deepest.max(table.layer_count());
        if round % 20 == 19 {
            let fresh = compiler.compile(&set).table;
            assert!(table.to_snapshot() == fresh.to_snapshot());
            let (mut one, mut other) = (table.create_scratch(), fresh.create_scratch());
            ask(&table, &fresh, &mut source, &set);
            for (host, asked) in hosts.iter().zip(0..) {
                let path = format!("/p{}", asked % 8);
                let request = Request::new(b"GET", path.as_bytes()).with_authority(host.as_bytes());
                let found = shown(table.find_with(&mut one, &request).as_ref());
                assert_eq!(found, shown(fresh.find_with(&mut other, &request).as_ref()));
            }
        }
    }
    assert!(deepest > 2, "{deepest}");
}

/// However a host is written, and wherever it stands, its layer decides.
#[test]
fn a_host_is_found_in_its_layer_however_it_is_written() {
    let names = ["shop.example", "cart.example", "[::1]"];
    let routes = names.map(|name| route(name, vec![rule(name, vec![])]));
    let mut set = one_stage(
        Precedence::GatewayApi,
        (0..3)
            .map(|at| (&names[at..=at], routes[at].clone()))
            .collect(),
    );
    let listener = |protocol| Listener {
        protocol,
        ..set.gateways[0].listeners[0].clone()
    };
    let others = [Protocol::Tls, Protocol::Tcp].map(listener);
    set.gateways[0].listeners.extend(others);
    let compiler = Compiler::new();
    let mut table = compiler.compile_for_updates(set.clone()).table;
    for name in &names[1..] {
        let mut changes = Changes::new();
        changes.replace(route(name, vec![rule("changed", vec![])]));
        changes.apply_to(&mut set).unwrap();
        table = table.updated(&changes).unwrap().table;
    }
    assert!(table.layer_count() > 1);
    let fresh = compiler.compile(&set).table;
    let get = Request::new(b"GET", b"/");
    let of = |authority: &'static str| get.with_authority(authority.as_bytes());
    let host: &[(&[u8], &[u8])] = &[(b"Host", b" Cart.Example:80 ")];
    let connection = |protocol| Request::new(b"", b"").with_protocol(protocol);
    let to = |request: &Request<'_>, table: &Table| {
        table.decide(request, |decision| {
            decision.backend().map(|to| to.name.to_string())
        })
    };
    let mut changed = 0;
    for request in [
        of("cart.example"),
        of("CART.example"),
        of("cart.example."),
        of("cart.example:8080"),
        of("Cart.Example.:1"),
        of("cart.example:"),
        of("[::1]"),
        of("[::1]:80"),
        of("shop.example"),
        of("cart..example"),
        of(""),
        get,
        get.with_headers(host),
        of("shop.example").with_headers(host),
        of("shop.example").with_sni(b"cart.example"),
        of("cart.example").with_sni(b"shop.example"),
        connection(RequestProtocol::Tls).with_sni(b"Cart.example"),
        connection(RequestProtocol::Tls).with_sni(b"shop.example"),
        connection(RequestProtocol::Tls).with_sni(b"cart.example:1"),
        connection(RequestProtocol::Tls).with_authority(b"cart.example"),
        connection(RequestProtocol::Tcp).with_authority(b"cart.example"),
        connection(RequestProtocol::Tcp),
    ] {
        let expected = to(&request, &fresh);
        assert_eq!(to(&request, &table), expected, "{request:?}");
        changed += usize::from(expected.as_deref() == Some("changed"));
    }
    assert!(changed > 8, "{changed}");
}

fn with_methods(names: &[&str]) -> RouteMatch {
    RouteMatch {
        methods: names.iter().map(|name| name.to_string()).collect(),
        ..segments("/")
    }
}

/// Limits on the whole table count what no request can come by, too.
#[test]
fn limits_are_those_of_the_whole_table() {
    let get = vec![with_methods(&["GET"])];
    let a = route("a", vec![rule("a", get)]);
    let mut set = one_stage(Precedence::GatewayApi, vec![(&["a.example"], a)]);
    let early = |matches| route("early", vec![rule("early", matches)]);
    // Attached nowhere, and compiled before the other one.
    set.routes.insert(0, early(vec![]));
    set.stages[0].attachments[0].route.0 += 1;
    let names: Vec<String> = (0..63).map(|number| format!("M{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut changes = Changes::new();
    changes.replace(early(vec![with_methods(&names)]));
    alike(&set, &changes, &Compiler::new());

    // A stage that no listener leads to takes the room of one that is entered.
    let orphan = stage("orphan", Precedence::GatewayApi);
    set.stages.insert(0, orphan);
    set.gateways[0].listeners[0].stage = StageId(1);
    let paths = ["/1", "/2", "/3"].map(segments);
    let mut changes = Changes::new();
    let b = route("b", vec![rule("b", paths.into())]);
    changes.put(b, [(StageId(0), vec![HostMatch::Any.into()])]);
    let mut limits = Limits::default();
    limits.candidates = 3;
    alike(&set, &changes, &Compiler::new().with_limits(limits));
}

/// What has room in a scratch does not depend on rules of other hosts.
#[test]
fn facts_are_there_whatever_other_hosts_write() {
    let mut hashed = rule("a", vec![]);
    let fact = Fact::Sni;
    hashed.hash.push(HashKey {
        fact,
        terminal: false,
    });
    let long = format!("/{}", "x".repeat(100));
    let rewrite = Filter::Rewrite(Rewrite {
        path: Some(PathRewrite::Full(Format::text(&long))),
        ..Rewrite::default()
    });
    let set = one_stage(
        Precedence::GatewayApi,
        vec![
            (&["a.example"], route("a", vec![hashed.clone()])),
            (
                &["b.example"],
                route("b", vec![filtered("b", vec![], vec![rewrite])]),
            ),
        ],
    );
    let mut changes = Changes::new();
    hashed.name = Some("named".into());
    changes.replace(route("a", vec![hashed]));
    let mut limits = Limits::default();
    limits.request_target = 10;
    alike(&set, &changes, &Compiler::new().with_limits(limits));
}

/// An attachment of no route does not become a new route's.
#[test]
fn what_is_attached_of_no_route_stays_nobodys() {
    let a = route("a", vec![rule("a", vec![])]);
    let mut set = one_stage(Precedence::FirstMatch, vec![(&["a.example"], a)]);
    for number in [3, 1] {
        let nobody = Attachment {
            route: RouteId(number),
            hosts: vec![],
        };
        set.stages[0].attachments.insert(0, nobody);
    }
    let own = vec![HostMatch::Exact("a.example".into()).into()];
    let mut changes = Changes::new();
    changes.put(route("b", vec![rule("b", vec![])]), [(StageId(0), own)]);
    alike(&set, &changes, &Compiler::new());
    let mut more = Changes::new();
    more.remove(route("a", vec![]).object);
    changes.append(&mut more);
    alike(&set, &changes, &Compiler::new());
}

/// Holds a changed table against one that is compiled from the changed set.
fn alike(set: &RouteSet, changes: &Changes, compiler: &Compiler) {
    let updated = compiler.compile_for_updates(set.clone()).table;
    let updated = updated.updated(changes).unwrap().table;
    let mut set = set.clone();
    changes.apply_to(&mut set).unwrap();
    let fresh = compiler.compile(&set).table;
    assert!(updated.to_snapshot() == fresh.to_snapshot());
    let request = Request::new(b"GET", b"/")
        .with_authority(b"a.example")
        .with_scheme(Scheme::Https)
        .with_sni(b"a-long-name.a.example");
    let told = |table: &Table| {
        table.decide(&request, |decision| {
            json::write_decision(&decision, false).unwrap()
        })
    };
    assert_eq!(told(&updated), told(&fresh));
}

#[test]
fn what_cannot_be_changed_is_refused_and_changes_nothing() {
    let routes = ["a", "a", "b"].map(|name| (&[][..], route(name, vec![rule(name, vec![])])));
    let set = one_stage(Precedence::GatewayApi, routes.into());
    let name = |name: &str| ObjectRef {
        name: name.into(),
        ..set.routes[0].object.clone()
    };
    let of = |to: &str| Route::new(name(to), vec![rule(to, vec![])]);
    let table = Compiler::new().compile_for_updates(set.clone()).table;
    let refused = |table: &Table, make: &dyn Fn(&mut Changes)| {
        let mut changes = Changes::new();
        make(&mut changes);
        let before = table.to_snapshot();
        let error = table.updated(&changes).err();
        assert!(table.to_snapshot() == before);
        let mut mirror = set.clone();
        if error != Some(UpdateError::NotUpdatable) {
            assert_eq!(changes.apply_to(&mut mirror).err(), error);
        }
        error
    };
    let error = refused(&table, &|changes| {
        changes.remove(name("c"));
    });
    assert_eq!(error, Some(UpdateError::UnknownRoute(name("c"))));
    let error = refused(&table, &|changes| {
        changes.remove(name("b")).replace(of("b"));
    });
    assert_eq!(error, Some(UpdateError::UnknownRoute(name("b"))));
    let error = refused(&table, &|changes| {
        changes.replace(of("a"));
    });
    assert_eq!(error, Some(UpdateError::AmbiguousRoute(name("a"))));
    let any = vec![HostMatch::Any.into()];
    let error = refused(&table, &|changes| {
        changes.put(of("c"), [(StageId(9), any.clone())]);
    });
    assert_eq!(error, Some(UpdateError::UnknownStage(StageId(9))));
    let once = Compiler::new().compile(&set).table;
    let error = refused(&once, &|changes| {
        changes.remove(name("b"));
    });
    assert_eq!(error, Some(UpdateError::NotUpdatable));
    let read = Table::from_snapshot(table.to_snapshot()).unwrap();
    let error = refused(&read, &|changes| {
        changes.remove(name("b"));
    });
    assert_eq!(error, Some(UpdateError::NotUpdatable));
}
