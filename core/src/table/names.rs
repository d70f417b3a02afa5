//! What people call things, and where they were written.
//!
//! Nothing that decides reads this section; explanations and decisions shown to
//! people do. Without the feature `explain` some of it has no reader; it is there
//! all the same, so that a feature does not change a table.

#![cfg_attr(not(feature = "explain"), allow(dead_code))]

use core::fmt;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::precedence::{BoundKey, HostClass, MatchKey};
use super::section::Section;
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

#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    /// What the texts here refer to, but for those of [`EntryName`].
    pub(crate) text: TextPool,
    pub(crate) objects: Section<ObjectEntry>,
    /// Object and origin of each gateway, stage and listener, by its index.
    pub(crate) gateways: Section<u32>,
    pub(crate) stages: Section<u32>,
    pub(crate) listeners: Section<(Text, Origin)>,
    pub(crate) rules: Section<RuleName>,
    pub(crate) entries: Section<EntryName>,
    /// What each entry is ranked by, an index into [`Names::match_keys`].
    pub(crate) ranked: Section<u32>,
    /// What matches are ranked by, each key once.
    pub(crate) match_keys: Section<MatchKey>,
    /// The route and host that each candidate is found under, an index into
    /// [`Names::bounds`].
    pub(crate) candidates: Section<u32>,
    /// The place that each candidate has in the order of its whole stage.
    pub(crate) orders: Section<u32>,
    pub(crate) bounds: Section<Bound>,
    /// The host of each scope as written; empty for the one that takes any.
    pub(crate) scopes: Section<Text>,
    /// Source of each regex.
    pub(crate) regexes: Section<Text>,
    /// File names that origins count.
    pub(crate) sources: Section<Text>,
}

#[derive(Clone, Copy, Debug, FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
pub(crate) struct ObjectEntry {
    pub(crate) kind: Text,
    pub(crate) namespace: Text,
    pub(crate) name: Text,
    pub(crate) origin: OriginEntry,
}

#[derive(Clone, Copy, Debug, FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
pub(crate) struct RuleName {
    /// Index into [`Names::objects`].
    pub(crate) route: u32,
    /// Index of the rule in its route.
    pub(crate) index: u32,
    /// [`Text::NONE`] where it has none.
    pub(crate) name: Text,
    pub(crate) origin: OriginEntry,
}

/// A match as it was written.
#[derive(Clone, Copy, Debug, FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
pub(crate) struct EntryName {
    /// The [kind](PathText::KINDS) of its path.
    kind: u8,
    ignore_case: u8,
    raw: u8,
    /// 0.
    unused: u8,
    text: Text,
    origin: OriginEntry,
}

/// Makes [`OriginEntry`] of the fields that it shares with [`Origin`], which are all.
macro_rules! origin_entry {
    ($($field:ident),*) => {
        /// An [`Origin`] as it is stored.
        #[derive(Clone, Copy, Debug, FromBytes, Immutable, IntoBytes, KnownLayout)]
        #[repr(C)]
        pub(crate) struct OriginEntry {
            $($field: u32),*
        }

        impl From<Origin> for OriginEntry {
            fn from(Origin { $($field),* }: Origin) -> Self {
                Self { $($field),* }
            }
        }

        impl From<OriginEntry> for Origin {
            fn from(OriginEntry { $($field),* }: OriginEntry) -> Self {
                Self { $($field),* }
            }
        }
    };
}

origin_entry!(source, line, column, end_line, end_column, start, end);

impl RuleName {
    pub(crate) fn name(&self) -> Option<Text> {
        (self.name != Text::NONE).then_some(self.name)
    }
}

impl EntryName {
    pub(crate) fn new(path: PathName, origin: Origin) -> Self {
        let kinds = PathText::KINDS.iter();
        let mut known = kinds.map(|kind| kind(path.text.text()));
        let kind = known.position(|known| known == path.text).unwrap_or(0);
        Self {
            kind: kind as u8,
            ignore_case: path.ignore_case.into(),
            raw: path.raw.into(),
            unused: 0,
            text: path.text.text(),
            origin: origin.into(),
        }
    }

    pub(crate) fn path(&self) -> PathName {
        let kind = PathText::KINDS.get(usize::from(self.kind));
        PathName {
            text: kind.map_or(PathText::Any, |kind| kind(self.text)),
            ignore_case: self.ignore_case != 0,
            raw: self.raw != 0,
        }
    }

    pub(crate) fn origin(&self) -> Origin {
        self.origin.into()
    }
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

impl PathText {
    /// Makes each kind of a text.
    const KINDS: [fn(Text) -> Self; 12] = [
        |_| Self::Any,
        Self::Exact,
        Self::Prefix,
        Self::Segments,
        Self::Suffix,
        Self::Contains,
        Self::Glob,
        Self::Template,
        Self::Regex,
        Self::RegexStart,
        Self::RegexSearch,
        |_| Self::Grpc,
    ];

    fn text(self) -> Text {
        match self {
            Self::Any | Self::Grpc => Text::default(),
            Self::Exact(text)
            | Self::Prefix(text)
            | Self::Segments(text)
            | Self::Suffix(text)
            | Self::Contains(text)
            | Self::Glob(text)
            | Self::Template(text)
            | Self::Regex(text)
            | Self::RegexStart(text)
            | Self::RegexSearch(text) => text,
        }
    }
}

/// A route under one host of one stage.
#[derive(Clone, Copy, Debug, FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
pub(crate) struct Bound {
    created: i64,
    pub(crate) scope: u32,
    precise_host_chars: u32,
    host_chars: u32,
    host_order: u32,
    order: u32,
    name_order: u32,
    host_class: u8,
    is_one_label: u8,
    has_port: u8,
    has_created: u8,
    /// 0.
    unused: u32,
}

impl Bound {
    pub(crate) fn new(scope: u32, key: BoundKey) -> Self {
        Self {
            created: key.created.unwrap_or(0),
            scope,
            precise_host_chars: key.precise_host_chars,
            host_chars: key.host_chars,
            host_order: key.host_order,
            order: key.order,
            name_order: key.name_order,
            host_class: key.host_class as u8,
            is_one_label: key.is_one_label.into(),
            has_port: key.has_port.into(),
            has_created: key.created.is_some().into(),
            unused: 0,
        }
    }

    /// What the route is ranked by.
    pub(crate) fn key(&self) -> BoundKey {
        BoundKey {
            precise_host_chars: self.precise_host_chars,
            host_class: match self.host_class {
                0 => HostClass::Tail,
                1 => HostClass::Head,
                2 => HostClass::Regex,
                _ => HostClass::Any,
            },
            host_chars: self.host_chars,
            is_one_label: self.is_one_label != 0,
            host_order: self.host_order,
            has_port: self.has_port != 0,
            created: (self.has_created != 0).then_some(self.created),
            order: self.order,
            name_order: self.name_order,
        }
    }
}

impl Names {
    /// How many rules were written: what answers 500 in place of one follows it and has
    /// its name.
    pub(crate) fn rule_count(&self) -> usize {
        let place = |rule: &RuleName| (rule.route, rule.index);
        let pairs = self.rules.iter().zip(self.rules.iter().skip(1));
        let copies = pairs.filter(|(one, next)| place(one) == place(next));
        self.rules.len() - copies.count()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.objects.bytes()
            + self.gateways.bytes()
            + self.stages.bytes()
            + self.listeners.bytes()
            + self.rules.bytes()
            + self.entries.bytes()
            + self.ranked.bytes()
            + self.candidates.bytes()
            + self.orders.bytes()
            + self.match_keys.bytes()
            + self.bounds.bytes()
            + self.scopes.bytes()
            + self.regexes.bytes()
            + self.sources.bytes()
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
        entry.map_or(Origin::default(), |entry| entry.origin.into())
    }

    /// The file that an origin counts.
    pub(crate) fn source(&self, origin: Origin) -> Option<&str> {
        let text = self.names.sources.get(origin.source as usize)?;
        origin.is_known().then(|| self.names.text.str(*text))
    }
}
