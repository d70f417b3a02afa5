//! The hot loop: the best-ranked rule of a stage that a request satisfies.
//!
//! For each host scope that takes the request's host, the path trie is walked
//! once, and a second one with the path in lower case where some paths match without
//! regard to case. It yields the candidate lists that lie on the path's way; they are tried
//! from the deepest to the shallowest, each in order of rank, and a list or scope
//! whose best rank cannot beat what is found already is passed over. With the
//! presets that prefer longer prefixes the first list that gives a match is
//! usually the last that is looked at.
//!
//! What is found under an exact host ends the search, unless the stage has bars: then it
//! goes on for what comes before that.
//!
//! Many patterns at one node are found in one pass over the path, and only the
//! candidates of those that take it are tried.
//!
//! A long list is not tried in turn: its index gives the candidates that want the
//! request's value of the header or parameter that tells them apart.
//!
//! Lists that are already outranked cost one comparison, so the work is bounded
//! by the lists on the way, not by the rules in the table.

use alloc::vec::Vec;

use super::facts::{Seen, raw_path};
use super::fields::Fields;
use super::request::Request;
use super::scratch::HostView;
use crate::table::bar;
use crate::table::entry::{Common, Entry};
use crate::table::host::Next;
use crate::table::index::{HOLDS, ListIndex};
use crate::table::path::{Candidate, PathHit, note};
use crate::table::predicate::ValueTest;
use crate::table::regex::RegexScratch;
use crate::table::segment::{Live, Walk};
use crate::table::text::Range32;
use crate::table::{NONE, Scope, Sections, StageEntry};
use crate::vocabulary::{HostForm, Scheme};

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
    /// What a walk came by; empty between two walks.
    found: Vec<PathHit>,
    /// The path in ASCII lower case, where a trie asks for it.
    folded: Vec<u8>,
    /// Whether it is written for the search under way.
    is_folded: bool,
    live: Live,
}

impl Hits {
    /// Room for any walk of a table.
    pub(crate) fn new(sections: &Sections) -> Self {
        let folds = sections.scopes.iter().any(|scope| scope.folded != NONE);
        let longest = if folds { sections.path_capacity() } else { 0 };
        Self {
            found: Vec::with_capacity(sections.paths.worst_hits as usize),
            folded: Vec::with_capacity(longest),
            is_folded: false,
            live: Live::new(sections.segments.worst_steps as usize),
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.found.capacity() * size_of::<PathHit>() + self.folded.capacity() + self.live.bytes()
    }
}

/// What is known of a candidate without asking it.
#[derive(Clone, Copy)]
struct Known {
    /// Its pattern takes the path.
    path: bool,
    /// Its predicates hold.
    predicates: bool,
}

/// The winning candidate.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    pub(crate) candidate: u32,
    /// Its rank, or its bar where the search went on from its exact host to others: what
    /// else is found wins if its rank is lower.
    rank: u32,
}

impl Search<'_, '_> {
    /// The best-ranked candidate of `stage` that takes the request.
    #[inline(never)]
    pub(crate) fn find(
        &mut self,
        stage: &StageEntry,
        host: Option<HostView<'_>>,
        path: &[u8],
    ) -> Option<Found> {
        self.find_from(stage, host, None, path)
    }

    /// The same, where it may be known already what is kept under the very host.
    #[inline(always)]
    pub(crate) fn find_from(
        &mut self,
        stage: &StageEntry,
        host: Option<HostView<'_>>,
        exact: Option<Option<u32>>,
        path: &[u8],
    ) -> Option<Found> {
        // What was asked of the path or host in another stage does not count here.
        self.fields.begin_stage();
        let sections = self.sections;
        let scopes = stage.scopes.of(&sections.scopes);
        let name = host.map(|host| match stage.host_form {
            HostForm::Name => host.name,
            HostForm::Authority => host.authority,
        });
        let port = host.and_then(|host| host.port);
        let mut best: Option<Found> = None;
        self.hits.is_folded = false;
        let hosts = &stage.hosts;
        let exact = match (exact, name) {
            (Some(known), _) => known,
            (None, Some(name)) => hosts.exact(&sections.text, name),
            (None, None) => None,
        };
        if hosts.has_others() {
            return self.find_among_kinds(stage, exact, name, port, path);
        }
        // PERF: most stages have whole hosts alone, and most requests end at the first of
        // the two places that are left to look at.
        let (first, then) = match exact {
            Some(exact) => (Some(exact), hosts.any),
            None => (hosts.any, None),
        };
        if let Some(first) = first
            && self.find_under_host(stage, scopes, first, port, path, &mut best) == Next::Stop
        {
            return best;
        }
        if let Some(then) = then {
            self.find_under_any(stage, exact, then, port, path, &mut best);
        }
        best
    }

    /// [`Search::find_from`] where hosts are of several kinds.
    #[inline(never)]
    fn find_among_kinds(
        &mut self,
        stage: &StageEntry,
        exact: Option<u32>,
        name: Option<&[u8]>,
        port: Option<u16>,
        path: &[u8],
    ) -> Option<Found> {
        let sections = self.sections;
        let mut best = None;
        if let Some(exact) = exact
            && (self.find_under_any(stage, None, exact, port, path, &mut best) == Next::Stop
                || self.is_settled(stage, exact, &mut best))
        {
            return best;
        }
        let mut look = |first| self.find_under_any(stage, None, first, port, path, &mut best);
        let mut next = Next::Continue;
        if let Some(name) = name {
            next = stage.hosts.lookup_others(&sections.text, name, &mut look);
        }
        if next == Next::Continue
            && let Some(any) = stage.hosts.any
        {
            look(any);
        }
        best
    }

    /// [`Search::find_under_host`] where it is seldom come by; `after` is the exact host
    /// that was looked at before, where what was found there is not settled yet.
    #[inline(never)]
    fn find_under_any(
        &mut self,
        stage: &StageEntry,
        after: Option<u32>,
        first: u32,
        port: Option<u16>,
        path: &[u8],
        best: &mut Option<Found>,
    ) -> Next {
        if let Some(exact) = after
            && self.is_settled(stage, exact, best)
        {
            return Next::Stop;
        }
        let scopes = stage.scopes.of(&self.sections.scopes);
        self.find_under_host(stage, scopes, first, port, path, best)
    }

    /// Whether what was found under an exact host comes before all that other hosts have.
    /// If not, it is ranked among that from here on.
    #[inline(always)]
    fn is_settled(&self, stage: &StageEntry, exact: u32, best: &mut Option<Found>) -> bool {
        let Some(found) = best else { return false };
        if stage.bars.len > 0 {
            found.rank = self.bar(stage, exact, found.rank);
            return found.rank == 0;
        }
        true
    }

    #[inline(never)]
    fn bar(&self, stage: &StageEntry, exact: u32, rank: u32) -> u32 {
        bar::common_before(stage.bars.of(&self.sections.bars), exact, rank)
    }

    /// Looks at the scopes of one host.
    #[inline(always)]
    fn find_under_host(
        &mut self,
        stage: &StageEntry,
        scopes: &[Scope],
        first: u32,
        port: Option<u16>,
        path: &[u8],
        best: &mut Option<Found>,
    ) -> Next {
        let mut at = first;
        while let Some(scope) = scopes.get(at as usize) {
            at = scope.next;
            // SPEC: `HostBinding::port`: the authority must state it.
            if !scope.takes_port(port) {
                continue;
            }
            if best.is_none_or(|best| scope.best < best.rank) {
                self.find_in_scope(scope, path, best);
            }
            // SPEC: Gateway API: hosts are an order, not an exclusive choice.
            // Envoy, VirtualHost: the most specific domain alone is consulted.
            if !stage.host_fallthrough {
                return Next::Stop;
            }
        }
        Next::Continue
    }

    /// Writes the path in ASCII lower case once, which keeps every offset.
    #[inline(never)]
    fn fold(&mut self, path: &[u8]) {
        let Hits {
            folded, is_folded, ..
        } = &mut *self.hits;
        if core::mem::replace(is_folded, true) {
            return;
        }
        folded.clear();
        // A path is never longer than the room; one that was would match in part only.
        if folded.capacity() >= path.len() {
            folded.extend(path.iter().map(u8::to_ascii_lowercase));
        }
    }

    #[inline(always)]
    fn find_in_scope(&mut self, scope: &Scope, path: &[u8], best: &mut Option<Found>) {
        let sections = self.sections;
        if scope.folded != NONE {
            self.fold(path);
        }
        let Hits {
            found,
            folded,
            live,
            ..
        } = &mut *self.hits;
        let walk = Walk {
            tries: &sections.segments,
            bytes: &sections.paths,
            text: &sections.text,
            trie: &scope.trie,
            path,
        };
        let mut list = walk.run(live, found);
        if scope.folded != NONE
            && let Some(trie) = sections.segments.folded.get(scope.folded as usize)
        {
            if list.len > 0 {
                note(found, PathHit::List(list));
            }
            let path = folded;
            list = Walk { trie, path, ..walk }.run(live, found);
        }
        // PERF: most paths come by one list alone.
        self.find_in_list(list, path, false, best);
        if !self.hits.found.is_empty() {
            self.find_in_others(path, best);
        }
    }

    /// Looks at what else a walk came by, the longest prefix first, and forgets it.
    #[inline(never)]
    fn find_in_others(&mut self, path: &[u8], best: &mut Option<Found>) {
        while let Some(hit) = self.hits.found.pop() {
            match hit {
                PathHit::List(list) => self.find_in_other(list, path, false, best),
                PathHit::Group(group) => self.find_in_group(group, path, best),
            }
        }
    }

    /// [`Search::find_in_list`] where it is seldom come by.
    #[inline(never)]
    fn find_in_other(
        &mut self,
        list: Range32,
        path: &[u8],
        is_path_known: bool,
        best: &mut Option<Found>,
    ) {
        self.find_in_list(list, path, is_path_known, best);
    }

    /// Tries the candidates of a group's patterns that take the path.
    fn find_in_group(&mut self, group: u32, path: &[u8], best: &mut Option<Found>) {
        let groups = &self.sections.path_groups;
        let Some(group) = groups.groups.get(group as usize) else {
            return;
        };
        if best.is_some_and(|best| best.rank <= group.best) {
            return;
        }
        for list in groups.taking(group, path) {
            self.find_in_other(list, path, true, best);
        }
    }

    /// Tries a list of candidates; where its pattern is known to take the path, that is
    /// not asked again.
    #[inline(always)]
    fn find_in_list(
        &mut self,
        list: Range32,
        path: &[u8],
        is_path_known: bool,
        best: &mut Option<Found>,
    ) {
        let sections = self.sections;
        if list.len > sections.lists.unindexed
            && let Some(index) = sections.lists.of(list)
        {
            return self.find_in_index(index, path, is_path_known, best);
        }
        let candidates = list.of(&sections.paths.candidates);
        let known = Known {
            path: is_path_known,
            predicates: false,
        };
        // Candidates first: a list that begins nowhere has no next position.
        for (&candidate, position) in candidates.iter().zip(list.start..) {
            if self.settles(position, candidate, path, known, best) {
                return;
            }
        }
    }

    /// Tries the candidates of a list that its index gives.
    #[inline(never)]
    fn find_in_index(
        &mut self,
        index: &ListIndex,
        path: &[u8],
        is_path_known: bool,
        best: &mut Option<Found>,
    ) {
        let sections = self.sections;
        let value = self.fields.value(sections, self.seen, index.slot);
        let group = value.map(|value| sections.lists.group(&sections.text, index, value));
        let rest = sections.lists.rest(index);
        for positions in [group.unwrap_or(&[]), rest] {
            for &member in positions {
                let position = member & !HOLDS;
                let candidate = sections.paths.candidates.get(position as usize);
                let Some(&candidate) = candidate else { return };
                let known = Known {
                    path: is_path_known,
                    predicates: member & HOLDS != 0,
                };
                if self.settles(position, candidate, path, known, best) {
                    break;
                }
            }
        }
    }

    /// Tries a candidate: whether those of its list that come after it cannot win, since
    /// it takes the request or is outranked.
    #[inline(always)]
    fn settles(
        &mut self,
        position: u32,
        candidate: Candidate,
        path: &[u8],
        known: Known,
        best: &mut Option<Found>,
    ) -> bool {
        if best.is_some_and(|best| best.rank <= candidate.rank) {
            return true;
        }
        let Some(entry) = self.sections.entries.get(&candidate) else {
            return false;
        };
        let takes = self.satisfies_besides(&entry)
            && (known.predicates || self.satisfies_program(&entry))
            && (known.path || self.takes_path(entry.common, path));
        if takes {
            *best = Some(Found {
                candidate: position,
                rank: candidate.rank,
            });
        }
        takes
    }

    /// Whether the request has the method and the flags that a match asks for.
    #[inline(always)]
    fn satisfies_besides(&mut self, entry: &Entry<'_>) -> bool {
        if entry.common.methods != 0 && entry.common.methods & self.method == 0 {
            return false;
        }
        let flags = entry.common.flags;
        flags & Entry::REQUEST_FLAGS == 0 || self.has_flags(flags)
    }

    /// Whether a match's predicates hold.
    #[inline(always)]
    fn satisfies_program(&mut self, entry: &Entry<'_>) -> bool {
        let (sections, program) = (self.sections, entry.predicates);
        program.len == 0
            || self
                .fields
                .program_holds(sections, self.seen, self.regex, program)
    }

    /// Whether the path satisfies what the place in the trie does not say.
    #[inline(always)]
    pub(crate) fn takes_path(&mut self, common: &Common, path: &[u8]) -> bool {
        common.flags & Entry::PATH_TEST == 0 || self.passes_path_test(common, path)
    }

    #[inline(never)]
    fn passes_path_test(&mut self, common: &Common, path: &[u8]) -> bool {
        let sections = self.sections;
        let path = match common.flags & Entry::RAW_PATH != 0 {
            true => raw_path(self.request).unwrap_or(&[]),
            false => path,
        };
        let test = sections.path_tests.get(common.path_test as usize);
        test.is_none_or(|test| test.holds(&sections.text, path))
            && (common.grpc == NONE || self.is_grpc_path(common.grpc, path))
            && (common.path_regex == NONE || self.matches_regex(common.path_regex, path))
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
