//! Spaces: the candidates of a stage that are ranked among each other.
//!
//! A request meets the candidates of one exact host and of hosts that take more than one,
//! the common hosts; those of two exact hosts never meet. So each exact host has its own
//! ranks, over all of its places, and the common hosts have theirs together: what changes
//! under one exact host leaves the ranks of all others as they are. See `table/bar.rs` for
//! how the two are compared.

use alloc::vec::Vec;

use super::numbers::Numbers;
use crate::model::HostMatch;
use crate::table::bar::Bar;

/// The spaces of a stage. Those of exact hosts have the number of the host's first place;
/// the one of the common hosts comes last.
pub(crate) struct Spaces {
    /// The space of each place.
    of_place: Vec<u32>,
    common: u32,
    /// By space, in order: the places that its candidates have in the whole stage.
    orders: Numbers,
}

impl Spaces {
    /// The spaces of a stage with these hosts, one for each place, each with its first
    /// place; `ranked` are the places of all candidates, best first.
    pub(crate) fn new<'h>(
        hosts: impl ExactSizeIterator<Item = (&'h HostMatch, u32)>,
        ranked: impl Iterator<Item = u32> + Clone,
    ) -> Self {
        let common = hosts.len() as u32;
        let space = |(host, first): (&HostMatch, u32)| match host {
            HostMatch::Exact(_) => first,
            _ => common,
        };
        let of_place: Vec<u32> = hosts.map(space).collect();
        let of = |place: u32| of_place.get(place as usize).copied().unwrap_or(common);
        let orders = Numbers::new(common as usize + 1, ranked.map(of));
        Self {
            of_place,
            common,
            orders,
        }
    }

    /// The candidates that are ranked together with those of a place, by rank: each as its
    /// place in the whole stage.
    pub(crate) fn around(&self, place: u32) -> &[u32] {
        let space = self.of_place.get(place as usize).copied();
        self.orders.of(space.unwrap_or(self.common))
    }

    /// The rank of each candidate, by its place in the whole stage.
    pub(crate) fn ranks(&self) -> Vec<u32> {
        let mut ranks = alloc::vec![0; self.orders.len()];
        for space in 0..=self.common {
            for (rank, &order) in (0..).zip(self.orders.of(space)) {
                if let Some(slot) = ranks.get_mut(order as usize) {
                    *slot = rank;
                }
            }
        }
        ranks
    }

    /// The bars of exact hosts, whose first scopes these are: a scope has the number of
    /// its place.
    pub(crate) fn bars(&self, scopes: &[u32]) -> Vec<Bar> {
        let common = self.orders.of(self.common);
        let mut bars = Vec::new();
        for &scope in scopes {
            let mut before = 0;
            for (rank, order) in (0..).zip(self.around(scope)) {
                let now = common.partition_point(|other| other < order) as u32;
                if core::mem::replace(&mut before, now) != now {
                    bars.push(Bar {
                        scope,
                        rank,
                        common: now,
                    });
                }
            }
        }
        bars
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_hosts_are_ranked_by_themselves_and_the_others_together() {
        let exact = |name: &str| HostMatch::Exact(name.into());
        // The first host's places are 0 and 3: it is there with a port as well.
        let hosts = [
            (exact("a"), 0),
            (HostMatch::Any, 1),
            (exact("b"), 2),
            (exact("a"), 0),
            (HostMatch::Wildcard("x".into()), 4),
        ];
        let hosts = hosts.iter().map(|(host, first)| (host, *first));
        let ranked = [0, 1, 3, 2, 4, 0, 0, 2, 1];
        let spaces = Spaces::new(hosts, ranked.into_iter());
        assert_eq!(spaces.ranks(), [0, 0, 1, 0, 1, 2, 3, 1, 2]);
        assert_eq!(spaces.around(3), [0, 2, 5, 6]);
        assert_eq!(spaces.around(1), [1, 4, 8]);
        let bar = |scope, rank, common| Bar {
            scope,
            rank,
            common,
        };
        // The scope with the port comes first.
        let bars = spaces.bars(&[2, 3]);
        let expected = [bar(2, 0, 1), bar(2, 1, 2), bar(3, 1, 1), bar(3, 2, 2)];
        assert_eq!(bars, expected);
    }
}
