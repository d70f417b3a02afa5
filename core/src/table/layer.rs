//! Layers: tables with small changes.
//!
//! # Why this shape
//!
//! What a request comes by is decided by its host: the rules under that very host, those
//! under hosts that take many, and the stages that these lead to. So a change to a route
//! under one host leaves what is decided for all others as it is. A table that was changed
//! is a small one, compiled as any other from all that requests to some hosts can come by,
//! in front of the table that it came from, which stays as it is and is shared:
//!
//! ```text
//! [shop.example, cart.example] ─► [a hundred hosts] ─► the table that was compiled first
//! ```
//!
//! A request is decided as a whole by the first table that says it decides the request's
//! host, so nothing that matches or decides knows of layers, and a table that was never
//! changed pays one comparison.
//!
//! # Invariants
//!
//! 1. What a layer decides for its hosts is what one table of all routes would.
//! 2. The gateways and listeners of all layers are the same, by number too.
//! 3. There are few: [`DEPTH`] bounds what is gone through.

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::any::Any;

use super::{Sections, Table};

/// Most layers of a table.
pub(crate) const DEPTH: usize = 8;

/// The hosts of a layer.
pub(crate) type Hosts = hashbrown::HashSet<Box<[u8]>, foldhash::fast::RandomState>;

/// What a table has that was compiled to be changed.
pub(crate) struct Layer {
    /// What all layers together were compiled from.
    pub(crate) source: Arc<dyn Source>,
    /// The hosts that this table decides, without port; everything where there is no table
    /// behind it.
    pub(crate) hosts: Hosts,
    /// The table that decides the rest.
    pub(crate) older: Option<Table>,
    /// Rules that it was compiled from, under each of their hosts.
    pub(crate) weight: usize,
}

/// What a table was compiled from.
pub(crate) trait Source: Send + Sync {
    /// All of it as one table.
    fn whole(&self) -> Table;

    /// For whoever wrote it.
    fn as_any(&self) -> &dyn Any;
}

impl Sections {
    /// The layer in front of another table, where the table has several.
    #[inline(always)]
    pub(crate) fn in_front(&self) -> Option<(&Layer, &Table)> {
        let layer = self.layer.as_deref()?;
        Some((layer, layer.older.as_ref()?))
    }
}

impl Table {
    /// The same routes in one table: itself, unless it has changes.
    pub(crate) fn whole(&self) -> Self {
        match self.sections.in_front() {
            Some((layer, _)) => layer.source.whole(),
            None => self.clone(),
        }
    }

    /// The table behind its first layer.
    pub(crate) fn older(&self) -> Option<&Self> {
        self.sections.in_front().map(|(_, older)| older)
    }

    /// How many layers it consists of, the one behind all others among them: 1 for a table
    /// without [changes](Table::updated), and at most 8. A request may be looked for in
    /// each.
    pub fn layer_count(&self) -> usize {
        core::iter::successors(Some(self), |table| table.older()).count()
    }
}
