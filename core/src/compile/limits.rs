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
    /// Bytes of one regular expression's compiled program. Default 256 KiB.
    pub regex_program: usize,
    /// Bytes of one expression's dense automaton; above it, a slower engine that
    /// needs less memory is used. Default 256 KiB.
    pub regex_automaton: usize,
    /// Bytes of all dense automata of a table, given up ones at their budget; above
    /// it, the slower engine is used. Default 64 MiB.
    pub regex_automata: usize,
    /// Candidates of one path node that are tried in turn; a longer list is indexed
    /// by the header or query parameter that tells its rules apart, where one does.
    /// At least 1. Default 16.
    pub unindexed_candidates: u32,
    /// Bytes of a rewrite's or redirect's replacement path. Default 8,192.
    pub replacement: usize,
    /// Bytes of a request's target; a longer one is refused. Default 64 KiB.
    pub request_target: u32,
    /// Bytes of the joined values of a repeated header that a rule asks for; more
    /// are refused. Default 64 KiB.
    pub repeated_header: u32,
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
            regex_program: 256 << 10,
            regex_automaton: 256 << 10,
            regex_automata: 64 << 20,
            unindexed_candidates: 16,
            replacement: 8 << 10,
            request_target: 64 << 10,
            repeated_header: 64 << 10,
            request_headers: u32::MAX,
            request_parameters: u32::MAX,
        }
    }
}

/// Most different method names in a table: each is a bit of a word.
pub const MAX_METHODS: usize = 63;
