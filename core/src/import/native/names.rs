//! Names of gateways, listeners and stages, and what was meant by one that is of nothing.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cell::Cell;

use crate::import::schema::nearest;

/// What has a namespace and a name.
pub(super) type ByName<T> = BTreeMap<(String, String), T>;

/// How many names a misspelt one is compared with, and how many are listed.
const COMPARED: usize = 256;
const LISTED: usize = 6;

/// How many names of nothing are given advice: the first ones tell, and a comparison
/// costs the square of a name's length.
const ADVISED: u32 = 100;

/// Advice that is still given.
#[derive(Debug)]
pub(super) struct Advice(Cell<u32>);

impl Default for Advice {
    fn default() -> Self {
        Self(Cell::new(ADVISED))
    }
}

impl Advice {
    /// What to write in place of a name of which there is no `kind`, where that can be
    /// told.
    pub(super) fn instead<'n>(
        &self,
        kind: &str,
        text: &str,
        names: impl Iterator<Item = &'n str> + Clone,
    ) -> Option<String> {
        self.0.set(self.0.get().checked_sub(1)?);
        if let Some(near) = nearest(text, names.clone().take(COMPARED)) {
            return Some(format!("did you mean '{near}'?"));
        }
        let listed: Vec<&str> = names.clone().take(LISTED).collect();
        let more = names.count() - listed.len();
        Some(match (listed.is_empty(), more) {
            (true, _) => format!("no {kind} is declared"),
            (false, 0) => format!("there are: {}", listed.join(", ")),
            (false, more) => format!("there are: {} and {more} more", listed.join(", ")),
        })
    }

    /// [`Advice::instead`] for names that are looked up in a namespace.
    pub(super) fn instead_of<T>(
        &self,
        kind: &str,
        text: &str,
        namespace: &str,
        known: &ByName<T>,
    ) -> Option<String> {
        let names = known.keys().take(COMPARED);
        let other = names
            .clone()
            .find(|(_, name)| name == text && !text.contains('/'));
        if let Some((of, name)) = other.filter(|(of, _)| !of.is_empty()) {
            self.0.set(self.0.get().checked_sub(1)?);
            return Some(format!("it is in another namespace: write {of}/{name}"));
        }
        let names: Vec<String> = names
            .map(|(of, name)| match of.is_empty() || of == namespace {
                true => name.to_string(),
                false => format!("{of}/{name}"),
            })
            .collect();
        self.instead(kind, text, names.iter().map(String::as_str))
    }
}

/// Stages, and advice about names of which there is none.
#[derive(Debug, Default)]
pub(super) struct Stages {
    pub(super) by_name: ByName<crate::model::StageId>,
    pub(super) advice: Advice,
}

/// What has this name: `namespace/name`, or a name in the namespace or in none.
pub(super) fn lookup<'m, T>(known: &'m ByName<T>, text: &str, namespace: &str) -> Option<&'m T> {
    let get = |namespace: &str, name: &str| known.get(&(namespace.to_string(), name.to_string()));
    match text.split_once('/') {
        Some((namespace, name)) => get(namespace, name),
        None => get(namespace, text).or_else(|| get("", text)),
    }
}
