//! Spellings of a path that a guard and a backend read differently.

use fingerpost::compile::limits::Limits;
use fingerpost::diagnostic::Severity;
use fingerpost::model::{
    EscapedSlashes, Fragment, MalformedEscapes, Normalization, PathParameters,
};
use fingerpost::{Outcome, Table};
use fingerpost_tests::build::{exact, segments};

use crate::asked::{Seen, get};
use crate::table::{compiled, deny, first_match, guarded, on, open, suffix, table};

/// `deny` below `/admin`, `open` for the rest, under this profile.
fn admin(profile: Normalization) -> Table {
    let mut set = guarded(segments("/admin"));
    set.gateways[0].normalization = profile;
    table(&set)
}

fn ask(profile: Normalization, target: &str) -> Seen {
    get(target).ask(&admin(profile))
}

/// Asserts which rule wins, and the path that is seen and sent on.
fn sees(profile: Normalization, target: &str, route: &str, effective: &str) {
    let seen = ask(profile, target);
    let found = (seen.word(), seen.target);
    assert_eq!(
        found,
        (route.to_string(), effective.to_string()),
        "{target}"
    );
}

fn refuses(profile: Normalization, target: &str, reason: &str) {
    assert_eq!(
        ask(profile, target).word(),
        format!("reject:{reason}"),
        "{target}"
    );
}

const NONE: Normalization = Normalization::NONE;
const BASE: Normalization = Normalization::BASE;
const MERGE: Normalization = Normalization::MERGE_SLASHES;
const DECODE: Normalization = Normalization::DECODE_AND_MERGE;

#[test]
fn adv_pn_001_dot_segments_go_before_anything_looks() {
    sees(BASE, "/app/../admin", "deny", "/admin");
    sees(BASE, "/app/../public", "open", "/public");
}

#[test]
fn adv_pn_002_a_denial_of_a_path_that_is_not_normalized_is_told() {
    sees(NONE, "/app/../admin", "open", "/app/../admin");
    sees(NONE, "/admin", "deny", "/admin");
    let told = |profile| {
        let mut set = guarded(segments("/admin"));
        set.gateways[0].normalization = profile;
        let found = compiled(Limits::default(), &set).diagnostics;
        let mut told = found.iter().filter(|found| found.code.0 == 1640);
        told.any(|found| found.severity != Severity::Error && found.message.contains("deny"))
    };
    assert!(told(NONE));
    assert!(!told(BASE));
}

#[test]
fn adv_pn_004_encoded_dots_are_dots() {
    sees(BASE, "/a/b/%2e%2e/%2E%2E/admin", "deny", "/admin");
    sees(BASE, "/a/b/.%2e/%2E./admin", "deny", "/admin");
    sees(BASE, "/a/b/%2e/admin", "open", "/a/b/admin");
}

#[test]
fn adv_pn_005_nothing_is_above_the_root() {
    sees(BASE, "/app//../../admin", "deny", "/admin");
    sees(BASE, "/../../../admin", "deny", "/admin");
    sees(BASE, "/..", "open", "/");
}

#[test]
fn adv_pn_007_runs_of_slashes_are_one_where_they_are_merged() {
    sees(MERGE, "//admin/secret", "deny", "/admin/secret");
    sees(MERGE, "///admin///secret", "deny", "/admin/secret");
    sees(BASE, "//admin/secret", "open", "//admin/secret");
}

#[test]
fn adv_pn_008_encoded_slashes_are_decoded_before_dots_go() {
    sees(DECODE, "/something%2F..%2Fadmin", "deny", "/admin");
    sees(DECODE, "/something%2f..%2fadmin", "deny", "/admin");
    sees(
        MERGE,
        "/something%2F..%2Fadmin",
        "open",
        "/something%2F..%2Fadmin",
    );
}

#[test]
fn adv_pn_010_a_redirect_to_the_canonical_path_keeps_the_query() {
    let profile = Normalization {
        escaped_slashes: EscapedSlashes::UnescapeAndRedirect,
        ..BASE
    };
    for (target, location) in [
        ("/something%5C..%5Cadmin?x=1", "/admin?x=1"),
        ("/something%2F..%2fadmin?x=%2F&&%5c", "/admin?x=%2F&&%5c"),
    ] {
        let seen = ask(profile, target);
        assert_eq!((seen.outcome, seen.status), (Outcome::Redirect, Some(307)));
        assert_eq!(seen.location.as_deref(), Some(location), "{target}");
    }
    assert_eq!(ask(profile, "/app/../admin?x=%2F").word(), "deny");
}

#[test]
fn adv_pn_011_one_pass_decodes_merges_and_resolves() {
    let target = "/%5Capp%2f%5c%2F%2e%2e%2fadmin%5c\\abc";
    sees(DECODE, target, "open", "/app/admin/abc");
    sees(
        DECODE,
        "/%5Capp%2f%5c%2F%2e%2e%2f..%2f..%2fadmin%5c\\abc",
        "deny",
        "/admin/abc",
    );
}

#[test]
fn adv_pn_012_a_backslash_is_a_slash() {
    sees(BASE, "/app\\..\\admin", "deny", "/admin");
    sees(BASE, "/app\\admin", "open", "/app/admin");
    sees(NONE, "/app\\..\\admin", "open", "/app\\..\\admin");
}

#[test]
fn adv_pn_014_overlong_forms_are_bytes() {
    sees(DECODE, "/%c0%ae%c0%ae/admin", "open", "/%c0%ae%c0%ae/admin");
    sees(
        DECODE,
        "/x/%e0%80%ae%e0%80%ae/admin",
        "open",
        "/x/%e0%80%ae%e0%80%ae/admin",
    );
    sees(DECODE, "/x/%2e%2e/admin", "deny", "/admin");
}

#[test]
fn adv_pn_015_a_byte_before_an_encoded_slash_stays() {
    sees(DECODE, "/%c0%2fadmin", "open", "/%c0/admin");
    sees(DECODE, "/%2fadmin", "deny", "/admin");
}

#[test]
fn adv_pn_017_a_refused_escaped_slash_reaches_no_route() {
    let profile = Normalization {
        escaped_slashes: EscapedSlashes::Reject,
        ..BASE
    };
    for target in [
        "/admin%2F",
        "/admin%2f",
        "/admin%5C",
        "/admin%5cx",
        "/%2Fadmin",
    ] {
        refuses(profile, target, "EscapedSlash");
    }
    sees(profile, "/admin/", "deny", "/admin/");
    sees(profile, "/x?a=%2F", "open", "/x?a=%2F");
}

#[test]
fn adv_pn_018_encoded_dots_lead_into_no_guarded_path() {
    sees(BASE, "/public/%2e%2e/admin/x", "deny", "/admin/x");
    sees(
        BASE,
        "/public/%2e%2e%2fadmin/x",
        "open",
        "/public/..%2fadmin/x",
    );
}

/// `deny` for one exact path, `open` for the rest.
fn exactly(item: &str, parameters: PathParameters) -> Table {
    let mut set = guarded(exact(item));
    set.gateways[0].normalization = Normalization {
        path_parameters: parameters,
        ..MERGE
    };
    table(&set)
}

#[test]
fn adv_pn_020_parameters_go_from_each_segment() {
    let table = exactly("/app/admin", PathParameters::Strip);
    let seen = get("/app;v=1/admin;jsessionid=9").ask(&table);
    assert_eq!(
        (seen.word().as_str(), seen.target.as_str()),
        ("deny", "/app/admin")
    );
    assert_eq!(get("/app/..;x/app/admin").answer(&table), "deny");
    assert_eq!(get("/app;v=1/admin/x").answer(&table), "open");
}

#[test]
fn adv_pn_021_a_refused_parameter_reaches_no_route() {
    let profile = Normalization {
        path_parameters: PathParameters::Reject,
        ..BASE
    };
    for target in ["/admin;a=b/xyz", "/admin;", "/;/admin", "/x;y"] {
        refuses(profile, target, "PathParameter");
    }
    sees(profile, "/admin/xyz", "deny", "/admin/xyz");
    sees(profile, "/x?a;b", "open", "/x?a;b");
}

#[test]
fn adv_pn_022_parameters_stay_unless_they_are_stripped() {
    let mut set = guarded(exact("/admin"));
    set.gateways[0].normalization = DECODE;
    let table = table(&set);
    let seen = get("/admin;a=b").ask(&table);
    assert_eq!(
        (seen.word().as_str(), seen.target.as_str()),
        ("open", "/admin;a=b")
    );
    assert_eq!(get("/admin").answer(&table), "deny");
}

#[test]
fn adv_pn_024_a_fragment_is_removed_or_refused() {
    sees(BASE, "/admin#foo", "deny", "/admin");
    sees(BASE, "/admin#/../public", "deny", "/admin");
    sees(BASE, "/x?a=1#foo", "open", "/x?a=1");
    let strict = Normalization {
        fragment: Fragment::Reject,
        ..BASE
    };
    refuses(strict, "/admin#foo", "BadPath");
    refuses(strict, "/x?a#", "BadPath");
    sees(strict, "/admin%23foo", "open", "/admin%23foo");
}

#[test]
fn adv_pn_025_a_suffix_ends_before_the_fragment() {
    let mut set = guarded(suffix("/admin"));
    set.gateways[0].normalization = NONE;
    let table = table(&set);
    assert_eq!(get("/app1/admin#foo").answer(&table), "deny");
    assert_eq!(get("/app1/admin?foo").answer(&table), "deny");
    assert_eq!(get("/app1/adminfoo").answer(&table), "open");
}

#[test]
fn adv_pn_027_a_fragment_is_never_encoded_again() {
    sees(BASE, "/#/../admin", "open", "/");
    sees(BASE, "/%23/../admin", "deny", "/admin");
    sees(NONE, "/#/../admin", "open", "/");
}

#[test]
fn adv_pn_028_an_empty_query_is_no_part_of_the_path() {
    let table = exactly("/api/pay", PathParameters::Keep);
    for target in [
        "/api/pay?",
        "/api/pay?a",
        "/api/pay#",
        "/api/pay?#",
        "/api/pay",
    ] {
        assert_eq!(get(target).answer(&table), "deny", "{target}");
    }
    assert_eq!(get("/api/pay%3F").answer(&table), "open");
}

#[test]
fn adv_pn_030_dot_segments_take_one_empty_segment() {
    let mut set = first_match(vec![("a", on(segments("/foo")))]);
    set.gateways[0].normalization = BASE;
    let seen = get("/foo///../bar").ask(&table(&set));
    assert_eq!(
        (seen.word().as_str(), seen.target.as_str()),
        ("a", "/foo//bar")
    );
    set.gateways[0].normalization = MERGE;
    let seen = get("/foo///../bar").ask(&table(&set));
    assert_eq!(seen.target, "/foo/bar");
}

#[test]
fn adv_pn_031_only_unreserved_characters_and_slashes_are_decoded() {
    let table = admin(DECODE);
    for byte in 1..=u8::MAX {
        for escape in [format!("%{byte:02x}"), format!("%{byte:02X}")] {
            let seen = get(format!("/admin{escape}")).ask(&table);
            let wanted = match byte {
                b'/' | b'\\' => "/admin/".to_string(),
                b'-' | b'.' | b'_' | b'~' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => {
                    format!("/admin{}", char::from(byte))
                }
                _ => format!("/admin{escape}"),
            };
            assert_eq!(seen.target, wanted);
            let route = if wanted == "/admin/" { "deny" } else { "open" };
            assert_eq!(seen.word(), route, "{escape}");
        }
    }
}

#[test]
fn adv_pn_032_a_truncated_escape_is_no_escape() {
    let strict = Normalization {
        malformed_escapes: MalformedEscapes::Reject,
        ..DECODE
    };
    for target in ["/abc%2", "/abc%", "/abc%zz", "/abc%2g", "/%", "/abc%%"] {
        sees(DECODE, target, "open", target);
        refuses(strict, target, "BadEscape");
    }
    sees(strict, "/abc%20", "open", "/abc%20");
    sees(DECODE, "/admin/%2", "deny", "/admin/%2");
}

#[test]
fn adv_pn_034_a_canonical_path_is_its_own_canonical_path() {
    // Every path of up to seven of these pieces; what a pass made, a second one keeps.
    const PIECES: &[&str] = &["/", ".", "%", "2", "e", "%2f", "%66", "\\", "a"];
    let profiles = [BASE, MERGE, DECODE];
    let tables = profiles.map(admin);
    let (mut kept, mut refused) = (0, 0);
    for length in 0..=4_u32 {
        for number in 0..PIECES.len().pow(length) {
            let mut rest = number;
            let mut target = String::from("/");
            for _ in 0..length {
                target.push_str(PIECES[rest % PIECES.len()]);
                rest /= PIECES.len();
            }
            for table in &tables {
                let first = get(&target).ask(table);
                if first.outcome == Outcome::Reject {
                    refused += 1;
                    continue;
                }
                let second = get(&first.target).ask(table);
                assert_eq!(second.target, first.target, "{target}");
                assert_eq!(second.word(), first.word(), "{target}");
                kept += 1;
            }
        }
    }
    assert!(kept > 10_000 && refused > 5, "{kept} and {refused}");
    for target in ["/%2%66", "/%%32f", "/%6%31"] {
        refuses(DECODE, target, "BadEscape");
    }
}

#[test]
fn adv_pn_035_every_spelling_is_normalized_before_it_is_matched() {
    sees(BASE, "/./admin//x/..", "deny", "/admin//");
    sees(MERGE, "/./admin//x/..", "deny", "/admin/");
    sees(BASE, "/%61dmin/", "deny", "/admin/");
    sees(BASE, "/%61dmins/", "open", "/admins/");
}

#[test]
fn adv_pm_009_nothing_is_trimmed() {
    let mut set = first_match(vec![("deny", deny(exact("/admin"))), ("open", open())]);
    set.gateways[0].normalization = DECODE;
    let table = table(&set);
    for target in [
        "/admin%20",
        "/%20admin",
        "/admin%09",
        "/admin/",
        "/admin%00",
    ] {
        let seen = get(target).ask(&table);
        assert_eq!(
            (seen.word().as_str(), seen.target.as_str()),
            ("open", target)
        );
    }
    assert_eq!(get("/admin").answer(&table), "deny");
}
