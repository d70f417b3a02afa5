//! Snapshots: what is written is what is read, and what is not what was written is
//! refused.

#![cfg(feature = "compile")]

use fingerpost::builder::{Route, Routes, any, matching, segments};
use fingerpost::model::PathMatch;
use fingerpost::{Draws, Request, SnapshotError, Table};

/// A table with something of most kinds.
fn table() -> Table {
    Routes::new()
        .route(
            Route::host("shop.example")
                .rule(
                    segments("/cart")
                        .header("x-env", "canary")
                        .to("cart-v2:8080"),
                )
                .rule(
                    matching(PathMatch::Exact("/".into()))
                        .query("q", "1")
                        .redirect(302, "/home"),
                )
                .rule(matching(PathMatch::Regex("/i(tem)?s?/[0-9]+".into())).to("items"))
                .rule(any().respond(404)),
        )
        .route(Route::host("*.shop.example").rule(any().to("wild")))
        .build()
        .unwrap()
}

fn backend(table: &Table, host: &str, path: &str) -> Option<String> {
    let mut scratch = table.create_scratch();
    let request = Request::new(b"GET", path.as_bytes()).with_authority(host.as_bytes());
    let decision = table.decide_with(&mut scratch, &request, Draws::fixed(0));
    decision.backend().map(|backend| backend.name.to_string())
}

#[test]
fn a_table_is_what_it_was() {
    let table = table();
    let bytes = table.to_snapshot();
    let again = Table::from_snapshot(bytes.clone()).unwrap();
    assert_eq!(again.stats(), table.stats());
    assert_eq!(again.to_snapshot(), bytes);
    for host in ["shop.example", "a.shop.example", "other"] {
        for path in ["/", "/cart", "/items/12", "/x"] {
            let both = [&table, &again].map(|table| backend(table, host, path));
            assert_eq!(both[0], both[1], "{host}{path}");
        }
    }
    assert_eq!(
        backend(&again, "shop.example", "/items/12").as_deref(),
        Some("items")
    );
}

#[test]
fn bytes_are_borrowed_wherever_they_are() {
    let bytes = table().to_snapshot();
    for shift in 0..8 {
        let mut moved = vec![0u8; shift];
        moved.extend(&bytes);
        let moved: &'static [u8] = Box::leak(moved.into_boxed_slice());
        let again = Table::from_snapshot(&moved[shift..]).unwrap();
        assert_eq!(backend(&again, "shop.example", "/cart"), None);
        assert_eq!(
            backend(&again, "x.shop.example", "/").as_deref(),
            Some("wild")
        );
    }
    let shared: std::sync::Arc<[u8]> = bytes.into();
    let again = Table::from_snapshot(shared).unwrap();
    assert_eq!(
        backend(&again, "x.shop.example", "/").as_deref(),
        Some("wild")
    );
}

#[test]
fn names_can_be_left_out() {
    let table = table();
    let (whole, bare) = (table.to_snapshot(), table.to_snapshot_without_names());
    assert!(bare.len() < whole.len());
    let again = Table::from_snapshot(bare.clone()).unwrap();
    assert_eq!(again.to_snapshot_without_names(), bare);
    assert_eq!(again.stats().name_bytes, 0);
    assert_eq!(
        backend(&again, "x.shop.example", "/").as_deref(),
        Some("wild")
    );
    let mut scratch = again.create_scratch();
    let request = Request::new(b"GET", b"/").with_authority(b"x.shop.example");
    let found = again.find_with(&mut scratch, &request).unwrap();
    assert_eq!(found.stage().route.name, "");
}

#[test]
fn every_bit_counts() {
    let bytes = table().to_snapshot();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1 << bit;
            assert!(
                Table::from_snapshot(damaged).is_err(),
                "bit {bit} of byte {at}"
            );
        }
    }
}

#[test]
fn every_byte_has_to_be_there() {
    let bytes = table().to_snapshot();
    for length in 0..bytes.len() {
        let error = Table::from_snapshot(bytes[..length].to_vec()).unwrap_err();
        match length {
            0..8 => assert_eq!(error, SnapshotError::NotASnapshot),
            _ => assert!(matches!(error, SnapshotError::Length { .. }), "{error}"),
        }
    }
    let mut longer = bytes;
    longer.push(0);
    assert!(matches!(
        Table::from_snapshot(longer),
        Err(SnapshotError::Length { .. })
    ));
}

#[test]
fn other_versions_are_refused_by_name() {
    let mut bytes = table().to_snapshot();
    bytes[8] = 0;
    let error = Table::from_snapshot(bytes.clone()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a snapshot of format version 0, which is older than the version 1 that is read here: \
         compile the routes again"
    );
    bytes[8] = 2;
    let error = Table::from_snapshot(bytes).unwrap_err();
    assert!(error.to_string().contains("newer"), "{error}");
}
