//! Random route sets.

use std::mem::discriminant;

use fingerpost::model::{
    Action, Attachment, Backend, CorsPolicy, Fault, Filter, Format, Gateway, HeaderEdit,
    HeaderMatch, HeaderRules, HeaderVerb, HostBinding, HostMatch, HostRewrite, InvalidTarget,
    Listener, Mirror, Normalization, ObjectRef, Origin, PathMatch, PathRewrite, Precedence,
    PrefixJoin, Protocol, QueryMatch, Redirect, RepeatedValues, Respond, Rewrite, Route, RouteId,
    RouteMatch, RouteSet, Rule, Scheme, Stage, StageId, Target, WeightedTarget,
};
use proptest::collection::vec;
use proptest::option::{of, weighted};
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;

use super::words;
use crate::build::{backend, stage};

/// Stages that listeners lead to.
const ENTRIES: usize = 3;

/// Stages that only targets lead to. Each leads to later ones alone.
const INNER: usize = 3;

/// A route set with this many rules.
pub(super) fn route_set(rules: usize) -> impl Strategy<Value = RouteSet> {
    let wide = if rules < 20 { 0 } else { rules / 6 };
    let routes = vec(placed_rule(wide), rules);
    let entries = 1..=if rules < 4 { 1 } else { ENTRIES };
    let inner = 0..=if rules < 2 { 0 } else { INNER };
    (
        routes,
        entries,
        inner,
        vec(shape(), ENTRIES + INNER),
        vec(gateway(), 1..=2),
    )
        .prop_map(|(rules, entries, inner, shapes, gateways)| {
            assemble(rules, entries, inner, shapes, gateways)
        })
}

/// A rule and how it is placed: whether it starts a new route, and that route.
type Placed = (Rule, bool, Place);

/// Where a route stands and since when.
#[derive(Clone, Debug)]
struct Place {
    inside: bool,
    stages: (usize, Option<usize>),
    hosts: Vec<HostBinding>,
    created: Option<i64>,
    name: (&'static str, usize),
}

/// How a stage is searched.
type Shape = (Precedence, bool);

fn assemble(
    rules: Vec<Placed>,
    entries: usize,
    inner: usize,
    shapes: Vec<Shape>,
    gateways: Vec<Gateway>,
) -> RouteSet {
    let mut set = RouteSet::new();
    for (index, (precedence, host_fallthrough)) in
        shapes.into_iter().take(entries + inner).enumerate()
    {
        set.add_stage(Stage {
            host_fallthrough,
            ..stage(&format!("s{index}"), precedence)
        });
    }
    for (mut rule, starts, place) in rules {
        let fits = set.routes.last().is_some_and(|route| route.rules.len() < 6);
        if starts || !fits {
            attach(&mut set, &place, entries, inner);
        }
        let id = set.routes.len() - 1;
        let level = level(&set, id, entries);
        lead_on(&mut rule, level, entries, inner);
        set.routes[id].rules.push(rule);
    }
    for (index, mut gateway) in gateways.into_iter().enumerate() {
        gateway.object.name = format!("g{index}");
        for (index, listener) in gateway.listeners.iter_mut().enumerate() {
            listener.name = format!("l{index}");
            listener.stage.0 %= entries as u32;
        }
        set.gateways.push(gateway);
    }
    set
}

/// Adds a route without rules and attaches it.
fn attach(set: &mut RouteSet, place: &Place, entries: usize, inner: usize) {
    let (namespace, name) = place.name;
    let route = set.add_route(Route {
        object: ObjectRef::new("HTTPRoute", namespace, format!("r{name}")),
        created: place.created,
        rules: Vec::new(),
        origin: Origin::default(),
    });
    let (first, second) = place.stages;
    let stages = match place.inside && inner > 0 {
        true => vec![entries + first % inner],
        false => [Some(first), second]
            .into_iter()
            .flatten()
            .map(|at| at % entries)
            .collect(),
    };
    for (nth, at) in stages.iter().enumerate() {
        if !stages[..nth].contains(at) {
            let hosts = place.hosts.clone();
            set.stages[*at]
                .attachments
                .push(Attachment { route, hosts });
        }
    }
}

/// The first inner stage that a route may lead to.
fn level(set: &RouteSet, route: usize, entries: usize) -> usize {
    let id = RouteId(route as u32);
    let holds = |stage: &Stage| stage.attachments.iter().any(|a| a.route == id);
    let at = set.stages.iter().position(holds).unwrap_or(0);
    if at < entries { entries } else { at + 1 }
}

/// Makes every stage that a rule leads to one that exists and comes later.
fn lead_on(rule: &mut Rule, level: usize, entries: usize, inner: usize) {
    let Action::Forward(targets) = &mut rule.action else {
        return;
    };
    for (index, target) in targets.iter_mut().enumerate() {
        if let Target::Stage { stage, .. } = &mut target.target {
            match (entries + inner).saturating_sub(level) {
                0 => target.target = Target::Backend(backend(&format!("t{index}"))),
                count => *stage = StageId((level + stage.0 as usize % count) as u32),
            }
        }
    }
}

fn shape() -> impl Strategy<Value = Shape> {
    let precedence = prop_oneof![
        5 => Just(Precedence::GatewayApi),
        3 => Just(Precedence::AppMesh),
        1 => Just(Precedence::FirstMatch),
        1 => Just(Precedence::OldestRoute),
    ];
    (precedence, prop_oneof![3 => Just(true), 1 => Just(false)])
}

fn gateway() -> impl Strategy<Value = Gateway> {
    let normalization = select(
        &[
            Normalization::BASE,
            Normalization::MERGE_SLASHES,
            Normalization::NONE,
        ][..],
    );
    (vec(listener(), 1..=3), normalization).prop_map(|(listeners, normalization)| Gateway {
        object: ObjectRef::new("Gateway", "infra", ""),
        listeners,
        normalization,
        headers: HeaderRules::default(),
        origin: Origin::default(),
    })
}

fn listener() -> impl Strategy<Value = Listener> {
    let protocol = prop_oneof![
        5 => Just(Protocol::AnyHttp),
        2 => Just(Protocol::Http),
        3 => Just(Protocol::Https),
        1 => Just(Protocol::Tls),
        1 => Just(Protocol::Tcp),
    ];
    let port = prop_oneof![
        4 => Just(None),
        2 => Just(Some(80)),
        2 => Just(Some(443)),
        1 => Just(Some(8080)),
    ];
    let hosts = prop_oneof![3 => Just(Vec::new()), 2 => vec(words::host(), 1..=2)];
    let client = weighted(0.1, Just("team".to_string()));
    (
        protocol,
        port,
        hosts,
        client,
        any::<bool>(),
        0..ENTRIES as u32,
    )
        .prop_map(
            |(protocol, port, hosts, client_namespace, detect_misdirected, stage)| Listener {
                name: String::new(),
                port,
                protocol,
                hosts,
                client_namespace,
                detect_misdirected,
                stage: StageId(stage),
                origin: Origin::default(),
            },
        )
}

fn placed_rule(wide: usize) -> impl Strategy<Value = Placed> {
    (
        rule(wide),
        prop_oneof![1 => Just(true), 2 => Just(false)],
        place(),
    )
}

fn place() -> impl Strategy<Value = Place> {
    let inside = prop_oneof![2 => Just(false), 1 => Just(true)];
    let hosts = prop_oneof![1 => Just(Vec::new()), 2 => vec(binding(), 1..=2)];
    let created = of(prop_oneof![0i64..4, 0i64..1_000_000]);
    let name = (select(&["a", "a-b", "b"][..]), 0usize..50);
    (
        inside,
        (0..ENTRIES, weighted(0.2, 0..ENTRIES)),
        hosts,
        created,
        name,
    )
        .prop_map(|(inside, stages, hosts, created, name)| Place {
            inside,
            stages,
            hosts,
            created,
            name,
        })
}

/// A host as the route writes it, or one that a listener narrowed.
fn binding() -> impl Strategy<Value = HostBinding> {
    let same = words::host().prop_map(|host| HostBinding {
        written: host.clone(),
        host,
        port: None,
    });
    let narrowed = (select(words::HOSTS), any::<bool>()).prop_map(|(host, any)| {
        let parent = host.split_once('.').map(|(_, parent)| parent);
        HostBinding {
            host: HostMatch::Exact(host.into()),
            written: match parent {
                Some(parent) if !any => HostMatch::Wildcard(parent.into()),
                _ => HostMatch::Any,
            },
            port: None,
        }
    });
    prop_oneof![3 => same, 1 => narrowed]
}

fn rule(wide: usize) -> impl Strategy<Value = Rule> {
    let matches = prop_oneof![2 => Just(Vec::new()), 12 => vec(route_match(wide), 1..=3)];
    let filters = prop_oneof![3 => Just(Vec::new()), 2 => filters(false)];
    (weighted(0.4, 0i64..5), matches, filters, action()).prop_map(
        |(priority, matches, filters, action)| Rule {
            priority,
            matches,
            filters,
            ..Rule::new(action)
        },
    )
}

fn route_match(wide: usize) -> impl Strategy<Value = RouteMatch> {
    let methods = prop_oneof![
        3 => Just(Vec::new()),
        1 => vec(select(words::METHODS).prop_map(String::from), 1..=2),
    ];
    let scheme = weighted(0.1, select(&[Scheme::Http, Scheme::Https][..]));
    let grpc_only = prop_oneof![9 => Just(false), 1 => Just(true)];
    let headers = prop_oneof![3 => Just(Vec::new()), 2 => vec(header(wide), 1..=3)];
    let query = prop_oneof![3 => Just(Vec::new()), 1 => vec(query(wide), 1..=2)];
    (path(wide), methods, scheme, grpc_only, headers, query).prop_map(
        |(path, methods, scheme, grpc_only, mut headers, query)| {
            // Names differ: see `RouteMatch::headers`.
            headers.sort_by(|a, b| a.name.cmp(&b.name));
            headers.dedup_by(|a, b| a.name == b.name);
            RouteMatch {
                path,
                methods,
                scheme,
                headers,
                query,
                grpc_only,
                ..RouteMatch::default()
            }
        },
    )
}

fn path(wide: usize) -> impl Strategy<Value = PathMatch> {
    let grpc = (
        of(words::name(words::SERVICES)),
        of(words::name(words::CALLS)),
    );
    prop_oneof![
        1 => Just(PathMatch::Any),
        3 => words::path(wide).prop_map(PathMatch::Exact),
        3 => words::path(wide).prop_map(PathMatch::Prefix),
        4 => words::path(wide).prop_map(PathMatch::Segments),
        2 => select(words::PATH_REGEXES).prop_map(|(regex, _)| PathMatch::Regex(regex.into())),
        1 => grpc.prop_map(|(service, method)| PathMatch::Grpc { service, method }),
    ]
}

fn header(wide: usize) -> impl Strategy<Value = HeaderMatch> {
    let rarely = || prop_oneof![4 => Just(false), 1 => Just(true)];
    let repeated = select(
        &[
            RepeatedValues::Joined,
            RepeatedValues::Any,
            RepeatedValues::First,
        ][..],
    );
    (
        select(words::HEADERS),
        words::value(wide),
        rarely(),
        rarely(),
        repeated,
    )
        .prop_map(
            |(name, value, invert, missing_matches, repeated)| HeaderMatch {
                invert,
                missing_matches,
                repeated,
                ..HeaderMatch::new(name, value)
            },
        )
}

fn query(wide: usize) -> impl Strategy<Value = QueryMatch> {
    (select(words::PARAMETERS), words::value(wide))
        .prop_map(|(name, value)| QueryMatch::new(name, value))
}

fn action() -> impl Strategy<Value = Action> {
    let respond = select(&[200u16, 403, 500][..]).prop_map(|status| {
        Action::Respond(Respond {
            status,
            ..Respond::default()
        })
    });
    prop_oneof![
        8 => vec(target(), 1..=3).prop_map(Action::Forward),
        1 => redirect().prop_map(Action::Redirect),
        1 => respond,
        1 => vec(target(), 0..=1).prop_map(Action::Forward),
    ]
}

fn target() -> impl Strategy<Value = WeightedTarget> {
    let named = (0usize..40).prop_map(|name| backend(&format!("b{name}")));
    let target = prop_oneof![
        6 => named.prop_map(Target::Backend),
        5 => (0u32..8).prop_map(|stage| Target::Stage {
            stage: StageId(stage),
            metadata: Vec::new(),
        }),
        1 => invalid().prop_map(Target::Invalid),
    ];
    let weight =
        prop_oneof![1 => Just(0u32), 4 => 1u32..10, 1 => Just(1_000_000), 1 => Just(u32::MAX)];
    let filters = prop_oneof![4 => Just(Vec::new()), 1 => filters(true)];
    (target, weight, filters).prop_map(|(target, weight, filters)| WeightedTarget {
        target,
        weight,
        filters,
        failover: Vec::new(),
        origin: Origin::default(),
    })
}

fn invalid() -> impl Strategy<Value = InvalidTarget> {
    select(&[500u16, 503][..]).prop_map(|status| InvalidTarget {
        backend: Backend::default(),
        reason: "BackendNotFound".into(),
        status,
    })
}

fn redirect() -> impl Strategy<Value = Redirect> {
    let scheme = of(select(&[Scheme::Http, Scheme::Https][..]));
    let host = of(Just("to.test".to_string()));
    let port = of(select(&[80u16, 443, 8443][..]));
    let status = select(&[301u16, 302, 303, 307, 308][..]);
    (scheme, host, port, of(path_rewrite()), status).prop_map(
        |(scheme, host, port, path, status)| Redirect {
            scheme,
            host: host.map(Into::into),
            port,
            path,
            query: None,
            status,
        },
    )
}

/// Filters of which those that answer are there once at most.
fn filters(of_target: bool) -> impl Strategy<Value = Vec<Filter>> {
    vec(filter(of_target), 1..=3).prop_map(|filters| {
        let mut kept: Vec<Filter> = Vec::new();
        for filter in filters {
            let kind = discriminant(&filter);
            let once = matches!(
                filter,
                Filter::Fault(_) | Filter::Cors(_) | Filter::Redirect(_)
            );
            if !once || !kept.iter().any(|other| discriminant(other) == kind) {
                kept.push(filter);
            }
        }
        kept
    })
}

fn filter(of_target: bool) -> impl Strategy<Value = Filter> {
    let edits = || vec(edit(), 1..=2);
    let rewrite = (of(host_rewrite()), of(path_rewrite())).prop_map(|(host, path)| {
        Filter::Rewrite(Rewrite {
            host,
            path,
            ..Rewrite::default()
        })
    });
    prop_oneof![
        3 => rewrite,
        2 => edits().prop_map(Filter::RequestHeaders),
        1 => edits().prop_map(Filter::ResponseHeaders),
        1 => mirror().prop_map(Filter::Mirror),
        u32::from(!of_target) => fault().prop_map(Filter::Fault),
        1 => Just(Filter::Cors(CorsPolicy::default())),
        u32::from(of_target) => redirect().prop_map(Filter::Redirect),
    ]
}

fn host_rewrite() -> impl Strategy<Value = HostRewrite> {
    select(words::HOSTS).prop_map(|host| HostRewrite::To(host.into()))
}

fn path_rewrite() -> impl Strategy<Value = PathRewrite> {
    let join = select(
        &[
            PrefixJoin::Segments,
            PrefixJoin::OneSlash,
            PrefixJoin::Literal,
        ][..],
    );
    let replacement = select(&["", "/", "/a", "/a/", "/x", "/b/c/"][..]);
    let prefix = (replacement, join).prop_map(|(replacement, join)| PathRewrite::Prefix {
        replacement: replacement.into(),
        join,
    });
    let full = select(&["/", "/a/b", "/new", "/s.T/Get"][..]);
    prop_oneof![3 => prefix, 1 => full.prop_map(|path| PathRewrite::Full(path.into()))]
}

fn edit() -> impl Strategy<Value = HeaderEdit> {
    let verb = select(&[HeaderVerb::Set, HeaderVerb::Add, HeaderVerb::Remove][..]);
    (verb, select(words::HEADERS), 0u32..9).prop_map(|(verb, name, value)| HeaderEdit {
        verb,
        name: name.into(),
        value: match verb {
            HeaderVerb::Remove => Format::default(),
            _ => format!("e{value}").into(),
        },
    })
}

fn mirror() -> impl Strategy<Value = Mirror> {
    let target = prop_oneof![
        4 => Just(Ok(backend("copy"))),
        1 => invalid().prop_map(Err),
    ];
    (
        target,
        select(&[(0u32, 1u32), (1, 1), (1, 2), (10, 100), (100, 100)][..]),
    )
        .prop_map(|(target, (numerator, denominator))| Mirror {
            target,
            numerator,
            denominator,
        })
}

fn fault() -> impl Strategy<Value = Fault> {
    let share = || select(&[0u32, 1, 250_000, 500_000, 1_000_000][..]);
    (of(1u64..9), share(), of(Just(503u16)), share()).prop_map(
        |(delay_ms, delay_ppm, abort_status, abort_ppm)| Fault {
            delay_ms,
            delay_ppm,
            abort_status,
            abort_ppm,
            abort_grpc_status: None,
        },
    )
}
