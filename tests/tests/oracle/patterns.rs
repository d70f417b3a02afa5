//! Paths that are patterns, and what they capture.

use fingerpost::model::{PathMatch, Precedence, RouteMatch};
use fingerpost_tests::build::path;

use crate::{forwarded, get, goes, rules};

/// The captures of a path, as text; `None` where the match does not take it.
fn captures(item: &RouteMatch, target: &str) -> Option<String> {
    let set = rules(Precedence::FirstMatch, vec![item.clone()]);
    let request = get("h", target);
    if goes(&set, &request) != "a" {
        return None;
    }
    let captures = forwarded(&set, &request).captures.into_iter();
    let text = |(name, value)| format!("{name}={}", String::from_utf8(value).unwrap());
    Some(captures.map(text).collect::<Vec<_>>().join(" "))
}

fn template(text: &str) -> RouteMatch {
    path(PathMatch::Template(text.into()))
}

#[test]
fn template_holes_take_segments_and_runs() {
    let one = |text: &str, target: &str| captures(&template(text), target);
    let some = |text: &str| Some(text.to_string());
    assert_eq!(one("/users/{id}", "/users/42"), some("id=42"));
    assert_eq!(one("/users/{id}", "/users/"), None);
    assert_eq!(one("/users/{id}", "/users/4/2"), None);
    assert_eq!(one("/{rest=**}", "/"), some("rest="));
    assert_eq!(one("/a/{rest=**}", "/a/b/c"), some("rest=b/c"));
    assert_eq!(one("/a/{rest=**}", "/a"), None);
    assert_eq!(one("/{id}.json", "/a.b.json"), some("id=a.b"));
    assert_eq!(one("/{a}-{b}", "/x-y-z"), some("a=x-y b=z"));
    assert_eq!(one("/{a=x/*}/{b}", "/x/y/z"), some("a=x/y b=z"));
    assert_eq!(one("/*/{b}", "/x/y"), some("b=y"));
    assert_eq!(one("/{{a}}", "/{a}"), some(""));
}

#[test]
fn regular_expressions_capture_by_name_and_number() {
    let one = |kind: fn(String) -> PathMatch, pattern: &str, target: &str| {
        captures(&path(kind(pattern.into())), target)
    };
    let some = |text: &str| Some(text.to_string());
    let full = PathMatch::Regex;
    let pattern = "/(?P<a>x|y)/(z)?.*";
    assert_eq!(one(full, pattern, "/x/z"), some("0=/x/z a=x 2=z"));
    // A group that took no part is not there.
    assert_eq!(one(full, pattern, "/y/w"), some("0=/y/w a=y"));
    assert_eq!(one(full, "/a", "/ab"), None);
    assert_eq!(
        one(PathMatch::RegexStart, "/a(b?)", "/abc"),
        some("0=/ab 1=b")
    );
    assert_eq!(one(PathMatch::RegexStart, "a", "/a"), None);
    assert_eq!(one(PathMatch::RegexSearch, "b.", "/abcd"), some("0=bc"));
}

#[test]
fn case_and_the_path_as_it_came_count_where_asked_for() {
    let mut item = path(PathMatch::Segments("/Admin".into()));
    item.path_ignore_case = true;
    for (target, taken) in [("/aDMIN/x", true), ("/admin", true), ("/adminx", false)] {
        assert_eq!(captures(&item, target).is_some(), taken, "{target}");
    }
    let mut item = template("/A/{id}");
    item.path_ignore_case = true;
    assert_eq!(captures(&item, "/a/X"), Some("id=X".into()));
    let mut item = path(PathMatch::Exact("/%61/./b".into()));
    item.path_raw = true;
    assert!(captures(&item, "/%61/./b").is_some());
    assert!(captures(&item, "/a/b").is_none());
}

#[test]
fn suffixes_texts_within_and_globs() {
    let takes = |item: PathMatch, target: &str| captures(&path(item), target).is_some();
    let text = |text: &str| text.to_string();
    assert!(takes(PathMatch::Suffix(text(".css")), "/a/b.css"));
    assert!(!takes(PathMatch::Suffix(text(".css")), "/a/b.css/"));
    assert!(takes(PathMatch::Contains(text("/b/")), "/a/b/c"));
    assert!(!takes(PathMatch::Contains(text("/b/")), "/a/b"));
    assert!(takes(
        PathMatch::Glob(text("/static/**/*.css")),
        "/static/x.css"
    ));
    assert!(takes(
        PathMatch::Glob(text("/static/**/*.css")),
        "/static/a/b/x.css"
    ));
    assert!(!takes(
        PathMatch::Glob(text("/static/*.css")),
        "/static/a/x.css"
    ));
}

#[test]
fn specific_prefers_what_fixes_more_of_the_path() {
    let text = |text: &str| text.to_string();
    let exact = path(PathMatch::Exact(text("/a/b")));
    let segments = path(PathMatch::Segments(text("/a")));
    let holes = template("/a/{id}");
    let glob = path(PathMatch::Glob(text("/a/*")));
    let regex = path(PathMatch::Regex(text("/a/.*")));
    let order = [exact, holes, glob, regex, segments];
    // In whatever order they are written.
    for turn in 0..order.len() {
        let mut turned = order.to_vec();
        turned.rotate_left(turn);
        let set = rules(Precedence::Specific, turned);
        let names = ["a", "b", "c", "d", "e"];
        let place = |nth: usize| names[(nth + order.len() - turn) % order.len()];
        assert_eq!(goes(&set, &get("h", "/a/b")), place(0));
        assert_eq!(goes(&set, &get("h", "/a/c")), place(1));
        assert_eq!(goes(&set, &get("h", "/a/c/d")), place(3));
        assert_eq!(goes(&set, &get("h", "/a")), place(4));
    }
}
