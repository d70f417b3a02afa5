//! The hot loop: the best-ranked rule of a stage that a request satisfies.
//!
//! For each host scope that takes the request's host, the path trie is walked
//! once. It yields the candidate lists that lie on the path's way; they are tried
//! from the deepest to the shallowest, each in order of rank, and a list or scope
//! whose best rank cannot beat what is found already is passed over. With the
//! presets that prefer longer prefixes the first list that gives a match is
//! usually the last that is looked at.
//!
//! A long list is not tried in turn: its index gives the candidates that want the
//! request's value of the header or parameter that tells them apart.
//!
//! Lists that are already outranked cost one comparison, so the work is bounded
//! by the lists on the way, not by the rules in the table.

use alloc::vec::Vec;

use super::facts::Seen;
use super::fields::Fields;
use super::request::Request;
use super::scratch::HostView;
use crate::table::host::Next;
use crate::table::index::ListIndex;
use crate::table::predicate::ValueTest;
use crate::table::regex::RegexScratch;
use crate::table::text::Range32;
use crate::table::{Entry, NONE, Scope, Sections, StageEntry};
use crate::vocabulary::Scheme;

/// What a search needs besides the table.
pub(crate) struct Search<'s, 'r> {
    pub(crate) sections: &'s Sections,
    pub(crate) request: &'s Request<'r>,
    /// The request as the stages before left it: what facts are.
    pub(crate) seen: Seen<'s>,
    pub(crate) fields: &'s mut Fields,
    pub(crate) regex: &'s mut RegexScratch,
    pub(crate) hits: &'s mut Hits,
    /// The method's bit, 0 where no rule of the table names it.
    pub(crate) method: u64,
}

/// Working memory of a search in a stage.
#[derive(Debug)]
pub(crate) struct Hits {
    /// Candidate lists that a walk came by.
    lists: Vec<Range32>,
}

impl Hits {
    /// Room for any walk of a table.
    pub(crate) fn new(sections: &Sections) -> Self {
        Self {
            lists: Vec::with_capacity(sections.paths.worst_hits as usize),
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.lists.capacity() * size_of::<Range32>()
    }
}

/// The winning candidate.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    pub(crate) candidate: u32,
    pub(crate) rank: u32,
}

impl Search<'_, '_> {
    /// The best-ranked candidate of `stage` that takes the request.
    pub(crate) fn find(
        &mut self,
        stage: &StageEntry,
        host: Option<HostView<'_>>,
        path: &[u8],
    ) -> Option<Found> {
        // What was asked of the path or host in another stage does not count here.
        self.fields.begin_stage();
        let sections = self.sections;
        let host = host.map(|host| host.name);
        let scopes = stage.scopes.of(&sections.scopes);
        let mut best: Option<Found> = None;
        stage.hosts.lookup(&sections.text, host, |scope| {
            if let Some(scope) = scopes.get(scope as usize)
                && best.is_none_or(|best| scope.best < best.rank)
            {
                self.find_in_scope(scope, path, &mut best);
            }
            // SPEC: Gateway API: hosts are an order, not an exclusive choice.
            // Envoy, VirtualHost: the most specific domain alone is consulted.
            if stage.host_fallthrough {
                Next::Continue
            } else {
                Next::Stop
            }
        });
        best
    }

    fn find_in_scope(&mut self, scope: &Scope, path: &[u8], best: &mut Option<Found>) {
        let sections = self.sections;
        self.hits.lists.clear();
        let hits = &mut self.hits.lists;
        sections
            .paths
            .walk(&sections.text, scope.root, path, |range| hits.push(range));
        for at in (0..self.hits.lists.len()).rev() {
            let Some(&range) = self.hits.lists.get(at) else {
                return;
            };
            match sections.lists.of(range) {
                Some(index) => self.find_in_index(index, path, best),
                None => self.find_among(range.indices(), path, best),
            }
        }
    }

    /// Tries the candidates that want the request's value, then those that do not ask.
    fn find_in_index(&mut self, index: &ListIndex, path: &[u8], best: &mut Option<Found>) {
        let sections = self.sections;
        let lists = &sections.lists;
        let value = self.fields.value(sections, self.seen, index.slot);
        let group = value.map(|value| lists.group(&sections.text, index, value));
        self.find_among(group.unwrap_or(&[]).iter().copied(), path, best);
        self.find_among(lists.rest(index).iter().copied(), path, best);
    }

    /// Tries candidates in order of rank, as long as they can beat what is found.
    fn find_among(
        &mut self,
        positions: impl Iterator<Item = u32>,
        path: &[u8],
        best: &mut Option<Found>,
    ) {
        let sections = self.sections;
        for position in positions {
            let Some(candidate) = sections.paths.candidates.get(position as usize) else {
                return;
            };
            if best.is_some_and(|best| best.rank <= candidate.rank) {
                return;
            }
            let Some(entry) = sections.entries.get(candidate.entry as usize) else {
                continue;
            };
            if self.satisfies(entry, path) {
                *best = Some(Found {
                    candidate: position,
                    rank: candidate.rank,
                });
                return;
            }
        }
    }

    /// Whether the request satisfies everything but host and literal path.
    /// Cheap tests come first.
    pub(crate) fn satisfies(&mut self, entry: &Entry, path: &[u8]) -> bool {
        if entry.methods != 0 && entry.methods & self.method == 0 {
            return false;
        }
        if entry.flags != 0 && !self.has_flags(entry.flags) {
            return false;
        }
        let sections = self.sections;
        let program = entry.predicates;
        if !self
            .fields
            .program_holds(sections, self.seen, self.regex, program)
        {
            return false;
        }
        (entry.grpc == NONE || self.is_grpc_path(entry.grpc, path))
            && (entry.path_regex == NONE || self.matches_regex(entry.path_regex, path))
    }

    pub(crate) fn has_flags(&mut self, flags: u8) -> bool {
        let scheme = self.request.scheme();
        !(flags & Entry::HTTP_SCHEME != 0 && scheme != Scheme::Http
            || flags & Entry::HTTPS_SCHEME != 0 && scheme != Scheme::Https
            || flags & Entry::GRPC_ONLY != 0 && !self.fields.is_grpc(self.request))
    }

    pub(crate) fn matches_regex(&mut self, id: u32, path: &[u8]) -> bool {
        let regex = self.sections.predicates.regexes.get(id as usize);
        regex.is_some_and(|regex| regex.is_match(self.regex, path))
    }

    /// Whether the path is `/service/method` and both are as wanted.
    // SPEC: gRPC over HTTP/2: Path is "/" Service-Name "/" method-name.
    pub(crate) fn is_grpc_path(&mut self, id: u32, path: &[u8]) -> bool {
        let sections = self.sections;
        let Some(test) = sections.predicates.grpc.get(id as usize) else {
            return false;
        };
        let Some((service, method)) = grpc_names(path) else {
            return false;
        };
        let (text, predicates) = (&sections.text, &sections.predicates);
        let mut holds = |test: Option<ValueTest>, value: &[u8]| {
            test.is_none_or(|test| predicates.value_holds(text, self.regex, test, value))
        };
        holds(test.service, service) && holds(test.method, method)
    }
}

/// Service and method of a gRPC path: exactly two segments, neither empty.
pub(crate) fn grpc_names(path: &[u8]) -> Option<(&[u8], &[u8])> {
    let names = path.strip_prefix(b"/")?;
    let slash = memchr::memchr(b'/', names)?;
    let (service, method) = (names.get(..slash)?, names.get(slash + 1..)?);
    let sound = !service.is_empty() && !method.is_empty() && !method.contains(&b'/');
    sound.then_some((service, method))
}

impl Sections {
    /// The bit of a method in [`Entry::methods`]; 0 where no rule names it.
    pub(crate) fn method_bit(&self, method: &[u8]) -> u64 {
        let known = self
            .methods
            .iter()
            .position(|&text| self.text.get(text) == method);
        known.map_or(0, |bit| 1 << bit)
    }
}
