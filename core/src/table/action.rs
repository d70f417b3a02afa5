//! What rules do, digested at compile time for reading without allocating.

use alloc::vec::Vec;

use super::text::{Range32, Text};
use crate::vocabulary::{Fault, HeaderVerb, PrefixJoin, Scheme, Timeouts};

#[derive(Debug, Default)]
pub(crate) struct Actions {
    pub(crate) rules: Vec<RuleEntry>,
    pub(crate) targets: Vec<TargetEntry>,
    pub(crate) backends: Vec<BackendEntry>,
    pub(crate) edits: Vec<EditEntry>,
    pub(crate) rewrites: Vec<RewriteEntry>,
    pub(crate) redirects: Vec<RedirectEntry>,
    pub(crate) responds: Vec<RespondEntry>,
    pub(crate) mirrors: Vec<MirrorEntry>,
    pub(crate) cors: Vec<CorsEntry>,
    pub(crate) cors_origins: Vec<CorsOriginEntry>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) timeouts: Vec<Timeouts>,
    pub(crate) retries: Vec<RetryEntry>,
    pub(crate) sessions: Vec<SessionEntry>,
    pub(crate) metadata: Vec<(Text, Text)>,
    /// Lists of words that retry policies refer to.
    pub(crate) words: Vec<Text>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct RuleEntry {
    pub(crate) action: ActionEntry,
    pub(crate) effects: Effects,
    pub(crate) timeouts: u32,
    pub(crate) retry: u32,
    pub(crate) session: u32,
    pub(crate) metadata: Range32,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum ActionEntry {
    /// Targets, and the sum of their weights.
    Forward { targets: Range32, total: u64 },
    /// Index into [`Actions::redirects`].
    Redirect(u32),
    /// Index into [`Actions::responds`].
    Respond(u32),
}

/// What filters do, in one place; indices are [`NONE`](super::NONE) where absent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effects {
    pub(crate) request_edits: Range32,
    pub(crate) response_edits: Range32,
    pub(crate) mirrors: Range32,
    pub(crate) rewrite: u32,
    pub(crate) redirect: u32,
    pub(crate) cors: u32,
    pub(crate) fault: u32,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct TargetEntry {
    pub(crate) kind: TargetKind,
    /// Sum of the weights up to and including this one.
    pub(crate) cumulative: u64,
    pub(crate) weight: u32,
    pub(crate) effects: Effects,
    pub(crate) metadata: Range32,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum TargetKind {
    Backend(u32),
    Stage(u32),
    Invalid {
        backend: u32,
        status: u16,
        reason: Text,
    },
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct BackendEntry {
    pub(crate) kind: Text,
    pub(crate) namespace: Text,
    pub(crate) name: Text,
    pub(crate) port: Option<u16>,
    pub(crate) subset: Option<Text>,
    pub(crate) protocol: Option<Text>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct EditEntry {
    pub(crate) verb: HeaderVerb,
    pub(crate) name: Text,
    pub(crate) value: Text,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct RewriteEntry {
    pub(crate) host: Option<Text>,
    pub(crate) path: Option<PathRewriteEntry>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum PathRewriteEntry {
    Full(Text),
    Prefix { replacement: Text, join: PrefixJoin },
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct RedirectEntry {
    pub(crate) scheme: Option<Scheme>,
    pub(crate) host: Option<Text>,
    pub(crate) port: Option<u16>,
    pub(crate) path: Option<PathRewriteEntry>,
    pub(crate) status: u16,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct RespondEntry {
    pub(crate) status: u16,
    pub(crate) body: Text,
    pub(crate) reason: Text,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct MirrorEntry {
    pub(crate) backend: u32,
    pub(crate) numerator: u32,
    pub(crate) denominator: u32,
}

/// A CORS policy with its header values rendered.
#[derive(Clone, Copy, Debug)]
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

#[derive(Clone, Copy, Debug)]
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
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct RetryEntry {
    pub(crate) attempts: Option<u32>,
    pub(crate) per_try_timeout_ms: Option<u64>,
    pub(crate) backoff_ms: Option<u64>,
    pub(crate) on: Range32,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct SessionEntry {
    pub(crate) cookie: bool,
    pub(crate) permanent: bool,
    pub(crate) name: Option<Text>,
    pub(crate) absolute_timeout_ms: Option<u64>,
    pub(crate) idle_timeout_ms: Option<u64>,
}

impl Actions {
    pub(crate) fn bytes(&self) -> usize {
        self.rules.len() * size_of::<RuleEntry>()
            + self.targets.len() * size_of::<TargetEntry>()
            + self.backends.len() * size_of::<BackendEntry>()
            + self.edits.len() * size_of::<EditEntry>()
            + self.rewrites.len() * size_of::<RewriteEntry>()
            + self.redirects.len() * size_of::<RedirectEntry>()
            + self.responds.len() * size_of::<RespondEntry>()
            + self.mirrors.len() * size_of::<MirrorEntry>()
            + self.cors.len() * size_of::<CorsEntry>()
            + self.cors_origins.len() * size_of::<CorsOriginEntry>()
            + self.faults.len() * size_of::<Fault>()
            + self.timeouts.len() * size_of::<Timeouts>()
            + self.retries.len() * size_of::<RetryEntry>()
            + self.sessions.len() * size_of::<SessionEntry>()
            + (self.metadata.len() * 2 + self.words.len()) * size_of::<Text>()
    }
}
