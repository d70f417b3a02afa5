//! Paths of every kind, through the public interface.
#![cfg(feature = "compile")]

mod routes;

use fingerpost::Normalization;
use fingerpost::model::{PathMatch, RouteMatch, ValueMatch};
use routes::{Asked, Shape, folded, glob, path, raw, regex, template};

fn one(one: RouteMatch) -> Asked {
    let asked = Shape::default().table(vec![("yes", one)]);
    assert!(asked.diagnostics.is_empty(), "{:?}", asked.diagnostics);
    asked
}

/// Asks for paths that match and paths that do not.
#[track_caller]
fn takes(ask: RouteMatch, yes: &[&str], no: &[&str]) {
    let told = format!("{:?}", ask.path);
    let mut asked = one(ask);
    for path in yes {
        assert_eq!(asked.path(path), "yes", "{told} takes {path}");
    }
    for path in no {
        assert_eq!(asked.path(path), "-", "{told} does not take {path}");
    }
}

#[test]
fn a_suffix_ends_the_path() {
    let suffix = || PathMatch::Suffix(".php".into());
    takes(
        path(suffix()),
        &["/x.php", "/.php", "/a/b.php?x"],
        &["/x.php/", "/php", "/x.PHP"],
    );
    takes(folded(suffix()), &["/x.php", "/x.PhP"], &["/x.phpx"]);
    takes(path(PathMatch::Suffix(String::new())), &["/", "/a"], &[]);
}

#[test]
fn a_contained_text_is_anywhere() {
    let contains = || PathMatch::Contains("/adm".into());
    takes(
        path(contains()),
        &["/adm", "/x/admin", "/adm/x"],
        &["/xadm", "/ADM", "/ad"],
    );
    takes(folded(contains()), &["/x/ADmin"], &["/x-admin"]);
    takes(path(PathMatch::Contains(String::new())), &["/", "/a"], &[]);
}

#[test]
fn a_glob_star_stays_within_its_segment() {
    takes(
        path(glob("/a/*.css")),
        &["/a/x.css", "/a/.css"],
        &["/a/b/x.css", "/a/x.cs", "/x.css"],
    );
    takes(
        path(glob("/a/*/c")),
        &["/a/b/c", "/a//c"],
        &["/a/c", "/a/b/b/c"],
    );
    takes(
        path(glob("/a?c")),
        &["/abc", "/a.c"],
        &["/ac", "/a/c", "/abbc"],
    );
    takes(path(glob("/*")), &["/", "/a"], &["/a/", "/a/b"]);
}

#[test]
fn a_glob_star_star_is_any_number_of_whole_segments() {
    takes(
        path(glob("/a/**/b")),
        &["/a/b", "/a/x/b", "/a/x/y/b", "/a//b"],
        &["/ab", "/a/xb", "/a/x"],
    );
    takes(path(glob("/a/**")), &["/a", "/a/", "/a/b/c"], &["/ab", "/"]);
    takes(path(glob("/**/b")), &["/b", "/a/b"], &["/ab", "/b/"]);
    takes(path(glob("/**/")), &["/", "/a/", "/a/b/"], &["/a"]);
}

#[test]
fn a_glob_star_star_within_a_segment_is_any_run_of_bytes() {
    takes(
        path(glob("/a**b")),
        &["/ab", "/a/b", "/axx/yb"],
        &["/a", "/b"],
    );
    takes(path(glob("/a**")), &["/a", "/ab", "/a/b"], &["/b"]);
}

#[test]
fn adv_pm_008_star_star_alone_takes_every_path_and_is_the_only_pattern_without_a_slash() {
    for every in [glob("**"), template("**")] {
        takes(path(every), &["/", "/a", "/a/b.c", "//"], &[]);
    }
    for other in [
        glob("*"),
        glob("a/**"),
        glob(""),
        template("{a}"),
        template("a"),
    ] {
        let asked = Shape::default().table(vec![("deny", path(other))]);
        let [refusal] = &asked.diagnostics[..] else {
            panic!("one refusal: {:?}", asked.diagnostics);
        };
        assert_eq!(refusal.code.to_string(), "FP1620");
        assert!(
            refusal.message.contains("Route route-0"),
            "{}",
            refusal.message
        );
    }
}

#[test]
fn a_template_hole_takes_one_or_more_bytes_of_a_segment() {
    takes(
        path(template("/users/{id}")),
        &["/users/4", "/users/a.b"],
        &["/users/", "/users", "/users/4/5"],
    );
    takes(
        path(template("/{a}.json")),
        &["/x.json", "/x.json.json"],
        &["/.json", "/x/y.json"],
    );
    takes(path(template("/*/b")), &["/a/b"], &["//b", "/a/a/b"]);
}

#[test]
fn a_template_run_takes_any_bytes_also_none() {
    takes(
        path(template("/f/{rest=**}")),
        &["/f/", "/f/a", "/f/a/b"],
        &["/f"],
    );
    takes(path(template("/f/**")), &["/f/", "/f/a/b"], &["/f", "/g/"]);
    takes(
        path(template("/{a=x/*/y}/z")),
        &["/x/1/y/z"],
        &["/x/y/z", "/x//y/z", "/x/1/2/y/z"],
    );
}

#[test]
fn braces_written_twice_are_braces() {
    takes(path(template("/{{a}}")), &["/{a}"], &["/a", "/{{a}}"]);
}

#[test]
fn a_regex_is_whole_from_the_start_or_anywhere() {
    takes(
        path(regex("/a[0-9]+")),
        &["/a12"],
        &["/a", "/a12x", "/x/a12"],
    );
    let start = || PathMatch::RegexStart("/a[0-9]+".into());
    takes(
        path(start()),
        &["/a12", "/a12x", "/a1/b"],
        &["/a", "/x/a12"],
    );
    let search = || PathMatch::RegexSearch("a[0-9]+".into());
    takes(path(search()), &["/a12", "/x/a12/y"], &["/a", "/A1"]);
    takes(folded(search()), &["/x/A1"], &["/x/a"]);
    takes(
        path(PathMatch::RegexSearch("^/a|b$".into())),
        &["/ax", "/xb"],
        &["/xax"],
    );
}

#[test]
fn adv_pm_011_a_whole_regex_is_anchored_at_both_ends() {
    takes(path(regex("/foo.*")), &["/foo", "/foo/x"], &["/x/foo"]);
    takes(path(regex("/a|/b")), &["/a", "/b"], &["/ab", "/a/", "/x/b"]);
}

#[test]
fn literals_fold_case_as_ascii_and_escapes_too() {
    takes(
        folded(PathMatch::Exact("/Admin".into())),
        &["/admin", "/ADMIN"],
        &["/admin/"],
    );
    takes(
        folded(PathMatch::Prefix("/Adm".into())),
        &["/admin", "/ADMIN/x"],
        &["/ad"],
    );
    takes(
        folded(PathMatch::Segments("/Adm/".into())),
        &["/ADM", "/adm/x"],
        &["/admin"],
    );
    takes(
        folded(glob("/A/*.CSS")),
        &["/a/x.css", "/A/X.Css"],
        &["/b/x.css"],
    );
    takes(
        folded(template("/People/{id}")),
        &["/PEOPLE/4"],
        &["/PEOPLE/"],
    );
    takes(folded(regex("/A[b-d]+")), &["/abD", "/AB"], &["/ae"]);
}

#[test]
fn adv_pm_005_one_case_rule_for_text_with_escapes() {
    let deny = folded(PathMatch::Prefix("/admin%2Fpanel".into()));
    let open = path(PathMatch::Prefix("/".into()));
    let mut asked = Shape::default().table(vec![("deny", deny), ("open", open)]);
    for path in ["/ADMIN%2fpanel", "/admin%2Fpanel/x", "/admin%2fPANEL"] {
        assert_eq!(asked.path(path), "deny", "{path}");
    }
    assert_eq!(asked.path("/admin/panel"), "open");
}

#[test]
fn adv_pm_006_letters_outside_ascii_are_not_folded() {
    let shape = Shape {
        normalization: Normalization::NONE,
        ..Shape::default()
    };
    let prefix = folded(PathMatch::Prefix("/x.php/\u{130}".into()));
    let mut asked = shape.table(vec![("php", prefix)]);
    assert_eq!(asked.path(b"/X.PHP/\xc4\xb0.php/\xe2\x84\xaa"), "php");
    assert_eq!(asked.path(b"/X.PHP/i"), "-");
    let kelvin = folded(PathMatch::Exact("/k".into()));
    assert_eq!(shape.table(vec![("k", kelvin)]).path("/\u{212a}"), "-");
}

#[test]
fn a_raw_path_is_compared_as_it_came() {
    takes(
        raw(PathMatch::Exact("/a/../b".into())),
        &["/a/../b?x"],
        &["/b"],
    );
    takes(raw(PathMatch::Prefix("/%61".into())), &["/%61b"], &["/ab"]);
    takes(
        raw(PathMatch::Segments("/./a/".into())),
        &["/./a", "/./a/b"],
        &["/a", "/./ab"],
    );
    takes(raw(PathMatch::Suffix("/.".into())), &["/a/."], &["/a/"]);
    takes(raw(PathMatch::Contains("..".into())), &["/a/../b"], &["/b"]);
    takes(raw(glob("/*/../b")), &["/a/../b"], &["/b"]);
    takes(raw(template("/{a}/../b")), &["/a/../b"], &["/b"]);
    takes(raw(regex("/%6[12]")), &["/%61", "/%62"], &["/a", "/b"]);
    let mut both = folded(PathMatch::Contains("%2E".into()));
    both.path_raw = true;
    takes(both, &["/a/%2e%2E/b"], &["/a/../b"]);
}

#[test]
fn grpc_names_can_match_without_regard_to_case() {
    let grpc = |service: ValueMatch, method: Option<ValueMatch>| {
        folded(PathMatch::Grpc {
            service: Some(service),
            method,
        })
    };
    let exact = |text: &str| ValueMatch::Exact(text.into());
    takes(
        grpc(exact("a.B"), Some(exact("Get"))),
        &["/A.b/GET"],
        &["/a.B/Gets", "/axB/Get"],
    );
    takes(grpc(exact("a.B"), None), &["/A.B/x"], &["/A.B/x/y", "/A.B"]);
    takes(
        grpc(ValueMatch::Prefix("A.".into()), None),
        &["/a.x/y"],
        &["/b.a.x/y"],
    );
    takes(
        grpc(ValueMatch::Suffix(".B".into()), None),
        &["/a.b/y"],
        &["/a.b.c/y"],
    );
}

#[test]
fn adv_pm_009_nothing_is_trimmed() {
    let deny = path(PathMatch::Exact("/admin".into()));
    let open = path(PathMatch::Prefix("/".into()));
    let mut asked = Shape::default().table(vec![("deny", deny), ("open", open)]);
    assert_eq!(asked.path("/admin%20"), "open");
    assert_eq!(asked.path("/admin"), "deny");
}

#[test]
fn adv_pm_014_an_exact_path_of_nothing_takes_nothing_and_is_reported() {
    let mut asked = Shape::default().table(vec![("e", path(PathMatch::Exact(String::new())))]);
    assert_eq!(asked.diagnostics.len(), 1);
    assert_eq!(asked.diagnostics[0].code.to_string(), "FP1606");
    assert_eq!(asked.path("/"), "-");
}

#[test]
fn adv_pm_018_bytes_are_opaque() {
    let matches = || {
        vec![
            ("a", path(PathMatch::Prefix("/a".into()))),
            ("re", path(regex("/b."))),
            ("rest", path(PathMatch::Prefix("/".into()))),
        ]
    };
    let mut asked = Shape::default().table(matches());
    assert_eq!(asked.path(b"/a\xff"), "a");
    assert_eq!(asked.path(b"/b\xff"), "re");
    assert_eq!(asked.path(b"/\xed\xa0\x80"), "rest");
    assert_eq!(asked.path(b"/\xf4\x90\x80\x80"), "rest");
}

/// What a kind of path means, stated on bytes.
type Meaning = fn(&[u8]) -> bool;

/// Every kind, with the byte under test where `x` stands or where anything goes.
fn kinds() -> Vec<(PathMatch, Meaning)> {
    fn inner(path: &[u8]) -> Option<&[u8]> {
        path.strip_prefix(b"/a")?.strip_suffix(b"b")
    }
    vec![
        (PathMatch::Exact("/axb".into()), |p| p == b"/axb"),
        (PathMatch::Prefix("/ax".into()), |p| p.starts_with(b"/ax")),
        (PathMatch::Segments("/ab".into()), |p| {
            p == b"/ab" || p.starts_with(b"/ab/")
        }),
        (PathMatch::Suffix("xb".into()), |p| p.ends_with(b"xb")),
        (PathMatch::Contains("bx".into()), |p| {
            p.windows(2).any(|two| two == b"bx")
        }),
        (glob("/a?b"), |p| {
            inner(p).is_some_and(|rest| rest.len() == 1 && rest != b"/")
        }),
        (glob("/a*"), |p| {
            p.starts_with(b"/a") && !p[1..].contains(&b'/')
        }),
        (glob("/**/ab"), |p| p == b"/ab" || p.ends_with(b"/ab")),
        (template("/a{v}b"), |p| {
            inner(p).is_some_and(|rest| !rest.is_empty() && !rest.contains(&b'/'))
        }),
        (template("/{v=**}b"), |p| p.len() > 1 && p.ends_with(b"b")),
        (regex("/a.b"), |p| {
            inner(p).is_some_and(|rest| rest.len() == 1 && rest != b"\n")
        }),
        (regex("/[^a]+"), |p| p.len() > 1 && !p.contains(&b'a')),
        (PathMatch::RegexStart("/[^a]".into()), |p| p[1] != b'a'),
        (PathMatch::RegexSearch("[^/ab]".into()), |p| {
            p.iter().any(|byte| !b"/ab".contains(byte))
        }),
    ]
}

/// All single bytes in the first, middle and last place of a segment.
fn single_bytes() -> impl Iterator<Item = Vec<u8>> {
    (0..=u8::MAX).flat_map(|byte| {
        let first = vec![b'/', byte, b'a', b'b'];
        let middle = vec![b'/', b'a', byte, b'b'];
        let last = vec![b'/', b'a', b'b', byte];
        [first, middle, last]
    })
}

#[test]
fn adv_rx_016_every_kind_means_the_same_for_all_single_bytes() {
    let shape = Shape {
        normalization: Normalization::NONE,
        ..Shape::default()
    };
    for (kind, meaning) in kinds() {
        let mut plain = shape.table(vec![("yes", path(kind.clone()))]);
        let mut as_came = shape.table(vec![("yes", raw(kind.clone()))]);
        let mut asked = 0;
        for path in single_bytes() {
            // These end the path.
            if path.iter().any(|byte| matches!(byte, b'?' | b'#')) {
                continue;
            }
            let got = plain.path(&path);
            assert_eq!(got, as_came.path(&path), "{kind:?} {}", path.escape_ascii());
            if got == "!" {
                let is_refused = |byte: &u8| *byte <= b' ' || *byte == 0x7f;
                assert!(path.iter().any(is_refused), "{}", path.escape_ascii());
                continue;
            }
            asked += 1;
            let want = if meaning(&path) { "yes" } else { "-" };
            assert_eq!(got, want, "{kind:?} {}", path.escape_ascii());
        }
        assert!(asked > 600, "{asked}");
    }
}

#[test]
fn every_kind_folds_letters_alone_for_all_single_bytes() {
    let shape = Shape {
        normalization: Normalization::NONE,
        ..Shape::default()
    };
    // Kinds whose text is all there is, so that folding both sides says what matches.
    for (kind, meaning) in kinds().into_iter().take(11) {
        let mut asked = shape.table(vec![("yes", folded(kind.clone()))]);
        for mut path in single_bytes() {
            path[1].make_ascii_uppercase();
            if path.iter().any(|byte| matches!(byte, b'?' | b'#')) {
                continue;
            }
            let got = asked.path(&path);
            let want = match meaning(&path.to_ascii_lowercase()) {
                _ if got == "!" => continue,
                true => "yes",
                false => "-",
            };
            assert_eq!(got, want, "{kind:?} {}", path.escape_ascii());
        }
    }
}
