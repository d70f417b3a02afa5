//! What paths capture, through the public interface.
#![cfg(feature = "compile")]

mod routes;

use fingerpost::compile::limits::Limits;
use fingerpost::model::{Action, PathMatch, RouteMatch, StageId, Target, WeightedTarget};
use fingerpost::model::{
    Filter, Format, ObjectRef, PathRewrite, Precedence, Rewrite, Route, Stage,
};
use fingerpost::{Draws, Normalization, Outcome, Reason, Request};
use routes::{Asked, Shape, folded, glob, path, raw, regex, rule, template};

#[track_caller]
fn captured(one: RouteMatch, asked: impl AsRef<[u8]>, want: &str) {
    let shape = Shape {
        normalization: Normalization::NONE,
        ..Shape::default()
    };
    let told = format!("{:?}", one.path);
    let mut table = shape.table(vec![("yes", one)]);
    assert!(table.diagnostics.is_empty(), "{:?}", table.diagnostics);
    let asked = asked.as_ref();
    assert_eq!(table.path(asked), "yes", "{told} {}", asked.escape_ascii());
    assert_eq!(table.captures(asked), want, "{told}");
}

#[test]
fn named_holes_are_captured_in_order() {
    let users = || path(template("/users/{id}/files/{rest=**}"));
    captured(users(), "/users/42/files/a/b.txt?x=1", "id=42 rest=a/b.txt");
    captured(users(), "/users/42/files/", "id=42 rest=");
    captured(path(template("/*/{b}/**")), "/a/b/c", "b=b");
    captured(path(template("/a")), "/a", "");
    captured(path(glob("/a/*")), "/a/b", "");
    captured(path(PathMatch::Prefix("/a".into())), "/a/b", "");
}

#[test]
fn the_first_hole_takes_as_much_as_it_can() {
    captured(path(template("/{a}-{b}")), "/1-2-3", "a=1-2 b=3");
    captured(path(template("/{a}{b}")), "/xyz", "a=xy b=z");
    captured(path(template("/{a=**}/{b=**}")), "/x/y/z", "a=x/y b=z");
    captured(path(template("/{a=**}{b}")), "/x/yz", "a=x/y b=z");
    captured(path(template("/{a}.{b}.json")), "/x.y.z.json", "a=x.y b=z");
}

#[test]
fn a_hole_may_be_a_part_of_a_segment() {
    captured(path(template("/{id}.json")), "/x.y.json", "id=x.y");
    captured(
        path(template("/v{n}/{name}@{tag}")),
        "/v2/img@latest",
        "n=2 name=img tag=latest",
    );
}

#[test]
fn adv_pm_012_a_run_is_the_longest_with_every_engine() {
    captured(
        path(template("/{foo=**}.html")),
        "/a/b.html/c.html",
        "foo=a/b.html/c",
    );
    for limits in engines() {
        let set = Shape::default().set(vec![(
            vec![],
            vec![rule("w", path(template("/{foo=**}.html")))],
        )]);
        let mut asked = Asked::with_limits(&set, limits);
        assert_eq!(asked.captures("/a/b.html/c.html"), "foo=a/b.html/c");
    }
}

/// Limits under which other engines run.
fn engines() -> [Limits; 3] {
    let mut none = Limits::default();
    none.regex_automaton = 0;
    none.regex_automata = 0;
    let mut grouped = Limits::default();
    grouped.ungrouped_patterns = 0;
    [Limits::default(), none, grouped]
}

#[test]
fn a_pattern_in_a_hole_is_captured_whole() {
    captured(
        path(template("/{name=shelves/*/books/*}:read")),
        "/shelves/1/books/2:read",
        "name=shelves/1/books/2",
    );
}

#[test]
fn groups_go_by_name_and_otherwise_by_number() {
    captured(
        path(regex("/(?P<id>[0-9]+)/([a-z]+)")),
        "/42/ab",
        "0=/42/ab id=42 2=ab",
    );
    captured(path(regex("/((a)(b))")), "/ab", "0=/ab 1=ab 2=a 3=b");
    captured(path(regex("/x")), "/x", "0=/x");
}

#[test]
fn a_group_that_took_no_part_is_absent() {
    captured(path(regex("/(?:(a)|(b))")), "/b", "0=/b 2=b");
    captured(path(regex("/(a)?(b*)")), "/", "0=/ 2=");
}

#[test]
fn what_a_pattern_matched_is_captured_where_it_is_not_the_whole_path() {
    captured(
        path(PathMatch::RegexStart("/a([0-9])".into())),
        "/a12",
        "0=/a1 1=1",
    );
    captured(
        path(PathMatch::RegexSearch("([0-9])[0-9]?".into())),
        "/a12/345",
        "0=12 1=1",
    );
}

#[test]
fn captures_are_bytes_of_the_path_as_it_is_matched() {
    captured(
        path(template("/{a}")),
        b"/\xff\xc4\xb0",
        "a=\\xff\\xc4\\xb0",
    );
    captured(folded(template("/A/{b}")), "/a/BcD", "b=BcD");
    captured(folded(regex("/A(B*)")), "/abBb", "0=/abBb 1=bBb");
    let mut raw_path = Shape::default().table(vec![("yes", raw(template("/{a}/../{b}")))]);
    assert_eq!(raw_path.captures("/x/../%61"), "a=x b=%61");
    let mut canonical = Shape::default().table(vec![("yes", path(template("/{b}")))]);
    assert_eq!(canonical.captures("/x/../%61"), "b=a");
}

#[test]
fn only_the_winner_captures() {
    let mut asked = Shape::default().table(vec![
        ("never", {
            let mut one = path(template("/{loser}"));
            one.methods = vec!["PUT".into()];
            one
        }),
        ("yes", path(template("/{winner}"))),
        ("none", path(PathMatch::Any)),
    ]);
    assert_eq!(asked.captures("/x"), "winner=x");
    assert_eq!(asked.captures("/x/y"), "");
    assert_eq!(asked.captures("*"), "");
}

/// Two patterns of which no group of the first may be one of the second.
#[test]
fn a_group_that_takes_no_part_has_nothing_of_the_request_before() {
    let mut limits = Limits::default();
    limits.regex_automaton = 0;
    let second = path(PathMatch::RegexSearch("/p2/a(x)?(y)?(z)?".into()));
    let rules = vec![
        rule("first", path(regex("/p1/(.+)/(.+)/(.+)"))),
        rule("second", second),
    ];
    let set = Shape::default().set(vec![(vec![], rules)]);
    let mut asked = Asked::with_limits(&set, limits);
    let alone = "0=/p2/a";
    assert_eq!(asked.captures("/p2/abcdefghijklmnop"), alone);
    for _ in 0..2 {
        let all = "0=/p1/secret/alpha/beta 1=secret 2=alpha 3=beta";
        assert_eq!(asked.captures("/p1/secret/alpha/beta"), all);
        assert_eq!(asked.captures("/p2/abcdefghijklmnop"), alone);
    }
}

#[test]
fn captures_outlive_a_rewrite_and_the_next_stage_replaces_them() {
    let second = |one: RouteMatch| {
        let mut set = Shape::default().set(vec![]);
        let mut rule = rule("first", path(template("/{id}/x")));
        let further = Target::Stage {
            stage: StageId(1),
            metadata: vec![],
        };
        rule.action = Action::Forward(vec![WeightedTarget::new(further, 1)]);
        rule.filters.push(Filter::Rewrite(Rewrite {
            path: Some(PathRewrite::Full(Format::text("/new/path"))),
            ..Rewrite::default()
        }));
        let first = set.add_route(Route::new(ObjectRef::new("Route", "", "first"), vec![rule]));
        set.stages[0].attach(first, []);
        let rules = vec![routes::rule("second", one)];
        let then = set.add_route(Route::new(ObjectRef::new("Route", "", "then"), rules));
        let mut stage = Stage::new(ObjectRef::new("Stage", "", "then"), Precedence::FirstMatch);
        stage.attach(then, []);
        set.add_stage(stage);
        Asked::new(&set).captures("/42/x")
    };
    assert_eq!(second(path(PathMatch::Any)), "id=42");
    assert_eq!(second(path(template("/new/{what}"))), "what=path");
}

#[test]
fn all_engines_capture_the_same() {
    let ask = [
        template("/{a}/{b}"),
        template("/{a}-{b}.{c=**}"),
        regex("/(a|ab)(c|bcd)(d*)"),
        regex("/(?P<x>[^/]*)/?(.*)"),
        PathMatch::RegexSearch("(b+)(c?)".into()),
    ];
    let paths = [
        "/a/b",
        "/a-b-c.d/e.f",
        "/abcd",
        "/abcdd",
        "/",
        "/x/bbbc/b",
        "/a-.",
        "/--..",
    ];
    for kind in ask {
        let set = Shape::default().set(vec![(vec![], vec![rule("w", path(kind.clone()))])]);
        let mut asked = engines().map(|limits| Asked::with_limits(&set, limits));
        for path in paths {
            let [first, others @ ..] = &mut asked;
            let want = first.captures(path);
            for other in others {
                assert_eq!(other.captures(path), want, "{kind:?} {path}");
            }
        }
    }
}

#[test]
fn captures_over_the_limit_refuse_the_request() {
    let set = Shape::default().set(vec![(vec![], vec![rule("w", path(regex("/((.*))")))])]);
    let mut limits = Limits::default();
    limits.captured = 12;
    let table = fingerpost::compile::Compiler::new()
        .with_limits(limits)
        .compile(&set)
        .table;
    let mut scratch = table.create_scratch();
    for (path, outcome) in [("/abc", Outcome::Forward), ("/abcd", Outcome::Reject)] {
        let request = Request::new(b"GET", path.as_bytes());
        let decision = table.decide_with(&mut scratch, &request, Draws::fixed(0));
        assert_eq!(decision.outcome(), outcome, "{path}");
        if outcome == Outcome::Reject {
            assert_eq!(decision.reason(), Reason::CapturesTooLong);
            assert_eq!(decision.status(), Some(400));
        }
    }
}

#[test]
fn limits_on_patterns_name_the_rule_and_the_limit() {
    let holes: String = (0..33).map(|at| format!("/{{a{at}}}")).collect();
    let groups = format!("/{}", "(a)".repeat(33));
    for (kind, code, limit) in [
        (template(&holes), "FP1622", "Limits::pattern_holes"),
        (glob(&"/*".repeat(33)), "FP1622", "Limits::pattern_holes"),
        (regex(&groups), "FP1621", "Limits::captures"),
        (
            template(&format!("/{}", "a".repeat(5000))),
            "FP1601",
            "Limits::regex_pattern",
        ),
    ] {
        let mut asked =
            Shape::default().table(vec![("w", path(kind)), ("rest", path(PathMatch::Any))]);
        let [refusal] = &asked.diagnostics[..] else {
            panic!("{:?}", asked.diagnostics);
        };
        assert_eq!(refusal.code.to_string(), code);
        assert!(
            refusal.message.contains("Route route-0: rule 0: path"),
            "{}",
            refusal.message
        );
        assert!(refusal.message.contains(limit), "{}", refusal.message);
        assert_eq!(asked.path("/"), "rest");
    }
}
