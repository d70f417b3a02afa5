//! The preset `Specific`, clause by clause, and where kinds of paths stand in the others.
#![cfg(feature = "compile")]

mod routes;

use fingerpost::Precedence;
use fingerpost::model::{
    Fact, FactMatch, HeaderMatch, PathMatch, Predicate, RouteMatch, Rule, Scheme, ValueMatch,
};
use routes::{Asked, Shape, glob, path, regex, rule, template};

/// Asks a table in both written orders: the first of the two rules must win.
#[track_caller]
fn before(preset: Precedence, first: RouteMatch, second: RouteMatch, asked: &str) {
    let told = format!("{:?} before {:?}", first.path, second.path);
    let rules = [rule("first", first), rule("second", second)];
    let shape = Shape {
        precedence: preset,
        ..Shape::default()
    };
    for rules in [
        rules.to_vec(),
        rules.iter().rev().cloned().collect::<Vec<Rule>>(),
    ] {
        let mut table = Asked::new(&shape.set(vec![(vec![], rules)]));
        assert_eq!(table.path(asked), "first", "{told} for {asked}");
    }
}

fn prefix(text: &str) -> PathMatch {
    PathMatch::Prefix(text.into())
}

#[test]
fn an_exact_path_comes_first_and_then_more_text() {
    let specific =
        |first, second, asked| before(Precedence::Specific, path(first), path(second), asked);
    specific(PathMatch::Exact("/a".into()), glob("/a**"), "/a");
    specific(
        PathMatch::Exact("/a".into()),
        PathMatch::Contains("/a".into()),
        "/a",
    );
    specific(
        template("/users/{id}/x"),
        template("/users/{id}/{b}"),
        "/users/1/x",
    );
    specific(prefix("/users/1"), template("/users/{id}"), "/users/1");
    specific(template("/users/{id}"), prefix("/user"), "/users/1");
    specific(glob("/a/**/bb"), prefix("/a/"), "/a/x/bb");
    specific(regex("/users/[0-9]"), prefix("/users"), "/users/1");
    specific(
        PathMatch::Suffix(".html".into()),
        prefix("/a/b"),
        "/a/b.html",
    );
    specific(prefix("/a"), PathMatch::RegexSearch("aaa".into()), "/aaa");
    specific(prefix("/a"), PathMatch::Any, "/a");
}

#[test]
fn kinds_with_the_same_text_are_ordered() {
    let kinds = [
        template("/ab{x=**}"),
        glob("/ab*"),
        PathMatch::Segments("/ab".into()),
        prefix("/ab"),
        PathMatch::Suffix("/ab".into()),
        PathMatch::Contains("/ab".into()),
        regex("/ab.*"),
    ];
    for (at, first) in kinds.iter().enumerate() {
        for second in &kinds[at + 1..] {
            before(
                Precedence::Specific,
                path(first.clone()),
                path(second.clone()),
                "/ab",
            );
        }
    }
}

#[test]
fn a_method_and_then_more_predicates_decide_between_equal_paths() {
    let plain = || path(prefix("/a"));
    let method = || RouteMatch {
        methods: vec!["GET".into()],
        ..plain()
    };
    let scheme = || RouteMatch {
        scheme: Some(Scheme::Http),
        ..plain()
    };
    let header = |name: &str| HeaderMatch {
        missing_matches: true,
        ..HeaderMatch::new(name, ValueMatch::Present)
    };
    let headers = || RouteMatch {
        headers: vec![header("x"), header("y")],
        ..plain()
    };
    before(Precedence::Specific, method(), headers(), "/a");
    before(Precedence::Specific, headers(), scheme(), "/a");
    before(Precedence::Specific, scheme(), plain(), "/a");
}

#[test]
fn tests_of_facts_count_by_their_leaves() {
    let path_is = |text: &str| FactMatch::new(Fact::Path, ValueMatch::Prefix(text.into()));
    let two = RouteMatch {
        predicates: vec![Predicate::all([
            path_is("/a").into(),
            Predicate::any([path_is("/a").into(), path_is("/b").into()]),
        ])],
        ..path(prefix("/a"))
    };
    let one = RouteMatch {
        predicates: vec![path_is("/a").into(), path_is("/").into()],
        ..path(prefix("/a"))
    };
    before(Precedence::Specific, two, one, "/a");
}

#[test]
fn the_users_number_comes_before_everything() {
    let mut general = rule("general", path(PathMatch::Any));
    general.priority = Some(5);
    let exact = rule("exact", path(PathMatch::Exact("/a".into())));
    let shape = Shape {
        precedence: Precedence::Specific,
        ..Shape::default()
    };
    let mut asked = Asked::new(&shape.set(vec![(vec![], vec![exact, general])]));
    assert_eq!(asked.path("/a"), "general");
}

#[test]
fn other_presets_count_every_pattern_as_a_regular_expression() {
    for preset in [Precedence::GatewayApi, Precedence::AppMesh] {
        for kind in [
            PathMatch::Suffix("b".into()),
            PathMatch::Contains("ab".into()),
            glob("/*"),
            template("/{x}"),
            PathMatch::RegexStart("/".into()),
            PathMatch::RegexSearch("a".into()),
        ] {
            let exact = path(PathMatch::Exact("/ab".into()));
            before(preset, exact, path(kind.clone()), "/ab");
            before(preset, path(kind), path(prefix("/ab")), "/ab");
        }
    }
}

#[cfg(feature = "explain")]
#[test]
fn the_clause_that_decided_is_told_in_words() {
    let shape = Shape {
        precedence: Precedence::Specific,
        ..Shape::default()
    };
    let told = |first: PathMatch, second: PathMatch| {
        let rules = vec![rule("first", path(first)), rule("second", path(second))];
        let asked = Asked::new(&shape.set(vec![(vec![], rules)]));
        let request = fingerpost::Request::new(b"GET", b"/ab").with_authority(b"h");
        let explanation = asked.table.explain(&request, fingerpost::Draws::fixed(0));
        let [stage] = &explanation.stages[..] else {
            panic!("one stage");
        };
        let trials = stage.trials.iter().map(|trial| trial.path.clone());
        let paths: Vec<String> = trials.collect();
        (
            paths.join("; "),
            stage.tie_break.as_ref().unwrap().text.clone(),
        )
    };
    let (paths, text) = told(PathMatch::Exact("/ab".into()), template("/{x}"));
    assert_eq!(paths, "exact /ab; template /{x}");
    assert_eq!(text, "an exact path comes before any other");
    let (paths, text) = told(glob("/a*"), PathMatch::RegexSearch("b".into()));
    assert_eq!(paths, "glob /a*; regex anywhere b");
    assert_eq!(text, "more text in the path, 2 bytes against 0");
    let (paths, text) = told(
        PathMatch::Suffix("ab".into()),
        PathMatch::Contains("ab".into()),
    );
    assert_eq!(paths, "suffix ab; containing ab");
    assert_eq!(text, "a suffix comes before a contained text");
}
