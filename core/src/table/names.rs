//! What people call things, and where they were written.
//!
//! Nothing that decides reads this section; explanations and decisions shown to
//! people do. Without the feature `explain` some of it has no reader; it is there
//! all the same, so that a feature does not change a table.

#![cfg_attr(not(feature = "explain"), allow(dead_code))]

use alloc::vec::Vec;
use core::fmt;

use super::precedence::{BoundKey, MatchKey};
use super::text::{Text, TextPool};
use super::{NONE, Sections};
use crate::vocabulary::Origin;

/// The name of an object: its kind, namespace and name, as its dialect writes them.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ObjectName<'t> {
    /// `HTTPRoute`, `Gateway`, `VirtualRouter`.
    pub kind: &'t str,
    /// Empty for what is in no namespace.
    pub namespace: &'t str,
    /// The object's own name.
    pub name: &'t str,
}

/// `HTTPRoute shop/cart`, or `Mesh global` outside of namespaces.
impl fmt::Display for ObjectName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.namespace.is_empty() {
            write!(f, "{} {}", self.kind, self.name)
        } else {
            write!(f, "{} {}/{}", self.kind, self.namespace, self.name)
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct Names {
    /// What the texts here refer to, but for those of [`EntryName`].
    pub(crate) text: TextPool,
    pub(crate) objects: Vec<ObjectEntry>,
    /// Object and origin of each gateway, stage and listener, by its index.
    pub(crate) gateways: Vec<u32>,
    pub(crate) stages: Vec<u32>,
    pub(crate) listeners: Vec<(Text, Origin)>,
    pub(crate) rules: Vec<RuleName>,
    pub(crate) entries: Vec<EntryName>,
    /// What each entry is ranked by, an index into [`Names::match_keys`].
    pub(crate) ranked: Vec<u32>,
    /// What matches are ranked by, each key once.
    pub(crate) match_keys: Vec<MatchKey>,
    /// The route and host that each candidate is found under, an index into
    /// [`Names::bounds`].
    pub(crate) candidates: Vec<u32>,
    /// The place that each candidate has in the order of its whole stage.
    pub(crate) orders: Vec<u32>,
    pub(crate) bounds: Vec<Bound>,
    /// The host of each scope as written; empty for the one that takes any.
    pub(crate) scopes: Vec<Text>,
    /// Source of each regex.
    pub(crate) regexes: Vec<Text>,
    /// File names that origins count.
    pub(crate) sources: Vec<Text>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct ObjectEntry {
    pub(crate) kind: Text,
    pub(crate) namespace: Text,
    pub(crate) name: Text,
    pub(crate) origin: Origin,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct RuleName {
    /// Index into [`Names::objects`].
    pub(crate) route: u32,
    /// Index of the rule in its route.
    pub(crate) index: u32,
    pub(crate) name: Option<Text>,
    pub(crate) origin: Origin,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct EntryName {
    pub(crate) path: PathName,
    pub(crate) origin: Origin,
}

/// A path predicate as it was written.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct PathName {
    pub(crate) text: PathText,
    pub(crate) ignore_case: bool,
    pub(crate) raw: bool,
}

/// Its kind and text.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum PathText {
    #[default]
    Any,
    Exact(Text),
    Prefix(Text),
    Segments(Text),
    Suffix(Text),
    Contains(Text),
    Glob(Text),
    Template(Text),
    Regex(Text),
    RegexStart(Text),
    RegexSearch(Text),
    /// Service and method are in the gRPC test.
    Grpc,
}

/// A route under one host of one stage.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bound {
    pub(crate) scope: u32,
    pub(crate) key: BoundKey,
}

impl Names {
    /// How many rules were written: what answers 500 in place of one follows it and has
    /// its name.
    pub(crate) fn rule_count(&self) -> usize {
        let place = |rule: &RuleName| (rule.route, rule.index);
        let pairs = self.rules.windows(2);
        let copies = pairs.filter(|pair| match pair {
            [one, next] => place(one) == place(next),
            _ => false,
        });
        self.rules.len() - copies.count()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.objects.len() * size_of::<ObjectEntry>()
            + (self.gateways.len() + self.stages.len()) * 4
            + self.listeners.len() * size_of::<(Text, Origin)>()
            + self.rules.len() * size_of::<RuleName>()
            + self.entries.len() * size_of::<EntryName>()
            + (self.ranked.len() + self.candidates.len() + self.orders.len()) * 4
            + self.match_keys.len() * size_of::<MatchKey>()
            + self.bounds.len() * size_of::<Bound>()
            + (self.scopes.len() + self.regexes.len() + self.sources.len()) * size_of::<Text>()
            + self.text.len()
    }
}

impl Names {
    /// The scope that a candidate is found in.
    pub(crate) fn scope_of(&self, candidate: u32) -> Option<u32> {
        let bound = *self.candidates.get(candidate as usize)?;
        Some(self.bounds.get(bound as usize)?.scope)
    }

    /// The place that a candidate has in the order of its whole stage, which people know as
    /// its rank.
    #[cfg(feature = "explain")]
    pub(crate) fn order_of(&self, candidate: u32) -> u32 {
        self.orders.get(candidate as usize).copied().unwrap_or(NONE)
    }
}

impl Sections {
    /// The name of an object; empty where there is none.
    pub(crate) fn object(&self, index: Option<u32>) -> ObjectName<'_> {
        let entry = self.names.objects.get(index.unwrap_or(NONE) as usize);
        entry.map_or(ObjectName::default(), |entry| ObjectName {
            kind: self.names.text.str(entry.kind),
            namespace: self.names.text.str(entry.namespace),
            name: self.names.text.str(entry.name),
        })
    }

    /// Where an object was written.
    #[cfg(feature = "explain")]
    pub(crate) fn object_origin(&self, index: Option<u32>) -> Origin {
        let entry = self.names.objects.get(index.unwrap_or(NONE) as usize);
        entry.map_or(Origin::default(), |entry| entry.origin)
    }

    /// The file that an origin counts.
    pub(crate) fn source(&self, origin: Origin) -> Option<&str> {
        let text = self.names.sources.get(origin.source as usize)?;
        origin.is_known().then(|| self.names.text.str(*text))
    }
}
