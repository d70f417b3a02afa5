//! Backends and their families: see `table/rule.rs` for what is built here.

use alloc::string::String;
use core::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::super::Build;
use super::super::shared::Shared;
use super::super::text::spread;
use crate::model::Backend;
use crate::table::rule::{FamilyEntry, Rules};
use crate::table::text::Text;

/// The backends that there are, by content.
#[derive(Default)]
pub(crate) struct KnownBackends {
    /// Each with half of its hash, so that growing reads no names.
    known: HashTable<(u32, u32)>,
    families: Shared,
    /// The family of the backend before: neighbours are often alike.
    last: u32,
    state: RandomState,
}

impl Build<'_> {
    /// The number of a backend.
    pub(super) fn backend(&mut self, backend: &Backend) -> u32 {
        let family = self.family(backend);
        let known = &mut self.known.backends;
        known.number(&mut self.sections.actions.rules, family, &backend.name)
    }

    fn family(&mut self, backend: &Backend) -> u32 {
        let last = self.known.backends.last;
        let families = &self.sections.actions.rules.families;
        let is_last = |family: &FamilyEntry| self.is_of_family(backend, family);
        if families.get(last as usize).is_some_and(is_last) {
            return last;
        }
        let mut text = |text: &str| self.text(text);
        let entry = FamilyEntry {
            kind: text(&backend.kind),
            namespace: text(&backend.namespace),
            port: backend.port,
            subset: backend.subset.as_deref().map(&mut text),
            protocol: backend.protocol.as_deref().map(&mut text),
        };
        let known = &mut self.known.backends;
        let families = &mut self.sections.actions.rules.families;
        known.last = known.families.one(families, entry);
        known.last
    }

    fn is_of_family(&self, backend: &Backend, family: &FamilyEntry) -> bool {
        let is = |text: Text, wanted: &str| self.interner.get(text) == wanted.as_bytes();
        let is_part = |text: Option<Text>, wanted: &Option<String>| match (text, wanted) {
            (Some(text), Some(wanted)) => is(text, wanted),
            (text, wanted) => text.is_none() && wanted.is_none(),
        };
        family.port == backend.port
            && is(family.kind, &backend.kind)
            && is(family.namespace, &backend.namespace)
            && is_part(family.subset, &backend.subset)
            && is_part(family.protocol, &backend.protocol)
    }
}

impl KnownBackends {
    fn number(&mut self, rules: &mut Rules, family: u32, name: &str) -> u32 {
        let hash = self.state.hash_one((family, name)) as u32;
        let is_same = |&(known, backend): &(u32, u32)| {
            known == hash
                && rules.family(backend) == Some(family)
                && rules
                    .backend(backend)
                    .is_some_and(|(_, known)| known == name)
        };
        if let Some(&(_, known)) = self.known.find(spread(hash), is_same) {
            return known;
        }
        let number = rules.add_backend(family, name);
        self.known
            .insert_unique(spread(hash), (hash, number), |&(hash, _)| spread(hash));
        number
    }
}
