//! Weights, mirrors and origins at the edge of their ranges.

use std::collections::BTreeMap;

use fingerpost::model::{Action, CorsOrigin, CorsPolicy, Filter, Mirror, Rule, ValueMatch};
use fingerpost::{Draws, Request, Table};
use fingerpost_tests::build::{backend, filtered, weighted};

use crate::asked::get;
use crate::table::{first_match, table};

fn shares(shares: &[(&str, u32)]) -> Table {
    let targets = shares.iter().map(|&(name, weight)| weighted(name, weight));
    let rule = Rule::new(Action::Forward(targets.collect()));
    table(&first_match(vec![("r", rule)]))
}

#[test]
fn adv_wt_005_a_share_of_one_is_one_share() {
    const SUM: u128 = u32::MAX as u128;
    let table = shares(&[("a", 1), ("b", u32::MAX - 1)]);
    let drawn = |draw: u64| get("/").draw(draw).ask(&table).backend;
    // A draw is scaled to the sum, `draw * sum / 2^64`: a remainder would prefer low
    // numbers. So the first share has the draws below 2^64 / sum, rounded up.
    let first = ((1_u128 << 64).div_ceil(SUM)) as u64;
    assert_eq!(first, 4_294_967_298);
    for draw in [
        0,
        1,
        u64::from(u32::MAX) - 1,
        u64::from(u32::MAX),
        first - 1,
    ] {
        assert_eq!(drawn(draw), "a", "{draw}");
    }
    for draw in [first, first + 1, 1 << 63, u64::MAX] {
        assert_eq!(drawn(draw), "b", "{draw}");
    }
}

#[test]
fn adv_wt_006_a_share_of_nothing_is_never_drawn() {
    const PICKS: u64 = 100_000;
    let counts = |order: &[(&str, u32)]| {
        let table = shares(order);
        let mut scratch = table.create_scratch();
        let request = Request::new(b"GET", b"/");
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        let mut state = 0_u64;
        for _ in 0..PICKS {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let draw = Draws::fixed(mixed ^ (mixed >> 27));
            let decision = table.decide_with(&mut scratch, &request, draw);
            let name = decision.backend().map(|backend| backend.name.to_string());
            *counts.entry(name.unwrap_or_default()).or_default() += 1;
        }
        for draw in [
            0,
            1,
            (1 << 63) - 1,
            1 << 63,
            (1 << 63) + 1,
            u64::MAX - 1,
            u64::MAX,
        ] {
            assert_ne!(get("/").draw(draw).ask(&table).backend, "b", "{draw}");
        }
        counts
    };
    // Five standard deviations of a fair coin.
    let off = |count: u64| count.abs_diff(PICKS / 2) as f64 / (PICKS as f64 / 4.0).sqrt();
    for order in [
        [("a", 1), ("b", 0), ("c", 1)],
        [("b", 0), ("c", 1), ("a", 1)],
        [("c", 1), ("a", 1), ("b", 0)],
    ] {
        let counts = counts(&order);
        assert_eq!(counts.keys().collect::<Vec<_>>(), ["a", "c"]);
        assert!(counts.values().all(|&count| off(count) < 5.0), "{counts:?}");
    }
}

#[test]
fn adv_po_005_an_origin_matches_as_a_whole() {
    let pattern = ValueMatch::Regex(r"https://.*\.example\.com".into());
    let policy = CorsPolicy {
        allow_origins: vec![CorsOrigin::Value(pattern)],
        ..CorsPolicy::default()
    };
    let rule = filtered("app", vec![], vec![Filter::Cors(policy)]);
    let table = table(&first_match(vec![("r", rule)]));
    let allowed = |origins: &[&str]| {
        let headers: Vec<(&[u8], &[u8])> = origins
            .iter()
            .map(|origin| (b"Origin".as_slice(), origin.as_bytes()))
            .collect();
        let request = Request::new(b"GET", b"/").with_headers(&headers);
        let mut scratch = table.create_scratch();
        let decision = table.decide_with(&mut scratch, &request, Draws::fixed(0));
        decision.cors_headers().count() > 0
    };
    assert!(allowed(&["https://a.example.com"]));
    assert!(!allowed(&["https://evil.com"]));
    assert!(!allowed(&["https://a.example.com.evil.com"]));
    assert!(!allowed(&["xhttps://a.example.com"]));
    assert!(!allowed(&["https://aXexample.com"]));
    assert!(!allowed(&["null"]));
    assert!(!allowed(&[""]));
    assert!(!allowed(&[]));
    // `evil.com/.example.com` has a path, which no origin has.
    assert!(!allowed(&["https://evil.com/.example.com"]));
    assert!(!allowed(&["https://a.example.com", "https://evil.com"]));
    assert!(!allowed(&[
        "https://a.example.com",
        "https://a.example.com"
    ]));
}

#[test]
fn adv_po_006_a_mirror_of_no_share_is_never_drawn() {
    let selected = |numerator: u32, draw: u64| {
        let mirror = Filter::Mirror(Mirror {
            target: Ok(backend("shadow")),
            numerator,
            denominator: 100,
        });
        // A mirror to where the request goes is a copy like others.
        let own = Filter::Mirror(Mirror {
            target: Ok(backend("app")),
            numerator,
            denominator: 100,
        });
        let rule = filtered("app", vec![], vec![mirror, own]);
        let table = table(&first_match(vec![("r", rule)]));
        let request = Request::new(b"GET", b"/");
        let mut scratch = table.create_scratch();
        let decision = table.decide_with(&mut scratch, &request, Draws::fixed(draw));
        decision
            .mirrors()
            .map(|mirror| mirror.selected)
            .collect::<Vec<_>>()
    };
    for draw in [0, 1, 1 << 63, u64::MAX] {
        assert!(!selected(0, draw).contains(&true), "{draw}");
        assert_eq!(selected(100, draw), [true, true], "{draw}");
    }
    assert_eq!(selected(50, 0), [true, true]);
    assert_eq!(selected(50, u64::MAX), [false, false]);
}
