//! Decisions: what the proxy must do with a request.
//!
//! [`Table::decide_with`](crate::Table::decide_with) runs the whole way: it finds
//! the rule, draws the backend, follows it into further stages with the path and
//! host as rewritten, and leaves a [`Decision`] to read. A decision borrows the
//! table, the scratch and the request; reading it does not allocate.
//!
//! * `decide`: the way from stage to stage.
//! * `check`: what is asked of a request before it is matched.
//! * `enter`: the listener, and the rule that wins in its stage; `many`: the same for
//!   a batch of requests; `admit`: whether the
//!   gateway lets the request in, and under which path.
//! * `layers`: which layer of a table with changes decides a request.
//! * `choose`: targets and mirrors, by `draw` (chance, which the caller supplies) or
//!   by `hash`.
//! * `format`: values with holes, filled in; `substitute`: patterns replaced; `draft`:
//!   what of a path or query the rule wrote, and what the request.
//! * `rewrite`, `query` and `redirect`: the path, query, host and Location that leave.
//! * `headers` and `head`: header edits and the head that leaves.
//! * `cors`: cross-origin answers.
//! * `view`, `policy`, `metadata`: what a decision shows.

pub(crate) mod admit;
pub(crate) mod check;
pub(crate) mod choose;
pub(crate) mod cors;
pub(crate) mod decide;
pub(crate) mod draft;
pub(crate) mod draw;
pub(crate) mod enter;
pub(crate) mod format;
pub(crate) mod hash;
pub(crate) mod head;
pub(crate) mod headers;
pub(crate) mod layers;
pub(crate) mod many;
pub(crate) mod metadata;
pub(crate) mod policy;
pub(crate) mod query;
pub(crate) mod redirect;
pub(crate) mod rewrite;
pub(crate) mod straight;
mod substitute;
pub(crate) mod view;

use crate::matcher::output::Span;
use crate::matcher::request::Request;
use crate::matcher::scratch::{Scratch, Step};
use crate::table::action::Effects;
use crate::table::rule::{RuleEntry, RuleExtras, TargetEntry};
use crate::table::text::Text;
use crate::table::{NONE, Sections};

use cors::Allowed;
use rewrite::HostSource;

/// What the proxy must do with a request. Made by
/// [`Table::decide_with`](crate::Table::decide_with).
///
/// Begin with the [`outcome`](Decision::outcome): it says what else there is to read.
///
/// ```
/// # #[cfg(feature = "compile")] {
/// use fingerpost::builder::{Route, Routes, any, path};
/// use fingerpost::{Decision, Draws, Outcome, Request};
///
/// fn told(decision: &Decision<'_>) -> String {
///     match decision.outcome() {
///         Outcome::Forward => format!(
///             "{} {} to {}",
///             String::from_utf8_lossy(decision.method()),
///             String::from_utf8_lossy(decision.target()), // path and query as they leave
///             decision.backend().map(|backend| backend.to_string()).unwrap_or_default(),
///         ),
///         Outcome::Redirect => {
///             String::from_utf8_lossy(decision.location().unwrap_or_default()).into_owned()
///         }
///         // A response of the rule's own, no route, a request that is refused.
///         _ => format!("{}: {}", decision.status().unwrap_or(500), decision.reason().as_str()),
///     }
/// }
///
/// let table = Routes::new()
///     .route(Route::any_host()
///         .rule(path("/users/{id}").to("users").rewrite("/v2/{id}").set_header("x-user", "{id}"))
///         .rule(path("/old").redirect(301, "/new")))
///     .build()
///     .unwrap();
/// let mut scratch = table.create_scratch();
///
/// let users = Request::new(b"GET", b"/users/7?full=1");
/// let decision = table.decide_with(&mut scratch, &users, Draws::fixed(0));
/// assert_eq!(told(&decision), "GET /v2/7?full=1 to Backend users");
/// let edit = decision.request_edits().next().unwrap();
/// assert_eq!((edit.name, edit.value), (&b"x-user"[..], &b"7"[..]));
///
/// let old = Request::new(b"GET", b"/old");
/// assert_eq!(told(&table.decide_with(&mut scratch, &old, Draws::fixed(0))), "/new");
/// let none = Request::new(b"GET", b"/none");
/// assert_eq!(
///     told(&table.decide_with(&mut scratch, &none, Draws::fixed(0))),
///     "404: no rule matches",
/// );
/// # }
/// ```
#[derive(Clone, Copy)]
pub struct Decision<'a> {
    pub(crate) sections: &'a Sections,
    pub(crate) scratch: &'a Scratch,
    pub(crate) request: Request<'a>,
    pub(crate) verdict: Verdict,
}

/// What came of a request, in numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Verdict {
    pub(crate) outcome: Outcome,
    /// 0 where the backend answers.
    pub(crate) status: u16,
    pub(crate) reason: Reason,
    /// Index of the listener, or [`NONE`].
    pub(crate) listener: u32,
    /// Another listener whose answer differs, where the outcome is ambiguous.
    pub(crate) rival: u32,
    /// Index of the backend, or [`NONE`].
    pub(crate) backend: u32,
    /// Kind and name of a backend that the request named.
    pub(crate) named: Option<(Text, Span)>,
    pub(crate) host: HostSource,
    /// The new method, where a rewrite sets one.
    pub(crate) method: Option<Text>,
    pub(crate) hash: Option<u64>,
    /// Whether the host of a Location is the request's own.
    pub(crate) host_from_request: bool,
    /// Whether the way was given up while something was written for it.
    pub(crate) refused: bool,
    /// Index of the redirect, or [`NONE`].
    pub(crate) redirect: u32,
    /// Index of the response, or [`NONE`].
    pub(crate) respond: u32,
    /// Index of the CORS policy that applies, or [`NONE`].
    pub(crate) cors: u32,
    /// Whether that policy allows the request's origin.
    pub(crate) allowed: Option<Allowed>,
    pub(crate) preflight: bool,
    /// Index of the first fault on the way, or [`NONE`], and what was drawn.
    pub(crate) fault: u32,
    pub(crate) delayed: bool,
    pub(crate) aborted: bool,
    /// gRPC status of the abort, where it was drawn for a gRPC request.
    pub(crate) abort_grpc_status: Option<u8>,
}

impl Verdict {
    pub(crate) fn new(outcome: Outcome, status: u16, reason: Reason) -> Self {
        Self {
            outcome,
            status,
            reason,
            listener: NONE,
            rival: NONE,
            backend: NONE,
            named: None,
            host: HostSource::Request,
            method: None,
            hash: None,
            host_from_request: false,
            refused: false,
            redirect: NONE,
            respond: NONE,
            cors: NONE,
            allowed: None,
            preflight: false,
            fault: NONE,
            delayed: false,
            aborted: false,
            abort_grpc_status: None,
        }
    }
}

/// What kind of answer a decision is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Outcome {
    /// Sends the request to a backend.
    Forward,
    /// Answers with another address.
    Redirect,
    /// Answers itself: a direct response, a fault, a preflight, a broken backend.
    Respond,
    /// No rule takes the request.
    NoRoute,
    /// The request itself is refused.
    Reject,
    /// The request names no gateway, and two gateways would answer differently.
    Ambiguous,
}

impl Outcome {
    /// As the JSON decision writes it: `forward`, `redirect`, `respond`,
    /// `no_route`, `reject`. `ambiguous` is in no JSON decision: there it is the
    /// error FP1210.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Forward => "forward",
            Self::Redirect => "redirect",
            Self::Respond => "respond",
            Self::NoRoute => "no_route",
            Self::Reject => "reject",
            Self::Ambiguous => "ambiguous",
        }
    }
}

/// Why the outcome is what it is, beyond the rule that won.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Reason {
    /// A rule won and did what it says.
    Matched,
    /// The authority is malformed.
    BadAuthority,
    /// The server name of the TLS handshake is malformed.
    BadServerName,
    /// The method is no token.
    BadMethod,
    /// The target is malformed: no leading slash, control bytes, or a fragment where
    /// the gateway takes none.
    BadPath,
    /// The target is in absolute form; see [`Request::from_url`](crate::Request::from_url).
    AbsoluteForm,
    /// The path holds `%2F` or `%5C`. The outcome says what became of it.
    EscapedSlash,
    /// A segment of the path has parameters.
    PathParameter,
    /// A `%` in the path begins no escape and the gateway takes none such, or it would
    /// begin one once the path is decoded.
    BadEscape,
    /// A header has no name, or one that a rule looks at holds NUL, CR or LF.
    BadHeader,
    /// More than one `host` header.
    DuplicateHost,
    /// A header's name holds an underscore.
    UnderscoreHeader,
    /// More headers than the table's limit.
    TooManyHeaders,
    /// More query parameters than the table's limit.
    TooManyParameters,
    /// The target is longer than the table's limit.
    TargetTooLong,
    /// A repeated header's values are longer than the table's limit.
    HeaderTooLong,
    /// What the groups of a path took is longer than the table's limit.
    CapturesTooLong,
    /// No listener takes the port, protocol and host.
    NoListener,
    /// The listener has no rule for the request.
    NoRule,
    /// The server name chose a listener that is not the authority's.
    Misdirected,
    /// The rule cannot be carried out as it is written, and answers with an error.
    InvalidRule,
    /// The rule has no target with a share.
    NoTarget,
    /// The target drawn is a reference that leads nowhere.
    InvalidTarget,
    /// A fault was drawn.
    Fault,
    /// A CORS preflight.
    Preflight,
    /// More stages follow each other than any sound configuration has.
    TooManyStages,
    /// The rewritten path is longer than the table's limit.
    RewriteTooLong,
    /// The rewritten path is not canonical: it has a dot segment or an escape that
    /// whoever follows would resolve; or the request brings a `?` into it, or what its
    /// gateway refuses.
    RewriteNotCanonical,
    /// What formats and patterns write for the request is longer than the table's
    /// limit.
    RenderedTooLong,
    /// What the request fills in cannot stand where the rule puts it: a control
    /// character, or a host that is none.
    UnsoundOutput,
    /// Several gateways would answer differently.
    Ambiguous,
}

impl Reason {
    /// A clause for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Matched => "a rule matched",
            Self::BadAuthority => "the authority is malformed",
            Self::BadServerName => "the server name is malformed",
            Self::BadMethod => "the method is no token",
            Self::BadPath => "the request target is malformed",
            Self::AbsoluteForm => "the request target is in absolute form",
            Self::EscapedSlash => "the path has an escaped slash",
            Self::PathParameter => "the path has a parameter",
            Self::BadEscape => "the path has an escape that cannot be read",
            Self::BadHeader => "a header has no name or holds a control character",
            Self::DuplicateHost => "the host header is repeated",
            Self::UnderscoreHeader => "a header's name has an underscore",
            Self::TooManyHeaders => "there are too many headers",
            Self::TooManyParameters => "there are too many query parameters",
            Self::TargetTooLong => "the request target is too long",
            Self::HeaderTooLong => "a repeated header is too long",
            Self::CapturesTooLong => "what the path's pattern captures is too long",
            Self::NoListener => "no listener takes this port, protocol and host",
            Self::NoRule => "no rule matches",
            Self::Misdirected => "the server name and the authority mean different listeners",
            Self::InvalidRule => "the rule cannot be carried out",
            Self::NoTarget => "the rule has no backend with a share",
            Self::InvalidTarget => "the backend drawn cannot be resolved",
            Self::Fault => "a fault was drawn",
            Self::Preflight => "a CORS preflight is answered here",
            Self::TooManyStages => "too many stages follow each other",
            Self::RewriteTooLong => "the rewritten path is too long",
            Self::RewriteNotCanonical => "the rewritten path is not canonical",
            Self::RenderedTooLong => "what the rule writes for the request is too long",
            Self::UnsoundOutput => "what the request fills in cannot stand there",
            Self::Ambiguous => "several gateways would answer differently",
        }
    }
}

impl<'a> Decision<'a> {
    /// The steps with their rules, in order.
    pub(crate) fn steps(&self) -> &'a [Step] {
        self.scratch.trail.get()
    }

    /// What the rule of a step does besides its action.
    pub(crate) fn extras_of(&self, step: &Step) -> &'a RuleExtras {
        let rule = self.sections.rule_of_candidate(step.candidate);
        rule.map_or(&RuleExtras::NONE, |(rule, _)| {
            self.sections.actions.extras(rule)
        })
    }

    /// What the path of the last rule with captures took, by name, in the order of the
    /// pattern; a group of a regular expression without a name goes by its number in
    /// decimal, and `0` is all that it matched. What took no part is not there.
    pub fn captures(&self) -> impl Iterator<Item = (&'a str, &'a [u8])> + 'a {
        self.scratch.captures.iter(self.sections)
    }
}

impl Sections {
    /// The rule behind a candidate, and its index.
    pub(crate) fn rule_of_candidate(&self, candidate: u32) -> Option<(RuleEntry, u32)> {
        let candidate = self.paths.candidates.get(candidate as usize)?;
        let rule = self.entries.rule(candidate.entry)?;
        Some((self.actions.rules.get(rule)?, rule))
    }

    /// The target that was chosen in a step.
    pub(crate) fn target_of(&self, step: &Step) -> Option<TargetEntry> {
        if step.target == NONE {
            return None;
        }
        let (rule, _) = self.rule_of_candidate(step.candidate)?;
        self.actions.target(rule, step.target)
    }

    /// What the filters of a step's rule do, then those of its target.
    pub(crate) fn effects_of(&self, step: &Step) -> [Option<&Effects>; 2] {
        let actions = &self.actions;
        let Some((rule, _)) = self.rule_of_candidate(step.candidate) else {
            return [None; 2];
        };
        let target = actions.target(rule, step.target);
        let of_target = |target| &actions.target_extras(target).effects;
        [Some(&actions.extras(rule).effects), target.map(of_target)]
    }
}
