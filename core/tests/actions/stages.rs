//! What a further stage sees of what those before it did.

use fingerpost::compile::Compiler;
use fingerpost::compile::limits::Limits;
use fingerpost::model::{
    Action, Fact, FactMatch, Filter, HeaderVerb, HostRewrite, MetadataValue, ObjectRef, PathMatch,
    PathRewrite, Precedence, QueryEdit, QueryRewrite, Rewrite, Route, RouteMatch, RouteSet, Rule,
    Stage, Target, ValueMatch, WeightedTarget,
};
use fingerpost::{MetadataView, Outcome, Table};

use super::support::{
    Header, drawn, edit, format, forward, full, get, head, leaves, on, outcome, set, to,
};

/// A first rule that leads to a second stage with these rules.
fn two_stages(filters: Vec<Filter>, inner: Vec<Rule>) -> Table {
    let compiled = Compiler::new().compile(&two_stage_set(filters, inner));
    assert_eq!(compiled.diagnostics, []);
    compiled.table
}

fn two_stage_set(filters: Vec<Filter>, inner: Vec<Rule>) -> RouteSet {
    let mut set = set(vec![]);
    let inner = set.add_route(Route::new(ObjectRef::new("Route", "", "inner"), inner));
    let mut stage = Stage::new(ObjectRef::new("Stage", "", "inner"), Precedence::FirstMatch);
    stage.attach(inner, []);
    let stage = set.add_stage(stage);
    let mut rule = forward(filters);
    rule.metadata = vec![("who".into(), "outer".into())];
    let target = Target::Stage {
        stage,
        metadata: vec![("via".into(), MetadataValue::Integer(1))],
    };
    rule.action = Action::Forward(vec![WeightedTarget::new(target, 1)]);
    set.routes[0].rules.push(rule);
    set
}

fn rewrite(rewrite: Rewrite) -> Filter {
    Filter::Rewrite(rewrite)
}

#[test]
fn a_further_stage_may_name_captures_of_the_one_before() {
    let codes = |name: &str| {
        let inner = forward(vec![full(&format!("/n/{{{name}}}"))]);
        let mut set = two_stage_set(vec![], vec![inner]);
        set.routes[0].rules[0].matches = vec![RouteMatch {
            path: PathMatch::Template("/{id}".into()),
            ..RouteMatch::default()
        }];
        let found = Compiler::new().compile(&set).diagnostics;
        found.iter().map(|one| one.code.0).collect::<Vec<_>>()
    };
    assert!(codes("id").is_empty());
    assert_eq!(codes("other"), [1639]);
}

#[test]
fn what_was_known_of_the_method_goes_with_its_rewrite() {
    let asks = |method: &str, name: &str| {
        let fact = FactMatch::new(
            Fact::Method,
            ValueMatch::In(vec![method.into(), "Z".into()]),
        );
        let mut rule = forward(vec![]);
        rule.matches = vec![RouteMatch {
            predicates: vec![fact.into()],
            ..RouteMatch::default()
        }];
        rule.action = Action::Forward(vec![to(name, 1)]);
        rule
    };
    let inner = vec![asks("GET", "old"), asks("POST", "new")];
    let outer = rewrite(Rewrite {
        method: Some("POST".into()),
        ..Rewrite::default()
    });
    let mut set = two_stage_set(vec![outer], inner);
    // The first stage asks for the method too.
    set.routes[0].rules[0].matches = asks("GET", "").matches;
    for direct_tests in [0, u32::MAX] {
        let mut limits = Limits::default();
        limits.direct_tests = direct_tests;
        let table = Compiler::new().with_limits(limits).compile(&set).table;
        assert_eq!(drawn(&table, &get("/"), 0).as_deref(), Some("new"));
    }
}

#[test]
fn a_further_stage_sees_method_path_and_host_as_rewritten() {
    let outer = rewrite(Rewrite {
        method: Some("PUT".into()),
        path: Some(PathRewrite::Full(format("/v2{path}"))),
        host: Some(HostRewrite::To("inner.example".into())),
        ..Rewrite::default()
    });
    let mut wins = forward(vec![Filter::RequestHeaders(vec![edit(
        HeaderVerb::Set,
        "x",
        "{method} {host}{path}",
    )])]);
    wins.matches = vec![RouteMatch {
        path: PathMatch::Exact("/v2/a".into()),
        methods: vec!["PUT".into()],
        ..RouteMatch::default()
    }];
    let table = two_stages(vec![outer], vec![wins]);
    assert_eq!(head(&table, &get("/a?q")), ["x: PUT inner.example/v2/a"]);
    table.decide(&get("/a?q"), |decision| {
        assert_eq!(decision.method(), b"PUT");
        assert_eq!(decision.target(), b"/v2/a?q");
        assert_eq!(decision.authority(), Some(&b"inner.example"[..]));
        assert_eq!(decision.stages().len(), 2);
    });
}

#[test]
fn edits_of_each_stage_see_the_request_as_it_came_into_it() {
    let set_path =
        |name: &str| Filter::RequestHeaders(vec![edit(HeaderVerb::Append, name, "{path}")]);
    let inner = forward(vec![set_path("x"), full("/last")]);
    let table = two_stages(vec![set_path("x"), full("/second")], vec![inner]);
    assert_eq!(head(&table, &get("/first")), ["x: /first,/second"]);
    assert_eq!(leaves(&table, &get("/first")), "/last");
}

#[test]
fn each_stage_rewrites_the_query_that_the_one_before_left() {
    let add = |name: &str| {
        rewrite(Rewrite {
            query: Some(QueryRewrite::Edit(vec![QueryEdit::Add {
                name: name.into(),
                value: "1".into(),
            }])),
            ..Rewrite::default()
        })
    };
    let inner = forward(vec![add("b")]);
    let table = two_stages(vec![add("a"), full("/n?own")], vec![inner]);
    assert_eq!(leaves(&table, &get("/?q")), "/n?own&q&a=1&b=1");
}

#[test]
fn captures_of_an_earlier_stage_stay_where_a_later_one_has_none() {
    let table_of = |inner: Rule| {
        let mut set = set(vec![]);
        let inner = set.add_route(Route::new(
            ObjectRef::new("Route", "", "inner"),
            vec![inner],
        ));
        let mut stage = Stage::new(ObjectRef::new("Stage", "", "inner"), Precedence::FirstMatch);
        stage.attach(inner, []);
        let stage = set.add_stage(stage);
        let target = Target::Stage {
            stage,
            metadata: vec![],
        };
        let mut rule = Rule::new(Action::Forward(vec![WeightedTarget::new(target, 1)]));
        rule = on(PathMatch::Template("/{id}".into()), rule);
        set.routes[0].rules.push(rule);
        Compiler::new().compile(&set).table
    };
    let table = table_of(forward(vec![full("/got/{id}")]));
    assert_eq!(leaves(&table, &get("/7")), "/got/7");
    let inner = on(
        PathMatch::Template("/{other}".into()),
        forward(vec![full("/got/{id}{other}")]),
    );
    assert_eq!(leaves(&table_of(inner), &get("/7")), "/got/7");
}

#[test]
fn metadata_of_all_stages_is_shown() {
    let mut inner = forward(vec![]);
    inner.metadata = vec![("who".into(), MetadataValue::Boolean(true))];
    let table = two_stages(vec![], vec![inner]);
    table.decide(&get("/"), |decision| {
        let all: Vec<_> = decision.metadata().collect();
        assert_eq!(
            all,
            [
                ("who", MetadataView::Text("outer")),
                ("via", MetadataView::Integer(1)),
                ("who", MetadataView::Boolean(true)),
            ]
        );
    });
}

#[test]
fn nothing_of_a_way_that_is_given_up_is_shown() {
    let outer = Filter::RequestHeaders(vec![edit(HeaderVerb::Set, "x", "ok")]);
    let inner = Filter::ResponseHeaders(vec![edit(HeaderVerb::Set, "y", "{header.bad}")]);
    let table = two_stages(vec![outer, full("/n")], vec![forward(vec![inner])]);
    let headers: &[Header<'_>] = &[(b"bad", b"\x01")];
    table.decide(&get("/").with_headers(headers), |decision| {
        assert_eq!(outcome(&decision), "respond 500 UnsoundOutput");
        assert_eq!(decision.request_edits().count(), 0);
        assert_eq!(decision.response_edits().count(), 0);
        assert_eq!(decision.headers().count(), 1);
        assert_eq!(decision.stages().len(), 2);
        assert_eq!(decision.backend(), None);
    });
    table.decide(&get("/"), |decision| {
        assert_eq!(decision.outcome(), Outcome::Forward);
        assert_eq!(decision.response_edits().count(), 1);
    });
}
