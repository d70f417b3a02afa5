//! Which backend a request goes to.

use fingerpost::model::{Action, Fact, HashKey, Rule, Target, WeightedTarget};
use fingerpost::{Outcome, Table};

use super::support::{Header, backend, drawn, get, leaves, outcome, table, to};

fn split(targets: Vec<WeightedTarget>) -> Rule {
    Rule::new(Action::Forward(targets))
}

fn header(name: &str) -> HashKey {
    HashKey::new(Fact::Header(name.into()))
}

/// XXH64 with seed 0 of "a" and of "abc".
const HASH_A: u64 = 0xd24e_c4f1_a98c_6e5b;
const HASH_ABC: u64 = 0x44bc_2cf5_ad77_0999;

#[test]
fn adv_wt_001_a_split_without_any_share_answers_500() {
    let table = table(vec![split(vec![to("a", 0), to("b", 0)])]);
    assert_eq!(leaves(&table, &get("/")), "respond 500 NoTarget");
}

#[test]
fn adv_wt_002_no_share_at_all_is_no_division_by_zero() {
    for targets in [vec![to("a", 0), to("b", 0)], vec![]] {
        let table = table(vec![split(targets)]);
        for draw in [0, 1, u64::MAX] {
            assert_eq!(drawn(&table, &get("/"), draw), None);
        }
    }
}

#[test]
fn adv_wt_005_every_draw_means_one_target_in_proportion() {
    let table = table(vec![split(vec![to("a", 1), to("b", 4_294_967_294)])]);
    let total = 4_294_967_295u128;
    // The draws of `a` are those that scale to 0: below 2^64 / total, rounded up.
    let first_of_b = (1u128 << 64).div_ceil(total) as u64;
    for (draw, want) in [
        (0, "a"),
        (1, "a"),
        (first_of_b - 1, "a"),
        (first_of_b, "b"),
        (u64::from(u32::MAX), "a"),
        (1 << 63, "b"),
        (u64::MAX, "b"),
    ] {
        assert_eq!(
            drawn(&table, &get("/"), draw).as_deref(),
            Some(want),
            "{draw}"
        );
    }
}

#[test]
fn adv_wt_006_zero_is_never_chosen_and_shares_are_even() {
    for order in [["a", "b", "c"], ["b", "a", "c"], ["c", "a", "b"]] {
        let weight = |name: &str| u32::from(name != "b");
        let targets = order.map(|name| to(name, weight(name))).to_vec();
        let table = table(vec![split(targets)]);
        let mut scratch = table.create_scratch();
        let request = get("/");
        let mut counts = [0u32; 3];
        let mut draw = 1u64;
        for _ in 0..100_000 {
            draw = draw
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let draws = fingerpost::Draws::fixed(draw);
            let decision = table.decide_with(&mut scratch, &request, draws);
            let name = decision.backend().unwrap().name.as_bytes()[0];
            counts[usize::from(name - b'a')] += 1;
        }
        assert_eq!(counts[1], 0);
        // Five sigma of a fair coin thrown 100,000 times.
        assert!(counts[0].abs_diff(counts[2]) < 2 * 791, "{counts:?}");
        for draw in [0, (1 << 63) - 1, 1 << 63, u64::MAX] {
            assert_ne!(drawn(&table, &request, draw).as_deref(), Some("b"));
        }
    }
}

#[test]
fn a_sticky_split_is_chosen_by_a_hash() {
    let mut rule = split(vec![to("a", 1), to("b", 1)]);
    rule.sticky = vec![header("x-user")];
    let table = table(vec![rule]);
    for (value, hash) in [(&b"a"[..], HASH_A), (b"abc", HASH_ABC)] {
        let want = if hash >> 63 == 1 { "b" } else { "a" };
        let headers: &[Header<'_>] = &[(b"X-User", value), (b"x-user", b"other")];
        let request = get("/").with_headers(headers);
        for draw in [0, u64::MAX] {
            assert_eq!(drawn(&table, &request, draw).as_deref(), Some(want));
        }
        table.decide(&request, |decision| {
            let stage = decision.stages().next().unwrap();
            assert!(stage.sticky);
            assert_eq!(stage.draw, None);
        });
    }
    // Without what is hashed, chance chooses.
    assert_eq!(drawn(&table, &get("/"), 0).as_deref(), Some("a"));
    assert_eq!(drawn(&table, &get("/"), u64::MAX).as_deref(), Some("b"));
    table.decide(&get("/"), |decision| {
        assert!(!decision.stages().next().unwrap().sticky);
    });
}

#[test]
fn a_sticky_split_can_be_by_cookie_address_or_attribute() {
    let keys = [
        Fact::Cookie("sid".into()),
        Fact::SourceIp,
        Fact::Attribute("jwt.sub".into()),
        Fact::Query("sid".into()),
    ];
    for fact in keys {
        let mut rule = split(vec![to("a", 1), to("b", 1)]);
        rule.sticky = vec![HashKey::new(fact.clone())];
        let table = table(vec![rule]);
        let headers: &[Header<'_>] = &[(b"cookie", b"sid=abc")];
        let request = get("/?sid=abc")
            .with_headers(headers)
            .with_source_ip("10.0.0.1".parse().unwrap())
            .with_attributes(&[("jwt.sub", b"abc")]);
        assert_eq!(
            drawn(&table, &request, 0),
            drawn(&table, &request, u64::MAX),
            "{fact:?}"
        );
        assert_ne!(
            drawn(&table, &get("/"), 0),
            drawn(&table, &get("/"), u64::MAX)
        );
    }
}

#[test]
fn a_hash_is_combined_of_the_keys_that_there_are() {
    let hash = |keys: Vec<HashKey>, headers: &[Header<'_>]| {
        let mut rule = split(vec![to("a", 1)]);
        rule.hash = keys;
        let table = table(vec![rule]);
        table.decide(&get("/").with_headers(headers), |decision| decision.hash())
    };
    let both: &[Header<'_>] = &[(b"x", b"a"), (b"y", b"abc")];
    assert_eq!(hash(vec![header("x")], both), Some(HASH_A));
    assert_eq!(
        hash(vec![header("x"), header("y")], both),
        Some(HASH_A.rotate_left(1) ^ HASH_ABC)
    );
    assert_eq!(
        hash(vec![header("none"), header("y")], both),
        Some(HASH_ABC)
    );
    assert_eq!(hash(vec![header("none")], both), None);
    assert_eq!(hash(vec![], both), None);
    let terminal = HashKey {
        terminal: true,
        ..header("x")
    };
    assert_eq!(
        hash(vec![terminal.clone(), header("y")], both),
        Some(HASH_A)
    );
    let y: &[Header<'_>] = &[(b"y", b"abc")];
    assert_eq!(hash(vec![terminal, header("y")], y), Some(HASH_ABC));
}

#[test]
fn a_failover_list_travels_with_the_target_that_is_chosen() {
    let mut first = to("a", 1);
    first.failover = vec![backend("b"), backend("c")];
    let table = table(vec![split(vec![first, to("d", 1)])]);
    table.decide(&get("/"), |decision| {
        let names: Vec<_> = decision.failover().map(|backend| backend.name).collect();
        assert_eq!(names, ["b", "c"]);
    });
    let mut scratch = table.create_scratch();
    let request = get("/");
    let decision = table.decide_with(&mut scratch, &request, fingerpost::Draws::fixed(u64::MAX));
    assert_eq!(decision.failover().count(), 0);
}

fn named_by(fact: Fact) -> Table {
    let target = Target::FromRequest {
        kind: "cluster".into(),
        fact,
        status: 503,
    };
    table(vec![split(vec![WeightedTarget::new(target, 1)])])
}

#[test]
fn adv_rw_011_a_backend_that_the_request_names_is_flagged_and_sound() {
    let table = named_by(Fact::Header("x-cluster".into()));
    let with = |headers: &[Header<'_>]| {
        table.decide(&get("/").with_headers(headers), |decision| {
            match decision.outcome() {
                Outcome::Forward => {
                    assert!(decision.is_backend_from_request());
                    let backend = decision.backend().unwrap();
                    assert_eq!(backend.kind, "cluster");
                    backend.name.to_string()
                }
                _ => outcome(&decision),
            }
        })
    };
    assert_eq!(
        with(&[(b"X-Cluster", b"one"), (b"x-cluster", b"two")]),
        "one"
    );
    assert_eq!(with(&[]), "respond 503 InvalidTarget");
    for value in [&b""[..], b"\xff", b"a\tb", b"a\x7f", "a\u{85}".as_bytes()] {
        assert_eq!(
            with(&[(b"x-cluster", value)]),
            "respond 503 InvalidTarget",
            "{value:?}"
        );
    }
    let long = vec![b'a'; 1 << 20];
    assert_eq!(
        with(&[(b"x-cluster", &long)]),
        "respond 500 RenderedTooLong"
    );
    let headers: &[Header<'_>] = &[(b"x-cluster", b"a\r\nb")];
    table.decide(&get("/").with_headers(headers), |decision| {
        assert_ne!(decision.outcome(), Outcome::Forward);
        assert_eq!(decision.backend(), None);
    });
}

#[test]
fn a_split_shows_the_target_that_the_request_names() {
    let target = Target::FromRequest {
        kind: "cluster".into(),
        fact: Fact::Query("to".into()),
        status: 404,
    };
    let rule = split(vec![to("a", 1), WeightedTarget::new(target, 1)]);
    let table = table(vec![rule]);
    let mut scratch = table.create_scratch();
    let request = get("/?to=b");
    let decision = table.decide_with(&mut scratch, &request, fingerpost::Draws::fixed(u64::MAX));
    let targets: Vec<_> = decision.backends().collect();
    assert!(targets[1].from_request && targets[1].chosen);
    assert_eq!(targets[1].backend.unwrap().name, "b");
    let decision = table.decide_with(&mut scratch, &request, fingerpost::Draws::fixed(0));
    let targets: Vec<_> = decision.backends().collect();
    assert!(targets[1].from_request && targets[1].backend.is_none());
    assert!(!decision.is_backend_from_request());
}
