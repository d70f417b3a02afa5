//! A part of every small table and request; `src/bin/small_scope.rs` goes through
//! all of them.

use fingerpost_tests::small_scope::{Share, Tally, paths, predicates};

const SHARE: Share = Share {
    shard: 0,
    shards: 1,
    comparisons: 250_000,
};

fn assert_alike(tally: &Tally) {
    if let Some(difference) = &tally.first {
        panic!("{} differences\n{difference}", tally.differences);
    }
    assert!(tally.comparisons >= SHARE.comparisons, "{tally:?}");
}

#[test]
fn small_tables_find_the_oracles_rule_for_every_short_path() {
    assert_alike(&paths::Scope::every(4).run(SHARE));
}

#[test]
fn pairs_of_predicates_hold_as_the_oracle_says_for_every_short_list() {
    assert_alike(&predicates::Scope::every(7).run(SHARE));
}
