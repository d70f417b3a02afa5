//! Where things are in a route set that stays as it is.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use crate::compile::HashMap;
use crate::compile::lint::delegates;
use crate::compile::numbers::Numbers;
use crate::matcher::authority::{MAX_HOST, host_of};
use crate::model::{HostBinding, HostMatch, ObjectRef, RouteSet, Rule};

/// An attachment, by the numbers of its stage and in the stage.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Attached {
    pub(super) stage: u32,
    pub(super) at: u32,
}

/// Where routes, hosts and stages are in a set.
pub(super) struct Index {
    seed: RandomState,
    /// Routes by their names; several where several have one name.
    names: HashTable<u32>,
    /// All attachments, by stage.
    attached: Vec<Attached>,
    /// Of each route, numbers of its attachments.
    of_route: Numbers,
    /// Numbers of the hosts that are stated exactly in stages that listeners lead to.
    hosts: HashMap<Box<[u8]>, u32>,
    /// Attachments of stages that listeners lead to, one for each exact host that it has.
    exact: Vec<Attached>,
    /// Of each host, numbers of these.
    of_host: Numbers,
    /// Attachments of such stages under a host that takes many.
    pub(super) common: Vec<Attached>,
    /// Whether a listener leads to a stage.
    pub(super) is_entry: Vec<bool>,
    /// Routes with a rule that leads to a stage, by stage.
    pub(super) leading: HashMap<u32, Vec<u32>>,
    /// What all attachments weigh.
    pub(super) weight: usize,
}

/// What a route weighs where it is attached: its rules, under each of its hosts.
pub(super) fn weight(rules: usize, hosts: usize) -> usize {
    rules.saturating_mul(hosts.max(1))
}

/// The host that requests have which come by an exact host: without port, folded.
pub(super) fn host_name(host: &HostMatch, buffer: &mut Vec<u8>) -> bool {
    let HostMatch::Exact(host) = host else {
        return false;
    };
    buffer.clear();
    let mut room = [0; MAX_HOST];
    let name = host_of(host.as_bytes(), &mut room).and_then(|length| room.get(..length));
    buffer.extend_from_slice(name.unwrap_or(host.as_bytes()));
    true
}

/// Whether hosts have one that takes many.
pub(super) fn has_common(hosts: &[HostBinding]) -> bool {
    let is_common = |one: &HostBinding| !matches!(one.host, HostMatch::Exact(_));
    hosts.is_empty() || hosts.iter().any(is_common)
}

/// The stages that rules lead to.
pub(super) fn leads(rules: &[Rule]) -> impl Iterator<Item = u32> + '_ {
    rules.iter().flat_map(delegates).map(|stage| stage.0)
}

impl Index {
    pub(super) fn new(set: &RouteSet) -> Self {
        let seed = RandomState::default();
        let mut is_entry = alloc::vec![false; set.stages.len()];
        for listener in set.gateways.iter().flat_map(|one| &one.listeners) {
            if let Some(slot) = is_entry.get_mut(listener.stage.0 as usize) {
                *slot = true;
            }
        }
        let mut leading: HashMap<u32, Vec<u32>> = HashMap::default();
        for (number, route) in (0..).zip(&set.routes) {
            for stage in leads(&route.rules) {
                let routes = leading.entry(stage).or_default();
                if routes.last() != Some(&number) {
                    routes.push(number);
                }
            }
        }
        let mut index = Self {
            names: HashTable::with_capacity(set.routes.len()),
            attached: Vec::new(),
            of_route: Numbers::new(0, core::iter::empty()),
            hosts: HashMap::default(),
            exact: Vec::new(),
            of_host: Numbers::new(0, core::iter::empty()),
            common: Vec::new(),
            is_entry,
            leading,
            weight: 0,
            seed,
        };
        index.routes(set);
        index.attachments(set);
        index
    }

    fn routes(&mut self, set: &RouteSet) {
        let Self { names, seed, .. } = self;
        let hash = |number: &u32| {
            let route = set.routes.get(*number as usize);
            route.map_or(0, |route| seed.hash_one(&route.object))
        };
        for number in 0..set.routes.len() as u32 {
            names.insert_unique(hash(&number), number, hash);
        }
    }

    fn attachments(&mut self, set: &RouteSet) {
        let mut of_route = Vec::new();
        let mut of_host = Vec::new();
        let mut name = Vec::new();
        for (stage, of) in (0..).zip(&set.stages) {
            let is_entry = self.is_entry.get(stage as usize).copied().unwrap_or(false);
            for (at, one) in (0..).zip(&of.attachments) {
                let attached = Attached { stage, at };
                let Some(route) = set.routes.get(one.route.0 as usize) else {
                    continue;
                };
                self.attached.push(attached);
                of_route.push(one.route.0);
                self.weight += weight(route.rules.len(), one.hosts.len());
                if !is_entry {
                    continue;
                }
                if has_common(&one.hosts) {
                    self.common.push(attached);
                }
                for binding in &one.hosts {
                    if host_name(&binding.host, &mut name) {
                        let next = self.hosts.len() as u32;
                        let number = match self.hosts.get(name.as_slice()) {
                            Some(&number) => number,
                            None => *self.hosts.entry(name.as_slice().into()).or_insert(next),
                        };
                        of_host.push(number);
                        self.exact.push(attached);
                    }
                }
            }
        }
        self.of_route = Numbers::new(set.routes.len(), of_route.iter().copied());
        self.of_host = Numbers::new(self.hosts.len(), of_host.iter().copied());
    }

    /// The routes of a name.
    pub(super) fn named<'i>(
        &'i self,
        set: &'i RouteSet,
        name: &'i ObjectRef,
    ) -> impl Iterator<Item = u32> + 'i {
        let all = self.names.iter_hash(self.seed.hash_one(name)).copied();
        all.filter(move |&number| {
            let route = set.routes.get(number as usize);
            route.is_some_and(|route| route.object == *name)
        })
    }

    /// The attachments of a route.
    pub(super) fn of_route(&self, route: u32) -> impl Iterator<Item = Attached> + '_ {
        let numbers = self.of_route.of(route).iter();
        numbers.filter_map(|&number| self.attached.get(number as usize).copied())
    }

    /// The attachments under a host, without port, of stages that listeners lead to.
    pub(super) fn under(&self, host: &[u8]) -> impl Iterator<Item = Attached> + '_ {
        let found = self.hosts.get(host);
        let numbers = found.map_or(&[][..], |number| self.of_host.of(*number));
        let of = numbers.iter();
        of.filter_map(|&number| self.exact.get(number as usize).copied())
    }
}
