//! Many headers, long headers, and names chosen to collide.
//!
//! That work grows with the input and not faster is measured in instructions by
//! `cargo xtask test --only linear`; here, that the answer stays right and that
//! nothing is allocated.

use fingerpost::model::{RouteMatch, ValueMatch};
use fingerpost::{Draws, Request, Table};
use fingerpost_tests::build::With;

use crate::counting;
use crate::table::{first_match, is, on, open, table};

fn header(name: &str, value: ValueMatch) -> RouteMatch {
    RouteMatch::default().header(name, value)
}

/// The route that wins, which must not take an allocation.
fn won(table: &Table, headers: &[(&[u8], &[u8])]) -> String {
    let mut scratch = table.create_scratch();
    let request = Request::new(b"GET", b"/").with_headers(headers);
    let before = counting::calls();
    let decision = table.decide_with(&mut scratch, &request, Draws::fixed(0));
    let route = decision.stages().last().map(|stage| stage.route.name);
    assert_eq!(counting::calls(), before, "{} headers", headers.len());
    route.unwrap_or_default().to_string()
}

#[test]
fn adv_hl_001_any_number_of_headers_is_read_whole() {
    let names: Vec<String> = (0..1_000).map(|nth| format!("x-{nth}")).collect();
    let mut routes: Vec<_> = names
        .iter()
        .map(|name| (name.as_str(), on(header(name, is("1")))))
        .collect();
    routes.push(("rest", open()));
    let table = table(&first_match(routes));
    for count in [1, 1_000, 10_000, 100_000] {
        let others: Vec<String> = (0..count).map(|nth| format!("y-{nth}")).collect();
        let mut headers: Vec<(&[u8], &[u8])> = others
            .iter()
            .map(|name| (name.as_bytes(), b"1".as_slice()))
            .collect();
        assert_eq!(won(&table, &headers), "rest", "{count}");
        headers.push((b"X-999", b"1"));
        assert_eq!(won(&table, &headers), "x-999", "{count}");
    }
}

/// The 64-bit FNV-1a hash.
fn fnv(text: &[u8]) -> u64 {
    let step = |hash: u64, &byte: &u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    text.iter().fold(0xcbf2_9ce4_8422_2325, step)
}

#[test]
fn adv_hl_004_names_that_collide_are_told_apart() {
    let names: Vec<String> = (0..4_096).map(|nth| format!("x-{nth:04}")).collect();
    let mut routes: Vec<_> = names
        .iter()
        .map(|name| (name.as_str(), on(header(name, is("1")))))
        .collect();
    routes.push(("rest", open()));
    let table = table(&first_match(routes));

    // Names that fall into the same 4,096 buckets by the hash's low bits as a name of
    // the table does: what an attacker who knows a plain hash would send.
    let bucket = |text: &[u8]| fnv(text) & 0xFFF;
    let wanted = bucket(b"x-0000");
    let colliding: Vec<String> = (0_u32..)
        .map(|nth| format!("y{nth:x}"))
        .filter(|name| bucket(name.as_bytes()) == wanted)
        .take(1_024)
        .collect();
    let mut headers: Vec<(&[u8], &[u8])> = colliding
        .iter()
        .map(|name| (name.as_bytes(), b"1".as_slice()))
        .collect();
    assert_eq!(won(&table, &headers), "rest");
    headers.push((b"x-4095", b"1"));
    assert_eq!(won(&table, &headers), "x-4095");
    headers.push((b"X-0000", b"1"));
    assert_eq!(won(&table, &headers), "x-0000");
}

#[test]
fn adv_hl_005_a_long_value_is_tested_where_it_lies() {
    let middle = "b".repeat(1 << 20);
    let value = format!("a{middle}c");
    let tests = [
        ("exact", is(&value[..1_000])),
        ("prefix", ValueMatch::Prefix("ac".into())),
        ("suffix", ValueMatch::Suffix("ac".into())),
        ("contains", ValueMatch::Contains("bcb".into())),
        ("regex", ValueMatch::Regex("a[bx]*d".into())),
        ("found", ValueMatch::RegexSearch("b{3}c$".into())),
        ("rest", ValueMatch::Present),
    ];
    let routes = tests.map(|(name, test)| (name, on(header("x", test))));
    let table = table(&first_match(routes.to_vec()));
    assert_eq!(won(&table, &[(b"x", value.as_bytes())]), "found");
    for (value, route) in [
        (value[..1_000].to_string(), "exact"),
        (format!("a{}", &value[value.len() - 1..]), "prefix"),
        (format!("{middle}ac"), "suffix"),
        (format!("{middle}cb"), "contains"),
        (format!("a{middle}d"), "regex"),
        (format!("{middle}d"), "rest"),
    ] {
        assert_eq!(won(&table, &[(b"x", value.as_bytes())]), route);
    }
}
