//! What a change says, and what it makes of a route set.

use alloc::vec::Vec;
use core::fmt;

use crate::model::{Attachment, HostBinding, ObjectRef, Route, RouteId, RouteSet, StageId};

/// Where a route is attached: a stage, and the hosts under which it is found there; none
/// means any.
pub(super) type At = (StageId, Vec<HostBinding>);

/// Changes to the routes of a set: made one after the other, and all or none of them.
///
/// Routes go by their [`ObjectRef`]. Gateways, listeners and stages stay as they are: where
/// these change, compile the set anew.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    pub(super) list: Vec<Change>,
}

/// One change.
#[derive(Clone, Debug)]
pub(super) enum Change {
    Put(Route, Vec<At>),
    Replace(Route),
    Remove(ObjectRef),
}

/// Why changes cannot be made.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum UpdateError {
    /// The table was not compiled for updates: it was compiled once, or read from a
    /// snapshot.
    NotUpdatable,
    /// There is no route of the name.
    UnknownRoute(ObjectRef),
    /// There are several routes of the name.
    AmbiguousRoute(ObjectRef),
    /// There is no such stage to attach a route to.
    UnknownStage(StageId),
}

impl fmt::Display for UpdateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotUpdatable => f.write_str(
                "the table was not compiled for updates (Compiler::compile_for_updates)",
            ),
            Self::UnknownRoute(name) => write!(f, "there is no route {name}"),
            Self::AmbiguousRoute(name) => write!(f, "there are several routes {name}"),
            Self::UnknownStage(StageId(id)) => write!(f, "there is no stage {id}"),
        }
    }
}

impl core::error::Error for UpdateError {}

impl Changes {
    /// No changes.
    pub fn new() -> Self {
        Self::default()
    }

    /// The route of this name is this one, and is attached in these places and no others:
    /// to each stage under these hosts, where none means any. Where there is such a route,
    /// it is replaced, and the new one counts as being as old in the set's order; in each
    /// stage its attachments come where the first of the old one's stood. What is new
    /// comes last.
    pub fn put(
        &mut self,
        route: Route,
        at: impl IntoIterator<Item = (StageId, Vec<HostBinding>)>,
    ) -> &mut Self {
        let at = at.into_iter().collect();
        self.list.push(Change::Put(route, at));
        self
    }

    /// The route of this name is this one, and stays attached where it is.
    pub fn replace(&mut self, route: Route) -> &mut Self {
        self.list.push(Change::Replace(route));
        self
    }

    /// There is no route of this name any more.
    pub fn remove(&mut self, route: ObjectRef) -> &mut Self {
        self.list.push(Change::Remove(route));
        self
    }

    /// Makes these others after those that are there, and leaves none in `others`.
    pub fn append(&mut self, others: &mut Self) -> &mut Self {
        self.list.append(&mut others.list);
        self
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Makes the changes in a route set. Linear in the set for each change; a removed
    /// route's number is given to the next one, and so on. Attachments of routes that are
    /// not there are taken out, so that they do not become those of a new route.
    ///
    /// # Errors
    ///
    /// As [`Table::updated`](crate::Table::updated); changes before the one that cannot be
    /// made are made then.
    pub fn apply_to(&self, set: &mut RouteSet) -> Result<(), UpdateError> {
        let count = set.routes.len();
        for stage in set.stages.iter_mut().filter(|_| !self.is_empty()) {
            let attachments = &mut stage.attachments;
            attachments.retain(|one| (one.route.0 as usize) < count);
        }
        for change in &self.list {
            match change {
                Change::Put(route, at) => put(set, route, at)?,
                Change::Replace(route) => {
                    let known = position(set, &route.object)?;
                    let known = known.and_then(|known| set.routes.get_mut(known));
                    match known {
                        Some(known) => *known = route.clone(),
                        None => return Err(UpdateError::UnknownRoute(route.object.clone())),
                    }
                }
                Change::Remove(name) => match position(set, name)? {
                    Some(at) => remove(set, at),
                    None => return Err(UpdateError::UnknownRoute(name.clone())),
                },
            }
        }
        Ok(())
    }
}

/// Where a route is.
fn position(set: &RouteSet, name: &ObjectRef) -> Result<Option<usize>, UpdateError> {
    let mut all = (0..)
        .zip(&set.routes)
        .filter(|(_, one)| one.object == *name);
    match (all.next(), all.next()) {
        (_, Some(_)) => Err(UpdateError::AmbiguousRoute(name.clone())),
        (one, None) => Ok(one.map(|(at, _)| at)),
    }
}

fn put(set: &mut RouteSet, route: &Route, at: &[At]) -> Result<(), UpdateError> {
    let known = position(set, &route.object)?;
    let unknown = |(stage, _): &&At| stage.0 as usize >= set.stages.len();
    if let Some((stage, _)) = at.iter().find(unknown) {
        return Err(UpdateError::UnknownStage(*stage));
    }
    let id = known.unwrap_or(set.routes.len());
    match set.routes.get_mut(id) {
        Some(known) => *known = route.clone(),
        None => set.routes.push(route.clone()),
    }
    let id = RouteId(id as u32);
    for (number, stage) in (0..).zip(&mut set.stages) {
        let is_own = |one: &Attachment| one.route == id;
        let first = stage.attachments.iter().position(is_own);
        stage.attachments.retain(|one| !is_own(one));
        let first = first.unwrap_or(stage.attachments.len());
        let own = at.iter().filter(|(stage, _)| stage.0 == number);
        let own = own.map(|(_, hosts)| Attachment {
            route: id,
            hosts: hosts.clone(),
        });
        stage.attachments.splice(first..first, own);
    }
    Ok(())
}

fn remove(set: &mut RouteSet, at: usize) {
    set.routes.remove(at);
    let id = RouteId(at as u32);
    for stage in &mut set.stages {
        stage.attachments.retain(|one| one.route != id);
        for one in &mut stage.attachments {
            one.route.0 -= u32::from(one.route > id);
        }
    }
}
