//! What rules do, digested at compile time for reading without allocating.
//!
//! `rule` says which rule does what. Here is what they refer to: filters and policies,
//! each stored once however many rules have it.

use alloc::vec::Vec;

use super::NONE;
use super::fact::FactEntry;
use super::format::{Part, SubstitutionEntry, Value};
use super::predicate::ValueTest;
use super::rule::Rules;
use super::section::Section;
use super::text::{Range32, Text};
use crate::vocabulary::{Fault, HeaderVerb, PrefixJoin, Scheme, Timeouts};

#[derive(Clone, Debug, Default)]
pub(crate) struct Actions {
    pub(crate) rules: Rules,
    pub(crate) edits: Section<EditEntry>,
    pub(crate) rewrites: Section<RewriteEntry>,
    pub(crate) redirects: Section<RedirectEntry>,
    pub(crate) responds: Section<RespondEntry>,
    pub(crate) mirrors: Section<MirrorEntry>,
    pub(crate) cors: Section<CorsEntry>,
    pub(crate) cors_origins: Section<CorsOriginEntry>,
    pub(crate) faults: Section<Fault>,
    pub(crate) timeouts: Section<Timeouts>,
    pub(crate) retries: Section<RetryEntry>,
    pub(crate) sessions: Section<SessionEntry>,
    pub(crate) metadata: Section<(Text, MetadataEntry)>,
    /// Lists of words that retry policies and query edits refer to.
    pub(crate) words: Section<Text>,
    /// Parts of values with holes.
    pub(crate) parts: Section<Part>,
    pub(crate) query_edits: Section<QueryEditEntry>,
    /// Backends that take a request while its target cannot.
    pub(crate) failovers: Section<u32>,
    pub(crate) hash_keys: Section<HashKeyEntry>,
    /// Names of edited request headers and their slots, in order of name.
    pub(crate) edit_names: Vec<(Text, u32)>,
    pub(crate) most: Most,
}

/// The most that one list of filters has: what the scratch must have room for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Most {
    /// Edits of request headers.
    pub(crate) request_edits: usize,
    /// Edits whose values have holes.
    pub(crate) values: usize,
    pub(crate) mirrors: usize,
    /// Whether anything is rendered.
    pub(crate) renders: bool,
    /// Whether a query is rewritten.
    pub(crate) queries: bool,
}

/// One part of a hash.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct HashKeyEntry {
    pub(crate) fact: FactEntry,
    pub(crate) terminal: bool,
}

/// A fact that travels with a decision.
#[derive(Clone, Copy, Debug)]
pub(crate) enum MetadataEntry {
    Text(Text),
    Integer(i64),
    Number(f64),
    Boolean(bool),
    /// Valid, without white space.
    Json(Text),
}

/// What filters do, in one place; indices are [`NONE`] where absent.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Effects {
    pub(crate) request_edits: Range32,
    pub(crate) response_edits: Range32,
    pub(crate) mirrors: Range32,
    pub(crate) rewrite: u32,
    pub(crate) redirect: u32,
    pub(crate) cors: u32,
    pub(crate) fault: u32,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct EditEntry {
    pub(crate) verb: HeaderVerb,
    pub(crate) name: Text,
    /// Number of the name among those of request edits.
    pub(crate) slot: u32,
    pub(crate) value: Value,
    /// Number of the value among those with holes of its filters.
    pub(crate) nth: u32,
}

#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub(crate) struct RewriteEntry {
    pub(crate) host: Option<HostRewriteEntry>,
    pub(crate) path: Option<PathRewriteEntry>,
    pub(crate) query: Option<QueryRewriteEntry>,
    pub(crate) method: Option<Text>,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum HostRewriteEntry {
    To(Value),
    FromPath(SubstitutionEntry),
    Backend,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum PathRewriteEntry {
    /// A text begins with a slash.
    Full(Value),
    /// The replacement is empty or begins with a slash.
    Prefix {
        replacement: Text,
        join: PrefixJoin,
    },
    Regex(SubstitutionEntry),
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum QueryRewriteEntry {
    To(Value),
    /// Range into [`Actions::query_edits`].
    Edit(Range32),
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum QueryEditEntry {
    Set {
        name: Text,
        value: Value,
    },
    Add {
        name: Text,
        value: Value,
    },
    Remove {
        name: Text,
    },
    /// Names are words.
    Keep {
        names: Range32,
    },
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct RedirectEntry {
    pub(crate) scheme: Option<Scheme>,
    pub(crate) host: Option<Value>,
    pub(crate) port: Option<u16>,
    pub(crate) path: Option<PathRewriteEntry>,
    pub(crate) query: Option<QueryRewriteEntry>,
    pub(crate) status: u16,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct RespondEntry {
    pub(crate) status: u16,
    pub(crate) body: Text,
    pub(crate) reason: Text,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct MirrorEntry {
    pub(crate) backend: u32,
    pub(crate) numerator: u32,
    pub(crate) denominator: u32,
}

/// A CORS policy with its header values rendered.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct CorsEntry {
    pub(crate) origins: Range32,
    pub(crate) any_method: bool,
    pub(crate) any_header: bool,
    pub(crate) any_exposed: bool,
    pub(crate) credentials: bool,
    pub(crate) methods: Text,
    pub(crate) headers: Text,
    pub(crate) exposed: Text,
    pub(crate) max_age: Option<Text>,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum CorsOriginEntry {
    Any,
    Exact {
        scheme: Text,
        host: Text,
        port: u16,
    },
    /// The suffix starts with a dot, or is empty for every host.
    Wildcard {
        scheme: Text,
        suffix: Text,
        port: u16,
    },
    /// The whole value.
    Value(ValueTest),
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct RetryEntry {
    pub(crate) attempts: Option<u32>,
    pub(crate) per_try_timeout_ms: Option<u64>,
    pub(crate) backoff_ms: Option<u64>,
    pub(crate) max_backoff_ms: Option<u64>,
    pub(crate) on: Range32,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct SessionEntry {
    pub(crate) cookie: bool,
    pub(crate) permanent: bool,
    pub(crate) name: Option<Text>,
    pub(crate) absolute_timeout_ms: Option<u64>,
    pub(crate) idle_timeout_ms: Option<u64>,
}

impl Effects {
    /// Nothing.
    pub(crate) const NONE: Self = Self {
        request_edits: Range32::EMPTY,
        response_edits: Range32::EMPTY,
        mirrors: Range32::EMPTY,
        rewrite: NONE,
        redirect: NONE,
        cors: NONE,
        fault: NONE,
    };
}

impl Actions {
    pub(crate) fn bytes(&self) -> usize {
        self.rules.bytes()
            + self.edits.bytes()
            + self.rewrites.bytes()
            + self.redirects.bytes()
            + self.responds.bytes()
            + self.mirrors.bytes()
            + self.cors.bytes()
            + self.cors_origins.bytes()
            + self.faults.bytes()
            + self.timeouts.bytes()
            + self.retries.bytes()
            + self.sessions.bytes()
            + self.metadata.bytes()
            + self.words.bytes()
            + self.parts.bytes()
            + self.query_edits.bytes()
            + self.failovers.bytes()
            + self.hash_keys.bytes()
            + self.edit_names.len() * size_of::<(Text, u32)>()
    }
}
