//! Random route sets.

use fingerpost::model::{
    Action, Attachment, EscapedSlashes, Fragment, Gateway, HeaderRules, HostBinding, HostForm,
    HostMatch, Listener, MalformedEscapes, Normalization, ObjectRef, Origin, PathParameters,
    Precedence, Protocol, Route, RouteId, RouteSet, Rule, Stage, StageId, Target,
};
use proptest::collection::vec;
use proptest::option::{of, weighted};
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;

use super::actions::{action, filters, keys, metadata};
use super::matches::{rarely, route_match};
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
type Shape = (Precedence, bool, HostForm);

fn assemble(
    rules: Vec<Placed>,
    entries: usize,
    inner: usize,
    shapes: Vec<Shape>,
    gateways: Vec<Gateway>,
) -> RouteSet {
    let mut set = RouteSet::new();
    for (index, (precedence, host_fallthrough, host_form)) in
        shapes.into_iter().take(entries + inner).enumerate()
    {
        set.add_stage(Stage {
            host_fallthrough,
            host_form,
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
        drops_faulty_matches: false,
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
            let mut hosts = place.hosts.clone();
            if set.stages[*at].host_form == HostForm::Authority {
                hosts.iter_mut().step_by(2).for_each(state_port);
            }
            set.stages[*at]
                .attachments
                .push(Attachment { route, hosts });
        }
    }
}

/// Makes an exact host an authority with a port.
fn state_port(binding: &mut HostBinding) {
    for host in [&mut binding.host, &mut binding.written] {
        if let HostMatch::Exact(name) = host {
            name.push_str(":8080");
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
        2 => Just(Precedence::FirstMatch),
        1 => Just(Precedence::OldestRoute),
        3 => Just(Precedence::Specific),
    ];
    let form = prop_oneof![5 => Just(HostForm::Name), 1 => Just(HostForm::Authority)];
    (
        precedence,
        prop_oneof![3 => Just(true), 1 => Just(false)],
        form,
    )
}

fn gateway() -> impl Strategy<Value = Gateway> {
    let headers =
        (rarely(10), rarely(4)).prop_map(|(reject_underscores, trim_values)| HeaderRules {
            reject_underscores,
            trim_values,
        });
    (vec(listener(), 1..=3), normalization(), headers).prop_map(
        |(listeners, normalization, headers)| Gateway {
            object: ObjectRef::new("Gateway", "infra", ""),
            listeners,
            normalization,
            headers,
            origin: Origin::default(),
        },
    )
}

pub(super) fn normalization() -> impl Strategy<Value = Normalization> {
    let known = select(
        &[
            Normalization::BASE,
            Normalization::MERGE_SLASHES,
            Normalization::NONE,
            Normalization::DECODE_AND_MERGE,
        ][..],
    );
    let slashes = select(
        &[
            EscapedSlashes::Keep,
            EscapedSlashes::Reject,
            EscapedSlashes::Unescape,
            EscapedSlashes::UnescapeAndRedirect,
        ][..],
    );
    let parameters = select(
        &[
            PathParameters::Keep,
            PathParameters::Strip,
            PathParameters::Reject,
        ][..],
    );
    let fragment = select(&[Fragment::Strip, Fragment::Reject][..]);
    let escapes = select(&[MalformedEscapes::Keep, MalformedEscapes::Reject][..]);
    let other = (
        any::<(bool, bool)>(),
        slashes,
        parameters,
        fragment,
        escapes,
    )
        .prop_map(
            |(
                (base, merge_slashes),
                escaped_slashes,
                path_parameters,
                fragment,
                malformed_escapes,
            )| {
                Normalization {
                    base,
                    merge_slashes,
                    escaped_slashes,
                    path_parameters,
                    fragment,
                    malformed_escapes,
                }
            },
        );
    prop_oneof![1 => known, 1 => other]
}

fn listener() -> impl Strategy<Value = Listener> {
    let protocol = prop_oneof![
        5 => Just(Protocol::AnyHttp),
        2 => Just(Protocol::Http),
        3 => Just(Protocol::Https),
        1 => Just(Protocol::Tls),
        1 => Just(Protocol::Tcp),
        1 => Just(Protocol::Udp),
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
    let port = weighted(0.15, select(&[80u16, 443, 8080][..]));
    let same = (words::host(), port).prop_map(|(host, port)| HostBinding {
        written: host.clone(),
        host,
        port,
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
    let matches = prop_oneof![3 => Just(Vec::new()), 12 => vec(route_match(wide), 1..=3)];
    let filters = prop_oneof![2 => Just(Vec::new()), 1 => filters(false)];
    let priority = weighted(0.4, 0i64..5);
    let rest = (keys(), keys(), metadata());
    (priority, matches, filters, action(), rest).prop_map(
        |(priority, matches, filters, action, (sticky, hash, metadata))| Rule {
            priority,
            matches,
            filters,
            sticky,
            hash,
            metadata,
            ..Rule::new(action)
        },
    )
}
