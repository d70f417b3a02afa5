//! Every limit of a table, in one place.

/// Limits on what is compiled, and on what a compiled table takes.
///
/// All are on by default: tables are written by people who are trusted to route,
/// not to exhaust a proxy. Raise one by setting the field.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of a regular expression's text. Default 4,096.
    pub regex_pattern: usize,
    /// Bytes of one regular expression's compiled program. Default 64 KiB.
    pub regex_program: usize,
    /// Bytes of the programs of all regular expressions, globs and templates of a
    /// table; what crosses it is refused. Default 64 MiB.
    pub regex_programs: usize,
    /// Bytes of one expression's dense automaton; above it, a slower engine that
    /// needs less memory is used. Default 256 KiB.
    pub regex_automaton: usize,
    /// Bytes of all dense automata of a table, given up ones at their budget; above
    /// it, the slower engine is used. Default 64 MiB.
    pub regex_automata: usize,
    /// Bytes of a host's regular expression as a dense automaton, the only engine that
    /// hosts have; one above it is refused. Default 256 KiB.
    pub host_automaton: usize,
    /// Bytes of all hosts' regular expressions of a table, given up ones at their budget;
    /// the host that crosses it is refused. Default 64 MiB.
    pub host_automata: usize,
    /// Patterns at one path node that are tried one by one; more share automata that
    /// find all of them in one pass. Default 4.
    pub ungrouped_patterns: u32,
    /// Nodes of the path trie that one path may come by where both a text and a hole of
    /// templates fit its segments. A trie in which it could be more is compiled into one
    /// in which every path follows one way, as far as that stays small. Where a path can
    /// come by more nodes or lists of rules all the same, that is reported as
    /// [`TOO_MANY_WAYS`](crate::diagnostic::codes::compile::TOO_MANY_WAYS). Changes no
    /// decision. Default 128.
    pub path_steps: u32,
    /// Bytes of the automaton that patterns at one path node share; patterns that do
    /// not fit into one are split over several, and one by one. Counts toward
    /// `regex_automata`. Default 2 MiB.
    pub group_automaton: usize,
    /// Groups of a regular expression that captures are read from, the whole match
    /// not counted, and named holes of a template. Default 32.
    pub captures: u32,
    /// Stars and holes of a glob or template. Default 32.
    pub pattern_holes: u32,
    /// Bytes of what the groups of one path took; a request with more is refused.
    /// Default 256 KiB.
    pub captured: u32,
    /// Weight of a table's candidates: each match under each host of its route weighs one,
    /// and one more for every eight segments of its path, whose nodes take memory as
    /// well. [`Stats::candidates`](crate::Stats::candidates) counts each once, so it is
    /// at most this. A route that would cross it is left out of its stage. Default
    /// 4,000,000.
    pub candidates: usize,
    /// Candidates of one path node that are tried in turn; a longer list is indexed
    /// by the fact that tells its rules apart, where one does. At least 1. Default 8.
    pub unindexed_candidates: u32,
    /// Steps of one match's predicates: about one for each test that it asks. A match
    /// with more answers 500, under as many as fit. Default 4,096.
    pub predicate_steps: u32,
    /// Tests of one fact that are asked one by one; where there are more, an automaton
    /// answers them together. 0 always makes one, `u32::MAX` never. Changes no
    /// decision. Default 8.
    pub direct_tests: u32,
    /// Bytes of one fact's automaton; the tests that do not fit are asked one by one.
    /// Default 2 MiB.
    pub automaton: usize,
    /// Bytes of all facts' automata of a table, given up ones at their budget; above
    /// it, tests are asked one by one. Default 64 MiB.
    pub automata: usize,
    /// Bytes of a rewrite's or redirect's replacement path. Default 8,192.
    pub replacement: usize,
    /// Bytes of a request's target; a longer one is refused. Default 64 KiB.
    pub request_target: u32,
    /// Bytes of the joined values of repeated headers that rules ask for, and as many
    /// of repeated parameters, cookies and attributes; a request with more is refused.
    /// Default 64 KiB.
    pub repeated_header: u32,
    /// Header and query edits of one rule's filters, and of one target's. Default 256.
    pub header_edits: usize,
    /// Targets of one rule. Default 1,024.
    pub targets: usize,
    /// Mirrors of one rule's filters, and of one target's. Default 64.
    pub mirrors: usize,
    /// Bytes of one rule's metadata, with that of its targets: names and texts.
    /// Default 64 KiB.
    pub metadata: usize,
    /// Holes of one format. Default 64.
    pub format_holes: usize,
    /// Holes of all formats of one rule's filters, and of one target's: each may look
    /// through the whole request. Default 512.
    pub rule_holes: usize,
    /// Bytes that the formats of one decision fill in and that its patterns replace,
    /// together; a request that needs more is answered with 500. Default 64 KiB.
    pub rendered: u32,
    /// Places of one text that are replaced where finding one may read all that
    /// follows, as with `a.*z|a`; a request with more is answered with 500. Patterns
    /// that read at most 32 bytes beyond what they find have no such limit. Default 16.
    pub searched_places: u32,
    /// Headers of a request; one with more is refused. Default `u32::MAX`, which no
    /// request reaches: what reads requests off the wire has a limit of its own.
    pub request_headers: u32,
    /// Parameters of a request's query, empty ones not counted; a request with more is
    /// refused. Default `u32::MAX`.
    pub request_parameters: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            regex_pattern: 4 << 10,
            regex_program: 64 << 10,
            regex_programs: 64 << 20,
            regex_automaton: 256 << 10,
            regex_automata: 64 << 20,
            host_automaton: 256 << 10,
            host_automata: 64 << 20,
            ungrouped_patterns: 4,
            path_steps: 128,
            group_automaton: 2 << 20,
            captures: 32,
            pattern_holes: 32,
            captured: 256 << 10,
            candidates: 4_000_000,
            unindexed_candidates: 8,
            predicate_steps: 4 << 10,
            direct_tests: 8,
            automaton: 2 << 20,
            automata: 64 << 20,
            replacement: 8 << 10,
            request_target: 64 << 10,
            repeated_header: 64 << 10,
            header_edits: 256,
            targets: 1_024,
            mirrors: 64,
            metadata: 64 << 10,
            format_holes: 64,
            rule_holes: 512,
            rendered: 64 << 10,
            searched_places: 16,
            request_headers: u32::MAX,
            request_parameters: u32::MAX,
        }
    }
}

/// Most different method names in a table: each is a bit of a word.
pub const MAX_METHODS: usize = 63;
