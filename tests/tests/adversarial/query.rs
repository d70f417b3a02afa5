//! Queries that hide a parameter from one reader and show it to another.

use std::fmt::Write;

use fingerpost::compile::limits::Limits;
use fingerpost::model::{Normalization, RouteMatch, ValueMatch};
use fingerpost_tests::build::{With, exact};

use crate::asked::get;
use crate::counting;
use crate::table::{deny, first_match, guarded, is, on, open, table, table_within};

/// A request target that holds a megabyte.
fn long_targets() -> Limits {
    let mut limits = Limits::default();
    limits.request_target = 2 << 20;
    limits
}

fn query(name: &str, value: ValueMatch) -> RouteMatch {
    RouteMatch::default().query(name, value)
}

#[test]
fn adv_qy_002_an_unparsable_pair_hides_no_later_one() {
    let table = table(&guarded(query("admin", ValueMatch::Present)));
    for pairs in [
        "a=%zz;&admin=1",
        "%zz=%&admin",
        "&&=;=&admin=1",
        "%=%0&admin=",
    ] {
        assert_eq!(get(format!("/?{pairs}")).answer(&table), "deny", "{pairs}");
    }
    assert_eq!(get("/?a=%zz;").answer(&table), "open");
    assert_eq!(get("/?a=%zz;admin=1").answer(&table), "open");
}

#[test]
fn adv_qy_003_no_number_of_parameters_hides_the_last() {
    let set = guarded(query("hidden", is("y")));
    let table = table_within(long_targets(), &set);
    let mut target = String::from("/?");
    for nth in 1..=10_000 {
        let _ = write!(target, "a{nth}=x&");
    }
    assert_eq!(get(format!("{target}hidden=y")).answer(&table), "deny");
    assert_eq!(get(format!("{target}hidden=n")).answer(&table), "open");

    // A limit that is set refuses what is over it, rather than reading less.
    let mut limits = long_targets();
    limits.request_parameters = 10_000;
    let limited = table_within(limits, &set);
    let refused = get(format!("{target}hidden=y")).answer(&limited);
    assert_eq!(refused, "reject:TooManyParameters");
    assert_eq!(get("/?hidden=y").answer(&limited), "deny");
}

#[test]
fn adv_qy_005_every_query_has_one_reading() {
    let one = |name: &str, value: &str| on(query(name, is(value)));
    let table = table(&first_match(vec![
        ("nameless", one("", "1")),
        ("bare", one("admin", "")),
        ("equals", one("admin", "=1")),
        ("one", one("admin", "1")),
        ("question", one("admin", "1?admin=2")),
        ("other", on(query("admin", ValueMatch::Present))),
        ("open", open()),
    ]));
    for (target, route) in [
        ("/", "open"),
        ("/?", "open"),
        ("/?&", "open"),
        ("/?=1", "nameless"),
        ("/?&&&", "open"),
        ("/?admin", "bare"),
        ("/?admin=", "bare"),
        ("/?admin==1", "equals"),
        ("/?admin=1", "one"),
        ("/?admin=1#x", "one"),
        ("/?admin=1?admin=2", "question"),
        ("/?admin=2", "other"),
        // The first parameter of a name is the one that counts.
        ("/?admin=1&admin=2", "one"),
        ("/?x=admin&=1", "nameless"),
    ] {
        assert_eq!(get(target).answer(&table), route, "{target}");
    }
}

#[test]
fn adv_qy_006_a_query_takes_no_part_in_the_path() {
    let mut set = first_match(vec![
        ("e", on(exact("/a"))),
        ("b", on(exact("/a/b"))),
        ("c", deny(exact("/c"))),
        ("rest", open()),
    ]);
    set.gateways[0].normalization = Normalization::DECODE_AND_MERGE;
    let table = table(&set);
    for (target, route) in [
        ("/a?b=/../c", "e"),
        ("/a?/../c", "e"),
        ("/a/b?a=///c", "b"),
        ("/a/b?a=%2F..%2F", "b"),
    ] {
        let seen = get(target).ask(&table);
        assert_eq!(
            (seen.word().as_str(), seen.target.as_str()),
            (route, target)
        );
    }
    assert_eq!(get("/a/../c").answer(&table), "c");
}

#[test]
fn adv_qy_008_half_a_million_parameters_take_no_memory() {
    let mut routes = Vec::new();
    let names: Vec<String> = (0..100).map(|nth| format!("p{nth}")).collect();
    for name in &names {
        routes.push((name.as_str(), on(query(name, is("wanted")))));
    }
    routes.push(("open", open()));
    let table = table_within(long_targets(), &first_match(routes));
    let mut scratch = table.create_scratch();

    let many = "a&".repeat(500_000);
    let found = format!("/?{many}p99=wanted");
    let missed = format!("/?{many}p99=other");
    assert!(many.len() >= 1_000_000);
    for (target, route) in [(&found, "p99"), (&missed, "open")] {
        let request = fingerpost::Request::new(b"GET", target.as_bytes());
        let before = counting::calls();
        let decision = table.decide_with(&mut scratch, &request, fingerpost::Draws::fixed(0));
        let won = decision.stages().last().map(|stage| stage.route.name);
        assert_eq!(counting::calls(), before, "{route}");
        assert_eq!(won, Some(route));
    }
}
