//! What requests to some hosts can come by, as a route set.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use super::Names;
use super::index::{Attached, host_name, leads, weight};
use super::source::{InStage, Position, Slot, Source};
use crate::model::{
    Action, Attachment, HostBinding, Route, RouteId, RouteSet, Stage, StageId, Target,
};

/// The attachments of each stage, and the routes, that requests to some hosts can come by.
pub(super) struct Selection<'s> {
    source: &'s Source,
    stages: BTreeMap<u32, Vec<Selected<'s>>>,
    routes: BTreeSet<Slot>,
}

/// An attachment, under those of its hosts that are meant.
struct Selected<'s> {
    position: Position,
    slot: Slot,
    hosts: Vec<&'s HostBinding>,
}

impl Source {
    /// What requests to these hosts can come by: all that is attached under them or under
    /// hosts that take many, in stages that listeners lead to, and the whole of the stages
    /// that these routes lead to.
    pub(super) fn select(&self, hosts: &Names) -> Selection<'_> {
        let mut selection = Selection {
            source: self,
            stages: BTreeMap::new(),
            routes: BTreeSet::new(),
        };
        selection.enter(hosts);
        selection.follow();
        selection
    }
}

impl<'s> Selection<'s> {
    /// Takes what is attached in stages that listeners lead to.
    fn enter(&mut self, hosts: &Names) {
        let source = self.source;
        let (first, index) = (source.first(), source.index());
        for (stage, is_entry) in (0..).zip(&index.is_entry) {
            if *is_entry {
                self.stages.insert(stage, Vec::new());
            }
        }
        let mut attached: BTreeSet<Attached> = index.common.iter().copied().collect();
        for host in hosts {
            attached.extend(index.under(host));
        }
        for Attached { stage, at } in attached {
            let of = first.stages.get(stage as usize);
            let one = of.and_then(|of| of.attachments.get(at as usize));
            if let Some(one) = one
                && !source.is_changed(one.route.0)
            {
                let place = (Position::of_first(at), one.route.0);
                self.take(stage, place, &one.hosts, hosts);
            }
        }
        for (slot, placed) in source.changed() {
            for (stage, position, bindings) in &placed.at {
                self.take(*stage, (*position, slot), bindings, hosts);
            }
        }
        for attached in self.stages.values_mut() {
            attached.sort_by_key(|one| one.position);
        }
    }

    /// Takes an attachment under those of its hosts that are meant.
    fn take(
        &mut self,
        stage: u32,
        (position, slot): (Position, Slot),
        bindings: &'s [HostBinding],
        hosts: &Names,
    ) {
        let Some(attached) = self.stages.get_mut(&stage) else {
            return;
        };
        let mut name = Vec::new();
        let is_meant = |one: &&HostBinding| {
            !host_name(&one.host, &mut name) || hosts.contains(name.as_slice())
        };
        let meant: Vec<&HostBinding> = bindings.iter().filter(is_meant).collect();
        if bindings.is_empty() || !meant.is_empty() {
            attached.push(Selected {
                position,
                slot,
                hosts: meant,
            });
            self.routes.insert(slot);
        }
    }

    /// Takes the stages that routes lead to, whole.
    fn follow(&mut self) {
        let mut whole: BTreeSet<u32> = BTreeSet::new();
        // Made when it is needed: most routes lead to no stage.
        let mut changed: Option<BTreeMap<u32, Vec<InStage<'s>>>> = None;
        let mut next: Vec<Slot> = self.routes.iter().copied().collect();
        while let Some(slot) = next.pop() {
            let rules = self
                .source
                .route(slot)
                .map_or(&[][..], |route| &route.rules);
            for stage in leads(rules) {
                if !whole.insert(stage) {
                    continue;
                }
                let changed = changed.get_or_insert_with(|| self.source.changed_by_stage());
                let changed = changed.get(&stage).map_or(&[][..], Vec::as_slice);
                let attached = self.source.attached(stage, changed).into_iter();
                let attached = attached.map(|(position, slot, bindings)| {
                    if self.routes.insert(slot) {
                        next.push(slot);
                    }
                    Selected {
                        position,
                        slot,
                        hosts: bindings.iter().collect(),
                    }
                });
                let attached = attached.collect();
                self.stages.insert(stage, attached);
            }
        }
    }

    /// What all of it weighs.
    pub(super) fn weight(&self) -> usize {
        let attached = self.stages.values().flatten();
        let weights = attached.filter_map(|one| {
            let route = self.source.route(one.slot)?;
            Some(weight(route.rules.len(), one.hosts.len()))
        });
        weights.sum()
    }

    /// Whether these routes are in it, wherever they are attached: else limits on the whole
    /// table, which count also what no request can come by, might be reached unseen.
    pub(super) fn has_all(&self, routes: &BTreeSet<Slot>) -> bool {
        routes.iter().all(|&slot| {
            let mut at = self.source.attachments(slot);
            self.routes.contains(&slot) && at.all(|(stage, ..)| self.stages.contains_key(&stage))
        })
    }

    /// All of it, in the order in which it stands in the whole set.
    pub(super) fn into_set(self) -> RouteSet {
        let first = self.source.first();
        // What leads nowhere still does.
        let stage_ids: BTreeMap<u32, u32> = self.stages.keys().copied().zip(0..).collect();
        let stage_id = |StageId(stage)| StageId(stage_ids.get(&stage).copied().unwrap_or(u32::MAX));
        let route_ids: BTreeMap<Slot, u32> = self.routes.iter().copied().zip(0..).collect();
        let mut set = RouteSet {
            gateways: first.gateways.clone(),
            stages: Vec::with_capacity(self.stages.len()),
            routes: Vec::with_capacity(self.routes.len()),
            sources: first.sources.clone(),
        };
        for listener in set.gateways.iter_mut().flat_map(|one| &mut one.listeners) {
            listener.stage = stage_id(listener.stage);
        }
        for slot in &self.routes {
            let mut route = self.source.route(*slot).cloned();
            route.iter_mut().for_each(|route| lead(route, stage_id));
            set.routes.extend(route);
        }
        for (number, attached) in &self.stages {
            let Some(first) = first.stages.get(*number as usize) else {
                continue;
            };
            let attachments = attached.iter().map(|one| Attachment {
                route: RouteId(route_ids.get(&one.slot).copied().unwrap_or(u32::MAX)),
                hosts: one.hosts.iter().map(|host| (*host).clone()).collect(),
            });
            set.stages.push(Stage {
                object: first.object.clone(),
                attachments: attachments.collect(),
                ..*first
            });
        }
        set
    }
}

/// Has a route's rules lead to the same stages under their numbers among fewer.
fn lead(route: &mut Route, stage_id: impl Fn(StageId) -> StageId) {
    for rule in &mut route.rules {
        let Action::Forward(targets) = &mut rule.action else {
            continue;
        };
        for target in targets {
            if let Target::Stage { stage, .. } = &mut target.target {
                *stage = stage_id(*stage);
            }
        }
    }
}
