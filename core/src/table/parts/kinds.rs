//! How each kind of item is written.

use alloc::vec::Vec;

use super::coded::{Coded, Words, coded_enums, coded_structs};
use super::{Item, plain_borrow, plain_bytes};
use crate::table::action::{
    CorsEntry, CorsOriginEntry, EditEntry, Effects, HashKeyEntry, HostRewriteEntry, MetadataEntry,
    MirrorEntry, Most, PathRewriteEntry, QueryEditEntry, QueryRewriteEntry, RedirectEntry,
    RespondEntry, RetryEntry, RewriteEntry, SessionEntry,
};
use crate::table::automaton::{Automaton, Intervals, Patterns, Words as WholeWords};
use crate::table::bar::Bar;
use crate::table::dfa::Dfa;
use crate::table::entry::Common;
use crate::table::fact::FactEntry;
use crate::table::format::{Part, SubstitutionEntry, Value};
use crate::table::host::{HostPattern, HostRegex};
use crate::table::index::{Group, ListIndex};
use crate::table::names::{Bound, EntryName, ObjectEntry, RuleName};
use crate::table::path::{Candidate, PathEnd, PathNode};
use crate::table::path_group::PathGroup;
use crate::table::path_test::{PathTest, TestKind};
use crate::table::precedence::{MatchKey, PathClass, PathForm};
use crate::table::predicate::{
    Block, FactTest, GrpcTest, Literal, NameIndex, NameIndexes, Predicate, Slot, Step, ValueTest,
};
use crate::table::regex::{GroupRegex, Regex, SegmentHole};
use crate::table::rule::{
    FamilyEntry, FromRequestEntry, InvalidEntry, RuleExtras, TargetEntry, TargetExtras, TargetKind,
};
use crate::table::segment::{EndRef, NodeEnd, SegmentTrie, Slot as SegmentSlot};
use crate::table::text::{Range32, Text};
use crate::table::{ListenerEntry, RequestLimits, Scope};
use crate::vocabulary::{
    EscapedSlashes, Fault, Fragment, HeaderVerb, HostForm, MalformedEscapes, Normalization, Origin,
    PathParameters, Precedence, PrefixJoin, Protocol, RepeatedValues, Scheme, Timeouts,
};

macro_rules! plain {
    ($($name:ty),* $(,)?) => {$(
        impl Item for $name {
            const PLAIN: usize = size_of::<Self>();

            fn bytes(items: &[Self]) -> &[u8] {
                plain_bytes(items)
            }

            fn borrow(bytes: &[u8]) -> Option<&[Self]> {
                plain_borrow(bytes)
            }

            fn put(&self, _: &mut Vec<u32>) {}

            fn take(_: &mut Words<'_>) -> Option<Self> {
                None
            }
        }
    )*};
}

macro_rules! coded {
    ($($name:ty),* $(,)?) => {$(
        impl Item for $name {
            const PLAIN: usize = 0;

            fn bytes(_: &[Self]) -> &[u8] {
                &[]
            }

            fn borrow(_: &[u8]) -> Option<&[Self]> {
                None
            }

            fn put(&self, words: &mut Vec<u32>) {
                Coded::put(self, words);
            }

            fn take(words: &mut Words<'_>) -> Option<Self> {
                Coded::take(words)
            }
        }
    )*};
}

plain! {
    u8, u32, Text, Range32,
    Scope, Bar, SegmentSlot, NodeEnd, EndRef, SegmentTrie,
    PathNode, PathEnd, Candidate, PathGroup, ListIndex, Group,
    Common, Step, HostPattern,
    ObjectEntry, RuleName, EntryName, Bound,
}

coded! {
    PathTest, Predicate, Slot, Automaton, Block, Regex, GrpcTest, GroupRegex, Dfa,
    EditEntry, RewriteEntry, RedirectEntry, RespondEntry, MirrorEntry, CorsEntry, CorsOriginEntry,
    Fault, Timeouts, RetryEntry, SessionEntry, (Text, MetadataEntry), Part, QueryEditEntry,
    HashKeyEntry, RuleExtras, TargetEntry, TargetExtras, FromRequestEntry, InvalidEntry,
    FamilyEntry, (Text, Origin), MatchKey,
}

coded_structs! {
    RequestLimits { target, repeated_header, captured, rendered, headers, parameters }
    Normalization {
        base, merge_slashes, escaped_slashes, path_parameters, fragment, malformed_escapes,
    }
    ListenerEntry { gateway, port, protocol, client_namespace, detect_misdirected, stage }
    PathTest { kind, text, ignore_case }
    FactTest { slot, test, invert, missing, mark }
    Slot { fact, name, repeated, automaton }
    Literal { text, fold }
    Block { first, last }
    GrpcTest { service, method }
    NameIndex { seed, slots, names, lengths }
    NameIndexes { headers, query, raw_query, cookies, attributes }
    WholeWords { seed, slots, words, marks }
    Patterns { search, marks }
    SegmentHole { segment, is_rest }
    HashKeyEntry { fact, terminal }
    Effects { request_edits, response_edits, mirrors, rewrite, redirect, cors, fault }
    EditEntry { verb, name, slot, value, nth }
    RewriteEntry { host, path, query, method }
    RedirectEntry { scheme, host, port, path, query, status }
    RespondEntry { status, body, reason }
    MirrorEntry { backend, numerator, denominator }
    CorsEntry {
        origins, any_method, any_header, any_exposed, credentials, methods, headers, exposed,
        max_age,
    }
    RetryEntry { attempts, per_try_timeout_ms, backoff_ms, max_backoff_ms, on }
    SessionEntry { cookie, permanent, name, absolute_timeout_ms, idle_timeout_ms }
    Most { request_edits, values, mirrors, renders, queries }
    SubstitutionEntry { regex, replacement, all, most }
    Timeouts { request_ms, backend_request_ms, idle_ms }
    Fault { delay_ms, delay_ppm, abort_status, abort_grpc_status, abort_ppm }
    RuleExtras { effects, timeouts, retry, session, metadata, sticky, hash }
    TargetEntry { kind, cumulative, weight, extras }
    TargetExtras { effects, metadata, failover }
    FromRequestEntry { kind, fact, status }
    InvalidEntry { backend, status, reason }
    FamilyEntry { kind, namespace, port, subset, protocol }
    Origin { source, line, column, end_line, end_column, start, end }
    MatchKey {
        priority, path_class, path_form, literal, path_chars, grpc_method_chars, has_method,
        headers, query, predicates,
    }
    HostRegex { text, dfa, value }
}

coded_enums! {
    Scheme { 0 = Http, 1 = Https }
    Protocol { 0 = AnyHttp, 1 = Http, 2 = Https, 3 = Tcp, 4 = Tls, 5 = Udp }
    Precedence { 0 = GatewayApi, 1 = AppMesh, 2 = FirstMatch, 3 = OldestRoute, 4 = Specific }
    HeaderVerb { 0 = Set, 1 = Add, 2 = Append, 3 = SetIfAbsent, 4 = SetIfPresent, 5 = Remove }
    PrefixJoin { 0 = Segments, 1 = OneSlash, 2 = Literal }
    RepeatedValues { 0 = Joined, 1 = Any, 2 = All, 3 = First }
    HostForm { 0 = Name, 1 = Authority }
    EscapedSlashes { 0 = Keep, 1 = Reject, 2 = Unescape, 3 = UnescapeAndRedirect }
    PathParameters { 0 = Keep, 1 = Strip, 2 = Reject }
    Fragment { 0 = Strip, 1 = Reject }
    MalformedEscapes { 0 = Keep, 1 = Reject }
    TestKind { 0 = Exact, 1 = Prefix, 2 = Segments, 3 = Suffix, 4 = Contains }
    PathClass { 0 = Exact, 1 = Regex, 2 = Prefix }
    PathForm {
        0 = Exact, 1 = Template, 2 = Glob, 3 = Segments, 4 = Prefix, 5 = Suffix, 6 = Contains,
        7 = Regex,
    }
    FactEntry {
        0 = Path, 1 = RawPath, 2 = Method, 3 = Scheme, 4 = Host, 5 = Authority,
        6 = AuthorityPort, 7 = Port, 8 = Version, 9 = RawQuery, 10 = Header(name),
        11 = Query(name), 12 = RawQueryParameter(name), 13 = Cookie(name), 14 = Attribute(name),
        15 = SourceIp, 16 = DestinationIp, 17 = Sni, 18 = ClientNamespace, 19 = GrpcService,
        20 = GrpcMethod, 21 = Grpc,
    }
    Predicate { 0 = Fact(test), 1 = Fraction { numerator, denominator } }
    ValueTest {
        0 = Present, 1 = Exact(text), 2 = Prefix(text), 3 = Suffix(text),
        4 = Contains { literal, borders }, 5 = In { members, fold }, 6 = Regex(regex),
        7 = Glob { pattern, regex }, 8 = Range(start, end), 9 = Cidr(blocks),
    }
    Value { 0 = Text(text), 1 = Parts(parts) }
    Part { 0 = Text(text), 1 = Capture(name), 2 = Group(group), 3 = Fact(fact) }
    HostRewriteEntry { 0 = To(value), 1 = FromPath(substitution), 2 = Backend }
    PathRewriteEntry { 0 = Full(value), 1 = Prefix { replacement, join }, 2 = Regex(substitution) }
    QueryRewriteEntry { 0 = To(value), 1 = Edit(edits) }
    QueryEditEntry {
        0 = Set { name, value }, 1 = Add { name, value }, 2 = Remove { name }, 3 = Keep { names },
    }
    CorsOriginEntry {
        0 = Any, 1 = Exact { scheme, host, port }, 2 = Wildcard { scheme, suffix, port },
        3 = Value(test),
    }
    MetadataEntry { 0 = Text(text), 1 = Integer(number), 2 = Number(number), 3 = Boolean(value),
        4 = Json(text) }
    TargetKind { 0 = Backend(backend), 1 = Stage(stage), 2 = FromRequest(entry), 3 = Invalid(entry) }
}

impl<T: Coded> Coded for Intervals<T> {
    fn put(&self, words: &mut Vec<u32>) {
        self.starts.put(words);
        self.holding.put(words);
        self.marks.put(words);
    }

    fn take(words: &mut Words<'_>) -> Option<Self> {
        Some(Self {
            starts: Coded::take(words)?,
            holding: Coded::take(words)?,
            marks: Coded::take(words)?,
        })
    }
}
