//! Canonical paths step by step, and what they cost.

use alloc::string::String;

use super::*;

impl Count for usize {
    fn add(&mut self, bytes: usize) {
        *self += bytes;
    }
}

const STRIP: Normalization = Normalization {
    path_parameters: PathParameters::Strip,
    ..Normalization::BASE
};

fn normal(profile: Normalization, path: &str) -> String {
    let mut out = Vec::new();
    append_canonical(profile, path.as_bytes(), &mut out);
    let again = {
        let mut again = Vec::new();
        append_canonical(profile, &out, &mut again);
        again
    };
    assert_eq!(out, again, "{path} is not stable");
    assert!(
        is_canonical(profile, &out),
        "{path} gives a path that is not canonical"
    );
    assert_eq!(
        is_canonical(profile, path.as_bytes()),
        out == path.as_bytes(),
        "{path}"
    );
    String::from_utf8(out).unwrap()
}

#[test]
fn dot_segments_go() {
    for (path, want) in [
        ("/a/../b", "/b"),
        ("/a/./b", "/a/b"),
        ("/a/..", "/"),
        ("/a/.", "/a/"),
        ("/..", "/"),
        ("/../../a", "/a"),
        ("/a/b/../..", "/"),
        ("/a/b/../../", "/"),
        ("/a//../b", "/a/b"),
        ("//../b", "/b"),
        ("/...", "/..."),
        ("/a/..b/.c", "/a/..b/.c"),
        ("/", "/"),
    ] {
        assert_eq!(normal(Normalization::BASE, path), want, "{path}");
    }
}

#[test]
fn unreserved_escapes_are_decoded_once_and_others_stay() {
    for (path, want) in [
        ("/%2e%2E/a", "/a"),
        ("/%61%7e", "/a~"),
        ("/a%2Fb%2f", "/a%2Fb%2f"),
        ("/%252e", "/%252e"),
        ("/%", "/%"),
        ("/%2", "/%2"),
        ("/%zz", "/%zz"),
        ("/a/%2e./b", "/b"),
    ] {
        assert_eq!(normal(Normalization::BASE, path), want, "{path}");
    }
}

#[test]
fn paths_with_escapes_made_of_escapes_are_refused() {
    for path in ["/%6%31", "/%2%66", "/%%361", "/a%%32%65", "/%%32f"] {
        for profile in [Normalization::BASE, Normalization::DECODE_AND_MERGE, STRIP] {
            assert_eq!(
                inspect(profile, path.as_bytes()),
                Err(Refusal::Escape),
                "{path}"
            );
        }
        assert!(
            inspect(Normalization::NONE, path.as_bytes()).is_ok(),
            "{path}"
        );
    }
    for path in [
        "/%61", "/%", "/%2", "/%zz", "/%2%2f", "/%%2f", "/%2561", "/%6%",
    ] {
        assert!(
            inspect(Normalization::DECODE_AND_MERGE, path.as_bytes()).is_ok(),
            "{path}"
        );
    }
}

#[test]
fn slashes_merge_only_when_asked() {
    let only = Normalization {
        base: false,
        ..Normalization::MERGE_SLASHES
    };
    assert_eq!(normal(Normalization::BASE, "//a///b//"), "//a///b//");
    assert_eq!(normal(Normalization::MERGE_SLASHES, "//a///b//"), "/a/b/");
    assert_eq!(normal(Normalization::MERGE_SLASHES, "/a//../b"), "/a/b");
    assert_eq!(normal(Normalization::MERGE_SLASHES, "/a//./..//b"), "/a/b");
    assert_eq!(normal(Normalization::NONE, "/a/../%61//"), "/a/../%61//");
    assert_eq!(normal(only, "/a//..//%61"), "/a/../%61");
}

#[test]
fn a_parameter_ends_with_its_segment_and_hides_no_dots() {
    for (path, want) in [
        ("/app;v=1/admin;x=9", "/app/admin"),
        ("/a/..;x/b", "/b"),
        ("/a/.;/b;", "/a/b"),
        ("/a;x\\..\\b", "/b"),
        ("/a%3Bx", "/a%3Bx"),
        ("/;x/a", "//a"),
    ] {
        assert_eq!(normal(STRIP, path), want, "{path}");
    }
    assert_eq!(normal(Normalization::BASE, "/a/..;x/b"), "/a/..;x/b");
}

#[test]
fn only_escaped_slashes_that_are_unescaped_are_told() {
    let told = |profile, path: &[u8]| inspect(profile, path).unwrap().has_escaped_slash;
    assert!(told(Normalization::DECODE_AND_MERGE, b"/a%2fb"));
    assert!(!told(Normalization::DECODE_AND_MERGE, b"/a%2ab"));
    assert!(!told(Normalization::BASE, b"/a%2fb"));
}

/// Work for a byte of the path: one to read, one to go back over it, one to merge.
#[test]
fn the_work_is_linear_whatever_the_path_is_made_of() {
    let profile = Normalization {
        path_parameters: PathParameters::Strip,
        ..Normalization::DECODE_AND_MERGE
    };
    let half = 32 << 10;
    for unit in [
        "/..", "/%2e%2e", "%2e", ";;;", "/", "/a", "\\", "%5C", "/a/..", "//..", "%", "/.;a",
    ] {
        let deep = "/a".repeat(half / 2) + &unit.repeat(half / unit.len());
        let flat = String::from("/") + &unit.repeat(2 * half / unit.len());
        for path in [flat, deep] {
            let (mut out, mut steps) = (Vec::with_capacity(path.len()), 0usize);
            append(profile, path.as_bytes(), &mut out, &mut steps);
            assert!(steps <= 3 * path.len(), "{unit}: {steps}");
            assert!(out.len() <= path.len());
        }
    }
}

#[test]
fn what_stands_before_is_left_alone() {
    let mut out = b"/x/y/".to_vec();
    append_canonical(Normalization::MERGE_SLASHES, b"//../../a//b", &mut out);
    assert_eq!(out, b"/x/y//a/b");
}
