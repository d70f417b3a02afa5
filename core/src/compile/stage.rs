//! Stages: their rules in order of rank, under the hosts that they answer to.
//!
//! Every match under every host binding gets a place in the order of the stage, and from
//! that a rank among those that it can meet: see `space`. A *scope* is a host together
//! with the port that the authority must state, and has the tries of its paths.

use alloc::format;
use alloc::vec::Vec;
use core::cmp::Ordering;

use super::host::HostItem;
use super::numbers::Numbers;
use super::path::PathItem;
use super::rank::{self, MatchPlaces};
use super::space::Spaces;
use super::{Build, CompiledMatch, HashMap, segment};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::compile as codes;
use crate::model::{HostBinding, HostMatch, Route, Stage};
use crate::table::names::Bound;
use crate::table::path::Candidate;
use crate::table::precedence::BoundKey;
use crate::table::text::{Range32, Text};
use crate::table::{NONE, Scope, StageEntry};

/// Where a stage's rules are found: a host and the port that it needs.
type Place<'m> = (&'m HostMatch, Option<u16>);

/// Segments of a path that weigh as much as a candidate: their nodes take a few times the
/// memory of one.
const SEGMENTS_A_CANDIDATE: usize = 8;

/// What a route without hosts is under.
const ANY: &[HostBinding] = &[HostBinding {
    host: HostMatch::Any,
    written: HostMatch::Any,
    port: None,
}];

/// The places of a stage, in order of first appearance.
#[derive(Default)]
struct Places<'m> {
    known: HashMap<Place<'m>, u32>,
    list: Vec<Place<'m>>,
    /// Hosts, whatever port they need, in order of first appearance.
    hosts: HashMap<&'m HostMatch, u32>,
    /// The first route under each.
    routes: Vec<&'m Route>,
}

/// A route under a host of a stage.
struct BoundRoute {
    place: u32,
    key: BoundKey,
}

/// An attachment whose matches fit.
struct Attached {
    route: u32,
    /// Its hosts, a run of the stage's.
    bounds: Range32,
}

/// A match under a host of a stage, in the order of the input.
#[derive(Clone, Copy)]
struct Found {
    /// Index into [`Build::matches`].
    one: u32,
    /// Index into the stage's bounds.
    bound: u32,
}

impl<'m> Build<'m> {
    /// Every stage: ranks, scopes, tries.
    pub(crate) fn stages(&mut self) {
        let set = self.set;
        let name_order = rank::name_order(set);
        // For each preset that stages have; there are few.
        let mut ranks: Vec<MatchPlaces> = Vec::new();
        for stage in &set.stages {
            let object = self.object(&stage.object, stage.origin);
            self.sections.names.stages.push(object);
            let entry = self.stage(stage, &name_order, &mut ranks);
            self.sections.stages.push(entry);
        }
    }

    fn stage(
        &mut self,
        stage: &'m Stage,
        name_order: &[u32],
        ranks: &mut Vec<MatchPlaces>,
    ) -> StageEntry {
        let preset = stage.precedence;
        let mut places = Places::default();
        let (mut attached, bounds, count) = self.bounds(stage, name_order, &mut places);
        // What no clause separates stays as it comes here: by route, then by position.
        let first_of = |one: &Attached| bounds.get(one.bounds.start as usize);
        attached.sort_by(|one, other| match (first_of(one), first_of(other)) {
            (Some(one), Some(other)) => rank::route_order(preset, &one.key, &other.key),
            _ => Ordering::Equal,
        });
        let known = ranks.iter().position(|ranks| ranks.is_for(preset));
        let at = known.unwrap_or_else(|| {
            ranks.push(MatchPlaces::new(
                preset,
                self.sections.names.match_keys.added_from(0),
            ));
            ranks.len() - 1
        });
        let keys: Vec<BoundKey> = bounds.iter().map(|bound| bound.key).collect();
        let hosts = rank::host_places(preset, &keys);
        let mut found: Vec<Found> = Vec::with_capacity(count);
        let mut ranked: Vec<u128> = Vec::with_capacity(count);
        if let Some(ranks) = ranks.get(at) {
            for attached in attached {
                let run = self.of_route.get(attached.route as usize).copied();
                let run = run.unwrap_or(Range32::EMPTY);
                for (one, compiled) in run.indices().zip(run.of(&self.matches)) {
                    for bound in attached.bounds.indices() {
                        let host = hosts.get(bound as usize).copied().unwrap_or(0);
                        let number = found.len() as u32;
                        ranked.push(ranks.rank(compiled.rank_key, host, number));
                        found.push(Found { one, bound });
                    }
                }
            }
        }
        ranked.sort_unstable();
        self.scopes(stage, &places, &bounds, &found, &ranked)
    }

    /// The routes of a stage under its hosts, and the number of matches under hosts that
    /// these are. A route that has too many is left out and reported.
    fn bounds(
        &mut self,
        stage: &'m Stage,
        name_order: &[u32],
        places: &mut Places<'m>,
    ) -> (Vec<Attached>, Vec<BoundRoute>, usize) {
        let set = self.set;
        let mut attached = Vec::with_capacity(stage.attachments.len());
        let mut bounds: Vec<BoundRoute> = Vec::with_capacity(stage.attachments.len());
        let mut count = 0usize;
        for attachment in &stage.attachments {
            let route_id = attachment.route.0 as usize;
            let Some(route) = set.routes.get(route_id) else {
                let message = format!("{}: attaches a route that is not there", stage.object);
                self.diagnostics.push(Diagnostic::error(
                    codes::BROKEN_REFERENCE,
                    stage.origin,
                    message,
                ));
                continue;
            };
            let bindings = match attachment.hosts.is_empty() {
                true => ANY,
                false => &attachment.hosts[..],
            };
            let matches = self
                .of_route
                .get(route_id)
                .map_or(0, |run| run.len as usize);
            let added = self.weight(route_id).saturating_mul(bindings.len());
            if added > self.limits.candidates.saturating_sub(self.weighed) {
                self.too_many_candidates(stage, route, (added, bindings.len()));
                continue;
            }
            self.weighed += added;
            count += matches.saturating_mul(bindings.len());
            let start = bounds.len() as u32;
            let order = name_order.get(route_id).copied().unwrap_or(0);
            for binding in bindings {
                let (place, is_new) = places.number((&binding.host, binding.port), route);
                if is_new {
                    let form = stage.host_form;
                    self.check_host(&route.object, route.origin, &binding.host, form);
                }
                let host_order = places.order(&binding.host);
                let orders = (attachment.route.0, order);
                bounds.push(BoundRoute {
                    place,
                    key: rank::bound_key(binding, host_order, route, orders),
                });
            }
            attached.push(Attached {
                route: attachment.route.0,
                bounds: Range32 {
                    start,
                    len: bounds.len() as u32 - start,
                },
            });
        }
        (attached, bounds, count)
    }

    /// What a route's matches weigh under one host, as the limit on candidates counts: one
    /// for each match, and one more for every eight segments of its path, each of which is
    /// a node under each host.
    fn weight(&self, route: usize) -> usize {
        let run = self.of_route.get(route).copied().unwrap_or_default();
        let weight = |one: &CompiledMatch| {
            let key = self.name_texts.get(one.key);
            let segments = memchr::memchr_iter(b'/', key).take(segment::DEPTH).count();
            1 + segments / SEGMENTS_A_CANDIDATE
        };
        run.of(&self.matches).iter().map(weight).sum()
    }

    fn too_many_candidates(
        &mut self,
        stage: &Stage,
        route: &Route,
        (added, hosts): (usize, usize),
    ) {
        self.is_short = true;
        let limit = self.limits.candidates;
        let message = format!(
            "{}: its matches under {hosts} hosts weigh as much as {added} candidates, and with \
             those of other routes more than the limit `candidates` of {limit}, so that it is \
             left out of {}",
            route.object, stage.object
        );
        let found = Diagnostic::error(codes::TOO_MANY_CANDIDATES, route.origin, message);
        self.diagnostics.push(found);
    }

    fn too_many_ways(&mut self, stage: &Stage, host: &str, places: u32) {
        let limit = self.limits.path_steps;
        let message = format!(
            "{}: a path under {host} can come by {places} places with rules or ways to such, \
             and all may have to be looked at; that is over the limit `path_steps` of {limit}",
            stage.object
        );
        let found = Diagnostic::warning(codes::TOO_MANY_WAYS, stage.origin, message);
        self.diagnostics.push(found);
    }

    fn scopes(
        &mut self,
        stage: &Stage,
        places: &Places<'_>,
        bounds: &[BoundRoute],
        found: &[Found],
        ranked: &[u128],
    ) -> StageEntry {
        let Places { list, routes, .. } = places;
        let first = self.sections.scopes.len() as u32;
        let first_bound = self.sections.names.bounds.len() as u32;
        let named = bounds
            .iter()
            .map(|bound| Bound::new(first + bound.place, bound.key));
        self.sections.names.bounds.extend(named);
        let place_of = |one: &Found| bounds.get(one.bound as usize).map_or(0, |one| one.place);
        let of_place = Numbers::new(list.len(), found.iter().map(place_of));
        // What comes at a place in the order of the stage.
        let at_order = |order: u32| {
            let number = *ranked.get(order as usize)? as u32;
            Some((number, found.get(number as usize)?))
        };
        let spaces = Spaces::new(
            list.iter().map(|(host, _)| (*host, places.order(host))),
            (0..ranked.len() as u32)
                .map(|order| at_order(order).map_or(0, |(_, one)| place_of(one))),
        );
        let mut rank_of = alloc::vec![0u32; found.len()];
        for (order, rank) in (0..).zip(spaces.ranks()) {
            if let Some((number, _)) = at_order(order)
                && let Some(slot) = rank_of.get_mut(number as usize)
            {
                *slot = rank;
            }
        }
        let mut own: Vec<(u32, u32)> = Vec::new();
        // Most places that a path comes by, and the scope where.
        let mut excess: Option<(u32, usize)> = None;
        for (at, members) in of_place.iter().enumerate() {
            let orders = spaces.around(at as u32);
            own.clear();
            own.extend(members.iter().filter_map(|&number| {
                let rank = *rank_of.get(number as usize)?;
                Some((rank, found.get(number as usize)?.one))
            }));
            own.sort_unstable();
            let [mut plain, mut folded] = [Vec::with_capacity(own.len()), Vec::new()];
            for &(rank, one) in &own {
                let Some(one) = self.matches.get(one as usize) else {
                    continue;
                };
                let items = if one.folded { &mut folded } else { &mut plain };
                items.push(PathItem {
                    kind: one.kind,
                    key: one.key,
                    has_holes: one.has_holes,
                    pattern: one.pattern,
                    candidate: Candidate {
                        rank,
                        entry: one.entry,
                        program: one.program,
                        common: one.common,
                    },
                });
            }
            let best = own.first().map_or(NONE, |&(rank, _)| rank);
            let before = self.sections.paths.candidates.len();
            let plain = self.trie(plain);
            let folded = (!folded.is_empty()).then(|| self.trie(folded));
            let worst = plain.excess.max(folded.and_then(|trie| trie.excess));
            excess = excess.max(worst.map(|places| (places, at)));
            let hits = plain.hits + folded.map_or(0, |trie| trie.hits);
            let paths = &mut self.sections.paths;
            paths.worst_hits = paths.worst_hits.max(hits);
            let port = list
                .get(at)
                .and_then(|(_, port)| *port)
                .map_or(NONE, u32::from);
            self.sections.scopes.push(Scope {
                port,
                next: NONE,
                trie: plain.trie,
                folded: folded.map_or(NONE, |folded| {
                    let tries = &mut self.sections.segments.folded;
                    tries.push(folded.trie);
                    tries.len() as u32 - 1
                }),
                best,
            });
            let added = self.sections.paths.candidates.added_from(before);
            let names = &mut self.sections.names;
            for one in added {
                let order = orders.get(one.rank as usize).copied().unwrap_or(NONE);
                let bound = at_order(order).map_or(NONE, |(_, one)| first_bound + one.bound);
                names.candidates.push(bound);
                names.orders.push(order);
            }
        }
        for (host, port) in list {
            let text = match (host, port) {
                (HostMatch::Any, None) => Text::default(),
                (host, None) => self.name_text(&host.to_text()),
                (host, Some(port)) => self.name_text(&format!("{host}:{port}")),
            };
            self.sections.names.scopes.push(text);
        }
        if let Some((places, at)) = excess {
            let host = list.get(at).map(|(host, _)| host.to_text());
            self.too_many_ways(stage, host.as_deref().unwrap_or_default(), places);
        }
        let hosts = self.chain(first, list);
        let bars = match stage.host_fallthrough {
            true => self.bars(&spaces, &hosts),
            false => Range32::EMPTY,
        };
        let items = hosts.into_iter().filter_map(|(host, value)| {
            let route = routes.get(value as usize)?;
            Some(HostItem {
                host,
                value,
                what: &route.object,
                origin: route.origin,
            })
        });
        let hosts = self.host_index(&items.collect::<Vec<_>>());
        StageEntry {
            precedence: stage.precedence,
            host_fallthrough: stage.host_fallthrough,
            host_form: stage.host_form,
            hosts,
            scopes: Range32 {
                start: first,
                len: list.len() as u32,
            },
            bars,
        }
    }

    /// Adds the bars of a stage whose hosts these are, each with its first scope.
    fn bars(&mut self, spaces: &Spaces, hosts: &[(&HostMatch, u32)]) -> Range32 {
        let exact = hosts
            .iter()
            .filter(|(host, _)| matches!(host, HostMatch::Exact(_)));
        let mut scopes: Vec<u32> = exact.map(|(_, first)| *first).collect();
        scopes.sort_unstable();
        let start = self.sections.bars.len() as u32;
        self.sections.bars.extend(spaces.bars(&scopes));
        Range32 {
            start,
            len: self.sections.bars.len() as u32 - start,
        }
    }

    /// Links the scopes of each host, those with a port first, and gives each host
    /// with the first of them.
    fn chain<'h>(&mut self, first: u32, places: &[Place<'h>]) -> Vec<(&'h HostMatch, u32)> {
        let mut of_host: HashMap<&HostMatch, Vec<u32>> = HashMap::default();
        let mut order: Vec<&HostMatch> = Vec::new();
        for (at, (host, _)) in (0..).zip(places) {
            let own = of_host.entry(host).or_insert_with(|| {
                order.push(host);
                Vec::new()
            });
            own.push(at);
        }
        let mut hosts = Vec::with_capacity(order.len());
        for host in order {
            let Some(own) = of_host.get_mut(host) else {
                continue;
            };
            own.sort_by_key(|&at| {
                let place = places.get(at as usize);
                place.is_none_or(|(_, port)| port.is_none())
            });
            for pair in own.windows(2) {
                if let [one, next] = pair
                    && let Some(scope) = self.sections.scopes.get_mut((first + one) as usize)
                {
                    scope.next = *next;
                }
            }
            hosts.extend(own.first().map(|&at| (host, at)));
        }
        hosts
    }
}

impl<'m> Places<'m> {
    /// The number of a place, and whether it is new.
    fn number(&mut self, place: Place<'m>, route: &'m Route) -> (u32, bool) {
        if let Some(&known) = self.known.get(&place) {
            return (known, false);
        }
        let number = self.list.len() as u32;
        self.known.insert(place, number);
        self.hosts.entry(place.0).or_insert(number);
        self.list.push(place);
        self.routes.push(route);
        (number, true)
    }

    /// Where a host appeared first. Not where its place did: of one host with a port and
    /// without, the port decides and not the order.
    fn order(&self, host: &HostMatch) -> u32 {
        self.hosts.get(host).copied().unwrap_or(0)
    }
}
