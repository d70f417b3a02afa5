//! Stages: their rules in order of rank, under the hosts that they answer to.
//!
//! Every match under every host binding gets a rank. A *scope* is a host together with
//! the port that the authority must state, and has the tries of its paths.

use alloc::format;
use alloc::vec::Vec;

use super::host::HostItem;
use super::path::PathItem;
use super::{Build, CompiledMatch, HashMap, rank};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::compile as codes;
use crate::model::{HostBinding, HostMatch, Route, Stage};
use crate::table::names::CandidateName;
use crate::table::path::Candidate;
use crate::table::precedence::RankKey;
use crate::table::text::{Range32, Text};
use crate::table::{NONE, Scope, StageEntry};

/// Where a stage's rules are found: a host and the port that it needs.
type Place<'m> = (&'m HostMatch, Option<u16>);

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

/// A match under a host of a stage.
struct Ranked {
    key: RankKey,
    place: u32,
    one: CompiledMatch,
}

impl<'m> Build<'m> {
    /// Every stage: ranks, scopes, tries.
    pub(crate) fn stages(&mut self) {
        let set = self.set;
        let name_order = rank::name_order(set);
        for stage in &set.stages {
            let object = self.object(&stage.object, stage.origin);
            self.sections.names.stages.push(object);
            let entry = self.stage(stage, &name_order);
            self.sections.stages.push(entry);
        }
    }

    fn stage(&mut self, stage: &'m Stage, name_order: &[u32]) -> StageEntry {
        let set = self.set;
        let mut places = Places::default();
        let mut ranked: Vec<Ranked> = Vec::new();
        for (position, attachment) in stage.attachments.iter().enumerate() {
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
            let matches = self.entries.get(route_id).into_iter().flatten().flatten();
            let added = matches.flatten().count().saturating_mul(bindings.len());
            let there = self.sections.paths.candidates.len() + ranked.len();
            if added > self.limits.candidates.saturating_sub(there) {
                self.too_many_candidates(stage, route, (added, bindings.len()));
                continue;
            }
            for binding in bindings {
                let place = (&binding.host, binding.port);
                let (place, is_new) = places.number(place, route);
                if is_new {
                    let form = stage.host_form;
                    self.check_host(&route.object, route.origin, &binding.host, form);
                }
                for (rule_index, rule) in route.rules.iter().enumerate() {
                    let compiled = self.entries.get(route_id).and_then(|r| r.get(rule_index));
                    let compiled = compiled.map(Vec::as_slice).unwrap_or(&[]);
                    for (index, one) in compiled.iter().enumerate() {
                        let Some(one) = *one else { continue };
                        let key = rank::key(&rank::Place {
                            preset: stage.precedence,
                            binding,
                            host_order: places.order(&binding.host),
                            route,
                            order: attachment.route.0,
                            name_order: name_order.get(route_id).copied().unwrap_or(0),
                            attachment: position as u32,
                            rule,
                            rule_index: rule_index as u32,
                            index: index as u32,
                            literal: one.literal,
                        });
                        ranked.push(Ranked { key, place, one });
                    }
                }
            }
        }
        ranked.sort_by(|one, other| one.key.compare(&other.key).0);
        self.scopes(stage, &places, ranked)
    }

    fn too_many_candidates(
        &mut self,
        stage: &Stage,
        route: &Route,
        (added, hosts): (usize, usize),
    ) {
        let limit = self.limits.candidates;
        let message = format!(
            "{}: its matches under {hosts} hosts are {added} candidates, and with those of \
             other routes over the limit `candidates` of {limit}, so that it is left out of {}",
            route.object, stage.object
        );
        let found = Diagnostic::error(codes::TOO_MANY_CANDIDATES, route.origin, message);
        self.diagnostics.push(found);
    }

    fn scopes(&mut self, stage: &Stage, places: &Places<'_>, ranked: Vec<Ranked>) -> StageEntry {
        let Places { list, routes, .. } = places;
        let first = self.sections.scopes.len() as u32;
        let mut of_place: Vec<[Vec<PathItem>; 2]> = Vec::new();
        of_place.resize_with(list.len(), Default::default);
        let mut keys = Vec::with_capacity(ranked.len());
        for (rank, Ranked { key, place, one }) in ranked.into_iter().enumerate() {
            keys.push(key);
            if let Some([plain, folded]) = of_place.get_mut(place as usize) {
                let items = if one.folded { folded } else { plain };
                items.push(PathItem {
                    kind: one.kind,
                    key: one.key,
                    pattern: one.pattern,
                    candidate: Candidate {
                        rank: rank as u32,
                        entry: one.entry,
                    },
                });
            }
        }
        for (at, [plain, folded]) in of_place.into_iter().enumerate() {
            let ranks = plain.iter().chain(&folded).map(|item| item.candidate.rank);
            let best = ranks.min().unwrap_or(NONE);
            let before = self.sections.paths.candidates.len();
            let plain = self.trie(plain);
            let folded = (!folded.is_empty()).then(|| self.trie(folded));
            let hits = plain.hits + folded.map_or(0, |trie| trie.hits);
            let paths = &mut self.sections.paths;
            paths.worst_hits = paths.worst_hits.max(hits);
            let port = list.get(at).and_then(|(_, port)| *port);
            self.sections.scopes.push(Scope {
                port,
                next: NONE,
                root: plain.root,
                folded: folded.map_or(NONE, |trie| trie.root),
                best,
            });
            let added = self.sections.paths.candidates.get(before..).unwrap_or(&[]);
            for candidate in added {
                if let Some(&key) = keys.get(candidate.rank as usize) {
                    let scope = first + at as u32;
                    let names = &mut self.sections.names.candidates;
                    names.push(CandidateName { scope, key });
                }
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
        let hosts = self.chain(first, list);
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
