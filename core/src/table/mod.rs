//! The table: a compiled route set, immutable and searchable.
//!
//! # Shape
//!
//! Sections in flat arrays that refer to each other by index, no pointers:
//!
//! ```text
//! gateways ─► listeners ─► stages ─► scopes ─► segments ─► candidates ─► entries ─► rules
//!   host index (which listener)  host index (which scope)                    │          │
//!                                                        predicates, regexes ┘  actions ┘
//! ```
//!
//! * `host`: exact hosts by hash, wildcards and suffixes by the lengths in use.
//! * `bar`: what is found under an exact host, among the candidates of other hosts.
//! * `segment`: one trie for each scope, by whole segments; `path`: byte tries of what
//!   ends within a segment, edges compressed.
//! * `index`: long candidate lists, split by the value that tells them apart.
//! * `predicate`: tests of facts, each stored once; `value` and `automaton` say what
//!   they mean, one by one and all at once.
//! * `rule`: rules and where they lead; `action`: what else they do, digested for
//!   reading.
//! * `names`: what people call things, and where they were written. Nothing
//!   that decides reads it.
//! * `layer`: a table with small changes, in front of the one that it came from.
//!
//! # Invariants
//!
//! 1. Every index is in bounds; the compiler is the only writer.
//! 2. Candidates of a range are sorted by rank. In a stage, those of each exact host are
//!    ranked from 0 without a gap, and so are those of all other hosts together; bars say
//!    how the former stand among the latter.
//! 3. Children of a byte trie's node are adjacent and sorted by first byte.
//!
//! # Threads
//!
//! A [`Table`] is `Send + Sync` and cheap to clone; every thread brings its own
//! [`Scratch`](crate::Scratch).

pub(crate) mod action;
pub(crate) mod automaton;
pub(crate) mod bar;
pub(crate) mod column;
#[cfg(feature = "compile")]
pub(crate) mod dense;
pub(crate) mod dfa;
pub(crate) mod entry;
pub(crate) mod fact;
pub(crate) mod format;
pub(crate) mod hash;
pub(crate) mod host;
pub(crate) mod index;
pub(crate) mod json_text;
#[cfg(feature = "compile")]
pub(crate) mod layer;
pub(crate) mod method;
pub(crate) mod names;
pub(crate) mod parts;
pub(crate) mod path;
pub(crate) mod path_group;
pub(crate) mod path_test;
#[cfg(feature = "compile")]
pub(crate) mod pike;
pub(crate) mod precedence;
pub(crate) mod predicate;
#[cfg(feature = "compile")]
pub(crate) mod read_ahead;
pub(crate) mod regex;
pub(crate) mod rule;
pub(crate) mod section;
pub(crate) mod segment;
pub(crate) mod text;
pub(crate) mod texts;
pub(crate) mod value;

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use crate::matcher::listener;
use crate::vocabulary::{HostForm, Normalization, Precedence, Protocol, Scheme};

use action::Actions;
use bar::Bar;
use entry::Entries;
use host::HostIndex;
use index::ListIndexes;
use names::Names;
use path::PathTrie;
use path_group::PathGroups;
use path_test::PathTest;
use predicate::Predicates;
use regex::GroupRegex;
use section::Section;
use segment::{SegmentTrie, SegmentTries};
use text::{Range32, Text, TextPool};

/// A compiled route set.
///
/// Immutable, `Send + Sync`, and cheap to clone: clones share one allocation.
/// Every thread brings its own [`Scratch`](crate::Scratch):
///
/// ```
/// # #[cfg(feature = "compile")] {
/// use fingerpost::model::RouteSet;
/// use fingerpost::{Draws, Outcome, Request, compile::Compiler};
///
/// let table = Compiler::new().compile(&RouteSet::new()).table;
/// std::thread::scope(|scope| {
///     for _ in 0..2 {
///         scope.spawn(|| {
///             let mut scratch = table.create_scratch();
///             let request = Request::new(b"GET", b"/");
///             let decision = table.decide_with(&mut scratch, &request, Draws::fixed(0));
///             assert_eq!(decision.outcome(), Outcome::NoRoute);
///         });
///     }
/// });
/// # }
/// ```
#[derive(Clone)]
pub struct Table {
    pub(crate) sections: Arc<Sections>,
}

/// Index of a gateway in a table.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct GatewayId(pub(crate) u32);

/// Sizes of a table, as `fingerpost show --stats` prints them.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Stats {
    /// Gateways.
    pub gateways: usize,
    /// Listeners of all gateways.
    pub listeners: usize,
    /// Stages: sets of rules searched together.
    pub stages: usize,
    /// Host scopes of all stages.
    pub scopes: usize,
    /// Rules.
    pub rules: usize,
    /// Matches of all rules.
    pub matches: usize,
    /// Match and host pairs that the search can come upon.
    pub candidates: usize,
    /// Nodes of all path tries.
    pub path_nodes: usize,
    /// Distinct predicates.
    pub predicates: usize,
    /// Distinct regular expressions.
    pub regexes: usize,
    /// Most lists and groups of rules that any path comes by in one scope: how many
    /// places a search may have to look at.
    pub worst_path_hits: usize,
    /// Most segment nodes that any path comes by in one trie.
    pub worst_path_steps: usize,
    /// Most candidates that one list at a path node can make a search try, after
    /// its index.
    pub worst_candidates: usize,
    /// Bytes of the structure, without names.
    pub bytes: usize,
    /// Bytes of names and origins.
    pub name_bytes: usize,
}

/// Everything in a table.
#[derive(Clone, Default)]
pub(crate) struct Sections {
    pub(crate) text: TextPool,
    pub(crate) gateways: Vec<GatewayEntry>,
    pub(crate) listeners: Vec<ListenerEntry>,
    /// Listener ids, each gateway's host buckets adjacent.
    pub(crate) listener_buckets: Section<u32>,
    pub(crate) stages: Vec<StageEntry>,
    pub(crate) scopes: Section<Scope>,
    pub(crate) bars: Section<Bar>,
    pub(crate) segments: SegmentTries,
    pub(crate) paths: PathTrie,
    pub(crate) path_groups: PathGroups,
    pub(crate) lists: ListIndexes,
    pub(crate) entries: Entries,
    pub(crate) path_tests: Section<PathTest>,
    pub(crate) predicates: Predicates,
    /// Patterns whose groups are wanted: by captures of paths and by substitutions.
    pub(crate) group_regexes: Section<GroupRegex>,
    /// Method tokens that rules name; the index is the bit in [`Entry::methods`].
    pub(crate) methods: Vec<Text>,
    /// The same as [words](method::word).
    pub(crate) method_words: Vec<u64>,
    pub(crate) actions: Actions,
    pub(crate) names: Names,
    pub(crate) limits: RequestLimits,
    /// Whether the structure is so large that most of what a match reads may be in no
    /// cache.
    pub(crate) is_large: bool,
    /// Where nearly every request comes in, if that is one listener.
    pub(crate) usual: Option<UsualListener>,
    /// Of a table that was compiled to be changed.
    #[cfg(feature = "compile")]
    pub(crate) layer: Option<Arc<layer::Layer>>,
}

/// The one listener of a table's one gateway, where it takes every host and every
/// client, and the gateway looks at no more than it has to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UsualListener {
    pub(crate) listener: u32,
    pub(crate) stage: u32,
    pub(crate) protocol: Protocol,
    /// 0 takes any port.
    pub(crate) port: u16,
    /// Whether it takes requests of a scheme that do not say their port.
    pub(crate) takes_http: bool,
    pub(crate) takes_https: bool,
    /// The gateway's [`trim_values`](GatewayEntry::trim_values).
    pub(crate) trims: bool,
    /// Whether an authority that is one of the stage's exact hosts, byte for byte, is sound
    /// and has no port.
    pub(crate) has_plain_hosts: bool,
}

impl UsualListener {
    /// Whether it takes requests of a scheme that do not say their port.
    #[inline]
    pub(crate) fn takes(&self, scheme: Scheme) -> bool {
        match scheme {
            Scheme::Http => self.takes_http,
            Scheme::Https => self.takes_https,
        }
    }
}

/// What a request may have before it is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct RequestLimits {
    /// Longest target (path and query) in bytes.
    pub(crate) target: u32,
    /// Longest sum of the values of repeated headers that are matched, in bytes.
    pub(crate) repeated_header: u32,
    /// Longest sum of what the groups of one path took, in bytes.
    pub(crate) captured: u32,
    /// Longest sum of what one decision renders, in bytes.
    pub(crate) rendered: u32,
    /// Most headers.
    pub(crate) headers: u32,
    /// Most query parameters.
    pub(crate) parameters: u32,
}

impl Default for RequestLimits {
    fn default() -> Self {
        Self {
            target: 64 << 10,
            repeated_header: 64 << 10,
            captured: 256 << 10,
            rendered: 64 << 10,
            headers: u32::MAX,
            parameters: u32::MAX,
        }
    }
}

#[derive(Clone, Default)]
pub(crate) struct GatewayEntry {
    pub(crate) normalization: Normalization,
    /// Whether an underscore in a header's name refuses the request.
    pub(crate) reject_underscores: bool,
    /// Whether spaces and tabs around a header's value do not count.
    pub(crate) trim_values: bool,
    /// Whether a listener for plain HTTP has that scheme's default port, one for HTTPS
    /// its, and one for TLS the same.
    pub(crate) has_http_port: bool,
    pub(crate) has_https_port: bool,
    pub(crate) has_tls_port: bool,
    /// The one listener, where it takes every host; [`NONE`] where there are others.
    pub(crate) sole: u32,
    /// For explanations; the search goes by the buckets.
    #[cfg_attr(not(feature = "explain"), allow(dead_code))]
    pub(crate) listeners: Range32,
    /// Host to a bucket: an index into [`Sections::listener_buckets`] ranges.
    pub(crate) hosts: HostIndex,
    pub(crate) buckets: Vec<Range32>,
}

#[derive(Clone)]
pub(crate) struct ListenerEntry {
    pub(crate) gateway: u32,
    /// 0 takes any port.
    pub(crate) port: u16,
    pub(crate) protocol: Protocol,
    /// Empty takes any client.
    pub(crate) client_namespace: Option<Text>,
    pub(crate) detect_misdirected: bool,
    pub(crate) stage: u32,
}

#[derive(Clone, Default)]
pub(crate) struct StageEntry {
    /// For explanations; the search only knows ranks.
    #[cfg_attr(not(feature = "explain"), allow(dead_code))]
    pub(crate) precedence: Precedence,
    pub(crate) host_fallthrough: bool,
    pub(crate) host_form: HostForm,
    /// Host to an index into [`StageEntry::scopes`]: the first of the host's.
    pub(crate) hosts: HostIndex,
    pub(crate) scopes: Range32,
    /// Of its exact hosts; none where the search never goes on to others.
    pub(crate) bars: Range32,
}

/// The rules under one host of one stage.
#[derive(Clone, Copy, FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
pub(crate) struct Scope {
    /// The port that the authority must state; [`NONE`] takes any, and none.
    pub(crate) port: u32,
    /// The host's next scope, as an index into the stage's, or `NONE`. Those with a
    /// port come first.
    pub(crate) next: u32,
    pub(crate) trie: SegmentTrie,
    /// Index into [`SegmentTries::folded`], or `NONE`.
    pub(crate) folded: u32,
    /// Best rank of any candidate in it, among those of its own host or of common hosts.
    pub(crate) best: u32,
}

impl Scope {
    /// Whether it takes an authority that states this port, or none.
    #[inline(always)]
    pub(crate) fn takes_port(&self, port: Option<u16>) -> bool {
        self.port == NONE || port.is_some_and(|port| u32::from(port) == self.port)
    }
}

/// Bytes of the structure up to which a match waits too little for memory to be helped by
/// reading ahead: at 18 MB batches took 1.2 times what single matches take where requests
/// went all over the table, and more where they did not.
const LARGE: usize = 32 << 20;

/// No index.
pub(crate) const NONE: u32 = u32::MAX;

impl Table {
    pub(crate) fn new(mut sections: Sections) -> Self {
        sections.is_large = sections.bytes() > LARGE;
        sections.usual = listener::usual(&sections);
        Self {
            sections: Arc::new(sections),
        }
    }

    /// The gateways whose name is `name`: `namespace/name` means one, `name`
    /// alone means every gateway of that name. Does not allocate; linear in the
    /// number of gateways, so ask once and keep the id.
    pub fn gateways_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = GatewayId> + 'a {
        (0..self.sections.gateways.len() as u32)
            .map(GatewayId)
            .filter(move |&id| {
                let object = self.gateway_name(id);
                match name.split_once('/') {
                    Some((namespace, name)) => object.namespace == namespace && object.name == name,
                    None => object.name == name,
                }
            })
    }

    /// The name of a gateway.
    pub fn gateway_name(&self, gateway: GatewayId) -> names::ObjectName<'_> {
        self.sections.object(
            self.sections
                .names
                .gateways
                .get(gateway.0 as usize)
                .copied(),
        )
    }

    /// The gateways in order.
    pub fn gateways(&self) -> impl ExactSizeIterator<Item = GatewayId> {
        (0..self.sections.gateways.len() as u32).map(GatewayId)
    }

    /// Sizes and worst-case bounds. A table with [changes](Table::updated) is compiled as
    /// a whole for them.
    pub fn stats(&self) -> Stats {
        self.whole().sections.stats()
    }

    /// The same routes in one table.
    #[cfg(not(feature = "compile"))]
    pub(crate) fn whole(&self) -> Self {
        self.clone()
    }

    /// The table behind its first layer.
    #[cfg(not(feature = "compile"))]
    pub(crate) fn older(&self) -> Option<&Self> {
        None
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table")
            .field("stats", &self.sections.stats())
            .finish_non_exhaustive()
    }
}

impl Sections {
    fn stats(&self) -> Stats {
        Stats {
            gateways: self.gateways.len(),
            listeners: self.listeners.len(),
            stages: self.stages.len(),
            scopes: self.scopes.len(),
            rules: self.names.rule_count(),
            matches: self.entries.len(),
            candidates: self.paths.candidates.len(),
            path_nodes: self.segments.nodes() + self.paths.nodes.len(),
            predicates: self.predicates.tests.len(),
            regexes: self.predicates.regexes.len(),
            worst_path_hits: self.paths.worst_hits as usize,
            worst_path_steps: self.segments.worst_steps as usize,
            worst_candidates: self.paths.worst_candidates as usize,
            bytes: self.bytes(),
            name_bytes: self.names.bytes(),
        }
    }

    /// Bytes of the structure, without names.
    fn bytes(&self) -> usize {
        let size = |len: usize, item: usize| len * item;
        size(self.gateways.len(), size_of::<GatewayEntry>())
            + self
                .gateways
                .iter()
                .map(|g| g.hosts.bytes() + g.buckets.len() * 8)
                .sum::<usize>()
            + size(self.listeners.len(), size_of::<ListenerEntry>())
            + size(self.stages.len(), size_of::<StageEntry>())
            + self.stages.iter().map(|s| s.hosts.bytes()).sum::<usize>()
            + self.scopes.bytes()
            + self.bars.bytes()
            + self.entries.bytes()
            + self.path_tests.bytes()
            + self.segments.bytes()
            + self.paths.bytes()
            + self.path_groups.bytes()
            + self.lists.bytes()
            + self.predicates.bytes()
            + self
                .group_regexes
                .iter()
                .map(GroupRegex::bytes)
                .sum::<usize>()
            + self.actions.bytes()
            + self.text.len()
    }
}
