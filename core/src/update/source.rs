//! What a table was compiled from, with the changes since.
//!
//! The set that was compiled first stays as it is, with an index of it; the routes that
//! changed since stand beside it, each with where it is attached now. So a change takes no
//! time for what did not change.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::any::Any;

use super::Names;
use super::changes::{At, Change, Changes, UpdateError};
use super::index::{Index, has_common, host_name, leads};
use crate::compile::limits::MAX_METHODS;
use crate::compile::{Compiled, Compiler, HashMap, Spent};
use crate::model::{Attachment, HostBinding, ObjectRef, Route, RouteId, RouteSet, StageId};
use crate::table::layer;
use crate::table::read_ahead::AMPLE;
use crate::table::{Sections, Table};

/// Changed routes up to which those that were compiled first are not asked how many there
/// are; beyond that, one of so many may have changed, and so many at most: each change goes
/// through all that changed before.
const FEW: usize = 1024;
const SHARE: usize = 32;
const MANY: usize = 8192;

/// A route's number: its place in the first set, or after that.
pub(super) type Slot = u32;

/// Where an attachment stands in its stage: after one of the first set, or after all of
/// them, and then in the order in which they came.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Position {
    /// Its number in the stage of the first set, or `u32::MAX`.
    first: u32,
    /// 0 for those of the first set.
    added: u32,
    nth: u32,
}

/// An attachment in its stage.
pub(super) type InStage<'s> = (Position, Slot, &'s [HostBinding]);

/// A route as it is now.
#[derive(Debug)]
pub(super) struct Placed {
    pub(super) route: Route,
    pub(super) at: Vec<(u32, Position, Vec<HostBinding>)>,
}

/// A route set with changes.
#[derive(Clone)]
pub(super) struct Source {
    compiler: Compiler,
    first: Arc<RouteSet>,
    index: Arc<Index>,
    /// Routes that are others than in the first set, or not there any more.
    changed: BTreeMap<Slot, Option<Arc<Placed>>>,
    /// Those that are not in the first set, by name.
    added: HashMap<ObjectRef, Slot>,
    /// How many slots there are, and how often attachments came last.
    slots: Slot,
    appended: u32,
    /// Used of the limits on the whole table by all that was compiled since the first set,
    /// and the names of methods.
    spent: Spent,
    methods: BTreeSet<Box<[u8]>>,
}

impl layer::Source for Source {
    fn whole(&self) -> Table {
        self.compiler.compile(&self.set()).table
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Source {
    pub(super) fn new(
        compiler: Compiler,
        first: Arc<RouteSet>,
        spent: Spent,
        sections: &Sections,
    ) -> Self {
        Self {
            compiler,
            index: Arc::new(Index::new(&first)),
            changed: BTreeMap::new(),
            added: HashMap::default(),
            slots: first.routes.len() as Slot,
            appended: 0,
            spent,
            methods: methods(sections).collect(),
            first,
        }
    }

    pub(super) fn compiler(&self) -> &Compiler {
        &self.compiler
    }

    pub(super) fn first(&self) -> &RouteSet {
        &self.first
    }

    pub(super) fn index(&self) -> &Index {
        &self.index
    }

    /// Whether so much has changed that keeping it apart takes time.
    pub(super) fn has_many_changes(&self) -> bool {
        self.changed.len() > (self.first.routes.len() / SHARE).clamp(FEW, MANY)
    }

    /// Compiles everything anew.
    pub(super) fn rebased(&self) -> Compiled {
        self.compiler.compile_for_updates(self.set())
    }

    /// Notes what a compilation used; `false` where, with all that was compiled before, a
    /// limit might be reached.
    pub(super) fn spend(&mut self, more: Spent, sections: &Sections) -> bool {
        let (limits, spent) = (self.compiler.limits(), &mut self.spent);
        spent.candidates = spent.candidates.saturating_add(more.candidates);
        spent.programs = spent.programs.saturating_add(more.programs);
        spent.host_automata = spent.host_automata.saturating_add(more.host_automata);
        spent.ahead = spent.ahead.saturating_add(more.ahead);
        spent.is_short |= more.is_short;
        self.methods.extend(methods(sections));
        spent.candidates <= limits.candidates
            && spent.programs <= limits.regex_programs
            && spent.host_automata <= limits.host_automata
            && spent.ahead <= AMPLE
            && self.methods.len() <= MAX_METHODS
            && !spent.is_short
    }

    /// Makes changes, and gives what they touch.
    pub(super) fn change(&mut self, changes: &Changes) -> Result<Touched, UpdateError> {
        let mut touched = Touched::default();
        for change in &changes.list {
            match change {
                Change::Put(route, at) => {
                    let slot = self.slot(&route.object)?;
                    if let Some(slot) = slot {
                        self.touch(slot, &mut touched);
                    }
                    let slot = self.put(slot, route, at)?;
                    self.touch(slot, &mut touched);
                    touched.routes.insert(slot);
                }
                Change::Replace(route) => {
                    let unknown = || UpdateError::UnknownRoute(route.object.clone());
                    let slot = self.slot(&route.object)?.ok_or_else(unknown)?;
                    self.touch(slot, &mut touched);
                    touched.routes.insert(slot);
                    let of = self.attachments(slot);
                    let at = of.map(|(stage, place, hosts)| (stage, place, hosts.to_vec()));
                    let at = at.collect();
                    let route = route.clone();
                    self.changed
                        .insert(slot, Some(Arc::new(Placed { route, at })));
                }
                Change::Remove(name) => {
                    let unknown = || UpdateError::UnknownRoute(name.clone());
                    let slot = self.slot(name)?.ok_or_else(unknown)?;
                    self.touch(slot, &mut touched);
                    self.changed.insert(slot, None);
                    self.added.remove(name);
                    touched.routes.remove(&slot);
                }
            }
        }
        self.follow(&mut touched);
        Ok(touched)
    }

    /// The slot of a route.
    fn slot(&self, name: &ObjectRef) -> Result<Option<Slot>, UpdateError> {
        if let Some(&slot) = self.added.get(name) {
            return Ok(Some(slot));
        }
        let is_there = |slot: &Slot| !matches!(self.changed.get(slot), Some(None));
        let mut named = self.index.named(&self.first, name).filter(is_there);
        match (named.next(), named.next()) {
            (_, Some(_)) => Err(UpdateError::AmbiguousRoute(name.clone())),
            (slot, None) => Ok(slot),
        }
    }

    fn put(&mut self, slot: Option<Slot>, route: &Route, at: &[At]) -> Result<Slot, UpdateError> {
        let unknown = |(stage, _): &&At| stage.0 as usize >= self.first.stages.len();
        if let Some((stage, _)) = at.iter().find(unknown) {
            return Err(UpdateError::UnknownStage(*stage));
        }
        // Where those of the route before stood.
        let mut stood: BTreeMap<u32, Position> = BTreeMap::new();
        let before = slot.into_iter().flat_map(|slot| self.attachments(slot));
        for (stage, place, _) in before {
            let first = stood.entry(stage).or_insert(place);
            *first = (*first).min(place);
        }
        let mut own = Vec::with_capacity(at.len());
        for (nth, (StageId(stage), hosts)) in (0..).zip(at) {
            let place = stood.get(stage).copied().unwrap_or_else(|| {
                self.appended += 1;
                let place = Position {
                    first: u32::MAX,
                    added: self.appended,
                    nth: 0,
                };
                stood.insert(*stage, place);
                place
            });
            // Nothing else stands at the same place of the first set, since these did.
            own.push((*stage, Position { nth, ..place }, hosts.clone()));
        }
        let slot = slot.unwrap_or_else(|| {
            self.slots += 1;
            self.added.insert(route.object.clone(), self.slots - 1);
            self.slots - 1
        });
        let (route, at) = (route.clone(), own);
        self.changed
            .insert(slot, Some(Arc::new(Placed { route, at })));
        Ok(slot)
    }

    /// A route as it is now.
    pub(super) fn route(&self, slot: Slot) -> Option<&Route> {
        match self.changed.get(&slot) {
            Some(changed) => changed.as_ref().map(|placed| &placed.route),
            None => self.first.routes.get(slot as usize),
        }
    }

    /// Where it is attached: the stage, the place in it, and the hosts.
    pub(super) fn attachments(
        &self,
        slot: Slot,
    ) -> impl Iterator<Item = (u32, Position, &[HostBinding])> {
        let changed = self.changed.get(&slot);
        let now = changed.into_iter().flatten().flat_map(|placed| &placed.at);
        let now = now.map(|(stage, place, hosts)| (*stage, *place, &hosts[..]));
        let of = changed.is_none().then(|| self.index.of_route(slot));
        let first = of.into_iter().flatten().filter_map(|attached| {
            let stage = self.first.stages.get(attached.stage as usize)?;
            let hosts = &stage.attachments.get(attached.at as usize)?.hosts[..];
            Some((attached.stage, Position::of_first(attached.at), hosts))
        });
        now.chain(first)
    }

    /// Routes that changed and are there, with their slots.
    pub(super) fn changed(&self) -> impl Iterator<Item = (Slot, &Placed)> {
        let changed = self.changed.iter();
        changed.filter_map(|(slot, placed)| Some((*slot, placed.as_deref()?)))
    }

    /// Whether a route is no longer as in the first set.
    pub(super) fn is_changed(&self, slot: Slot) -> bool {
        self.changed.contains_key(&slot)
    }

    /// Where routes that changed are attached, by stage.
    pub(super) fn changed_by_stage(&self) -> BTreeMap<u32, Vec<InStage<'_>>> {
        let mut stages: BTreeMap<u32, Vec<InStage<'_>>> = BTreeMap::new();
        for (slot, placed) in self.changed() {
            for (stage, place, hosts) in &placed.at {
                let of = stages.entry(*stage).or_default();
                of.push((*place, slot, &hosts[..]));
            }
        }
        stages
    }

    /// The attachments of a stage in their order, given those of routes that changed.
    pub(super) fn attached<'s>(&'s self, stage: u32, changed: &[InStage<'s>]) -> Vec<InStage<'s>> {
        let first = self.first.stages.get(stage as usize);
        let first = first.map_or(&[][..], |first| &first.attachments);
        let is_there =
            |slot: Slot| (slot as usize) < self.first.routes.len() && !self.is_changed(slot);
        let mut all: Vec<InStage<'_>> = (0..)
            .zip(first)
            .filter(|(_, one)| is_there(one.route.0))
            .map(|(at, one)| (Position::of_first(at), one.route.0, &one.hosts[..]))
            .collect();
        if !changed.is_empty() {
            all.extend(changed);
            all.sort_by_key(|(place, ..)| *place);
        }
        all
    }

    /// The set with all changes.
    pub(super) fn set(&self) -> Arc<RouteSet> {
        if self.changed.is_empty() {
            return Arc::clone(&self.first);
        }
        let mut routes = Vec::with_capacity(self.slots as usize);
        let mut ids: Vec<u32> = Vec::with_capacity(self.slots as usize);
        for slot in 0..self.slots {
            ids.push(routes.len() as u32);
            routes.extend(self.route(slot).cloned());
        }
        let id = |slot: Slot| ids.get(slot as usize).map_or(slot, |id| *id);
        let mut stages = Vec::with_capacity(self.first.stages.len());
        let changed = self.changed_by_stage();
        for (number, first) in (0..).zip(&self.first.stages) {
            let changed = changed.get(&number).map_or(&[][..], Vec::as_slice);
            let attached = self.attached(number, changed).into_iter();
            let attachments = attached.map(|(_, slot, hosts)| Attachment {
                route: RouteId(id(slot)),
                hosts: hosts.to_vec(),
            });
            stages.push(crate::model::Stage {
                object: first.object.clone(),
                attachments: attachments.collect(),
                ..*first
            });
        }
        Arc::new(RouteSet {
            gateways: self.first.gateways.clone(),
            stages,
            routes,
            sources: self.first.sources.clone(),
        })
    }

    /// Notes where a route is found.
    fn touch(&self, slot: Slot, touched: &mut Touched) {
        let mut name = Vec::new();
        for (stage, _, hosts) in self.attachments(slot) {
            touched.stages.insert(stage);
            if self.index.is_entry.get(stage as usize) != Some(&true) {
                continue;
            }
            touched.everything |= has_common(hosts);
            for binding in hosts {
                if host_name(&binding.host, &mut name) {
                    touched.hosts.insert(name.as_slice().into());
                }
            }
        }
    }

    /// Notes where the routes are found that lead to stages that are touched.
    fn follow(&self, touched: &mut Touched) {
        let mut leading: BTreeMap<u32, Vec<Slot>> = BTreeMap::new();
        for (slot, placed) in self.changed() {
            for stage in leads(&placed.route.rules) {
                leading.entry(stage).or_default().push(slot);
            }
        }
        let mut known = core::mem::take(&mut touched.stages);
        let mut next: Vec<u32> = known.iter().copied().collect();
        while let Some(stage) = next.pop() {
            let first = self.index.leading.get(&stage).into_iter().flatten();
            let first = first.filter(|slot| !self.is_changed(**slot));
            let now = leading.get(&stage).into_iter().flatten();
            for &slot in first.chain(now) {
                self.touch(slot, touched);
            }
            for stage in core::mem::take(&mut touched.stages) {
                if known.insert(stage) {
                    next.push(stage);
                }
            }
        }
    }
}

/// What changes touch.
#[derive(Default)]
pub(super) struct Touched {
    pub(super) hosts: Names,
    /// Routes that are there, and others or elsewhere than before.
    pub(super) routes: BTreeSet<Slot>,
    /// Stages in which a route was or is found.
    stages: BTreeSet<u32>,
    pub(super) everything: bool,
}

impl Position {
    pub(super) fn of_first(at: u32) -> Self {
        Self {
            first: at,
            added: 0,
            nth: 0,
        }
    }
}

/// The names of the methods that rules name.
fn methods(sections: &Sections) -> impl Iterator<Item = Box<[u8]>> + '_ {
    let methods = sections.methods.iter();
    methods.map(|&name| sections.text.get(name).into())
}
