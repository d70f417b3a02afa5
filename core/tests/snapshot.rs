//! Snapshots: what is written is what is read, and what is not what was written is
//! refused.

#![cfg(feature = "compile")]

use fingerpost::builder::{Route, Routes, any, matching, segments};
use fingerpost::compile::limits::Limits;
use fingerpost::model::{MetadataValue, PathMatch};
use fingerpost::{Draws, Request, SnapshotError, SnapshotHead, Table};

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
fn a_head_says_what_the_snapshot_is() {
    let table = table();
    for (bytes, has_names) in [
        (table.to_snapshot(), true),
        (table.to_snapshot_without_names(), false),
    ] {
        let head = SnapshotHead::read(&bytes).unwrap();
        assert_eq!(head.version(), 1);
        assert_eq!(head.length(), bytes.len() as u64);
        assert_eq!(head.checksum(), checksum(&bytes));
        assert_eq!(head.has_names(), has_names);
        // What follows does not matter, nor where the bytes are.
        assert_eq!(SnapshotHead::read(&bytes[..SnapshotHead::BYTES]), Ok(head));
        for shift in 0..8 {
            let moved = [&vec![0; shift], &bytes[..SnapshotHead::BYTES], &[7]].concat();
            assert_eq!(SnapshotHead::read(&moved[shift..]), Ok(head));
        }
    }
}

#[test]
fn a_head_is_refused_as_its_snapshot_is() {
    let bytes = table().to_snapshot();
    for length in 0..SnapshotHead::BYTES {
        let cut = &bytes[..length];
        let refused = SnapshotHead::read(cut).unwrap_err();
        assert_eq!(Table::from_snapshot(cut.to_vec()).unwrap_err(), refused);
    }
    for at in 0..12 {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1;
        let refused = SnapshotHead::read(&damaged).unwrap_err();
        assert_eq!(Table::from_snapshot(damaged).unwrap_err(), refused);
    }
    // The rest is what it says, whether or not it is true.
    for at in 12..SnapshotHead::BYTES {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1;
        assert_ne!(SnapshotHead::read(&damaged), SnapshotHead::read(&bytes));
        assert!(SnapshotHead::read(&damaged).is_ok() && Table::from_snapshot(damaged).is_err());
    }
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

/// The checksum that a snapshot should have.
fn checksum(bytes: &[u8]) -> u64 {
    let mut hasher = twox_hash::XxHash64::with_seed(0);
    std::hash::Hasher::write(&mut hasher, &bytes[..24]);
    std::hash::Hasher::write(&mut hasher, &bytes[32..]);
    std::hash::Hasher::finish(&hasher)
}

/// Makes the checksum right of what was changed, as whoever deceives would.
fn repaired(mut bytes: Vec<u8>) -> Vec<u8> {
    let checksum = checksum(&bytes).to_le_bytes();
    bytes[24..32].copy_from_slice(&checksum);
    bytes
}

/// The snapshot with another text of the same length in place of each of one text.
fn replaced(bytes: &[u8], old: &str, new: &str) -> Vec<u8> {
    assert_eq!(old.len(), new.len());
    let mut changed = bytes.to_vec();
    let mut found = 0;
    for at in 0..bytes.len() - old.len() {
        if bytes[at..].starts_with(old.as_bytes()) {
            changed[at..at + old.len()].copy_from_slice(new.as_bytes());
            found += 1;
        }
    }
    assert!(found > 0, "{old} is not there");
    repaired(changed)
}

fn part_refused(bytes: Vec<u8>) -> Option<&'static str> {
    match Table::from_snapshot(bytes).err()? {
        SnapshotError::Malformed { part } => Some(part),
        other => panic!("{other}"),
    }
}

#[test]
fn what_leaves_in_a_head_is_looked_at() {
    let rule = any()
        .to("a")
        .set_header("x-name-of-it", "value-of-it")
        .set_response_header("x-answer", "of-the-answer")
        .metadata("key", MetadataValue::Json("{\"a\":[1,2]}".into()));
    let table = Routes::new().route(Route::any_host().rule(rule)).build();
    let bytes = table.unwrap().to_snapshot();
    assert_eq!(part_refused(repaired(bytes.clone())), None);
    for (old, new, part) in [
        ("x-name-of-it", "x-name: of-i", Some("edits")),
        ("x-name-of-it", "x-name\r\nof-i", Some("edits")),
        ("value-of-it", "value\nof-it", Some("edits")),
        ("of-the-answer", "of-the\0answer", Some("edits")),
        ("{\"a\":[1,2]}", "{\"a\":[1,2]]", Some("metadata")),
        ("{\"a\":[1,2]}", "{\"a\":[1\n2]}", Some("metadata")),
        ("{\"a\":[1,2]}", "{\"a\":[1,3]}", None),
        ("value-of-it", "value\tof-it", None),
    ] {
        assert_eq!(part_refused(replaced(&bytes, old, new)), part, "{new:?}");
    }
}

#[test]
fn limits_are_bounded_and_so_is_a_scratch() {
    let bytes = table().to_snapshot();
    // The limits are the first part, that of a target is their first word.
    let with_target = |limit: u32| {
        let mut bytes = bytes.clone();
        bytes[32..36].copy_from_slice(&limit.to_le_bytes());
        repaired(bytes)
    };
    let most = 64 << 20;
    assert_eq!(part_refused(with_target(most + 1)), Some("limits"));
    assert_eq!(part_refused(with_target(u32::MAX)), Some("limits"));
    let table = Table::from_snapshot(with_target(most)).unwrap();
    let room = table.create_scratch().memory_usage();
    assert!(room < 8 * most as usize, "{room}");
}

/// A pattern is compiled again: what is short must not become large, or take long.
#[test]
fn patterns_are_those_that_a_compiler_writes() {
    let mut limits = Limits::default();
    limits.regex_automata = 0;
    let letters = "abcdefghijklmnopqrstuvwxyz";
    let pattern = PathMatch::Regex(format!("/[0-9]*{letters}"));
    let route = Route::any_host().rule(matching(pattern).to("a"));
    let table = Routes::new().route(route).limits(limits).build().unwrap();
    let bytes = table.to_snapshot();
    assert_eq!(part_refused(repaired(bytes.clone())), None);
    for (new, part) in [
        ("(?:(?:(?:a{99}){99}){99})b", Some("patterns")),
        ("(?i:[^a][^b][^c][^d][^e])z", Some("patterns")),
        (r"\w\w\w\w\w\w\w\w\w\w\w\w\w", Some("patterns")),
        (r"[\d\d\d\d\d\d\d\d\d\d\d\d]", Some("patterns")),
        ("(?:b|(?:(?:a{9}){9}){9}cd)", None),
    ] {
        assert_eq!(part_refused(replaced(&bytes, letters, new)), part, "{new}");
    }
}

/// A search with another pattern's working memory would panic.
#[test]
fn caches_of_patterns_are_their_own() {
    let mut limits = Limits::default();
    limits.regex_automata = 0;
    let of = |text: &str| matching(PathMatch::Regex(text.into())).to("a");
    let route = Route::any_host()
        .rule(of("/a[0-9]*"))
        .rule(of("/b[0-9]*(x|y)"));
    let table = Routes::new().route(route).limits(limits).build().unwrap();
    let bytes = table.to_snapshot();
    // The number of the cache, the length of the pattern, and the pattern.
    let starts = |at: &usize| bytes[*at..].starts_with(br"(?:\A");
    let sources: Vec<usize> = (0..bytes.len()).filter(starts).collect();
    // The second is there with its group as well.
    assert_eq!(sources.len(), 3);
    for at in sources {
        for number in [2, 1 << 20, u32::MAX] {
            let mut bytes = bytes.clone();
            bytes[at - 8..at - 4].copy_from_slice(&number.to_le_bytes());
            let part = part_refused(repaired(bytes));
            assert!(
                matches!(part, Some("patterns" | "group patterns")),
                "{part:?}"
            );
        }
    }
}
