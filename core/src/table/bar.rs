//! Bars: what is found under an exact host, among the candidates of common hosts.
//!
//! Ranks are numbers among candidates that can meet: those of one exact host, whatever
//! port they ask for, and those of all *common* hosts, each of which takes more hosts
//! than one. A request is looked for under its exact host first. Where something is found
//! there, the search goes on among the common hosts only for what comes before it, and
//! its bar says how many do: the common candidates of lower ranks than that.
//!
//! Most presets put an exact host before all others. Then there are no bars, and what is
//! found under the exact host wins.
//!
//! # Invariant
//!
//! The bars of a stage are sorted by scope and rank. The bars of one host ascend; before
//! the first of them nothing comes.

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// How many common candidates come before those of an exact host.
#[derive(Clone, Copy, Debug, Eq, PartialEq, FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
pub(crate) struct Bar {
    /// The host's first scope, as the stage's host index gives it.
    pub(crate) scope: u32,
    /// The lowest of the ranks that it is for; the host's next bar has those after.
    pub(crate) rank: u32,
    pub(crate) common: u32,
}

/// How many common candidates come before the one of this rank, of the exact host whose
/// first scope this is; `bars` are the stage's.
pub(crate) fn common_before(bars: &[Bar], scope: u32, rank: u32) -> u32 {
    let end = bars.partition_point(|bar| (bar.scope, bar.rank) <= (scope, rank));
    match end.checked_sub(1).and_then(|last| bars.get(last)) {
        Some(bar) if bar.scope == scope => bar.common,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_for_its_ranks_of_its_host_alone() {
        let bar = |scope, rank, common| Bar {
            scope,
            rank,
            common,
        };
        let bars = [bar(1, 0, 2), bar(1, 3, 7), bar(4, 2, 5)];
        let before = |scope| [0, 1, 2, 3, 9].map(|rank| common_before(&bars, scope, rank));
        assert_eq!(before(0), [0; 5]);
        assert_eq!(before(1), [2, 2, 2, 7, 7]);
        assert_eq!(before(3), [0; 5]);
        assert_eq!(before(4), [0, 0, 5, 5, 5]);
        assert_eq!(before(5), [0; 5]);
        assert_eq!(common_before(&[], 1, 0), 0);
    }
}
