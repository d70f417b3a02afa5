//! What a further stage sees of what those before it did.

use fingerpost::compile::Compiler;
use fingerpost::model::{
    Action, Filter, HeaderVerb, HostRewrite, MetadataValue, ObjectRef, PathMatch, PathRewrite,
    Precedence, QueryEdit, QueryRewrite, Rewrite, Route, RouteMatch, Rule, Stage, Target,
    WeightedTarget,
};
use fingerpost::{MetadataView, Outcome, Table};

use super::support::{Header, edit, format, forward, full, get, head, leaves, on, outcome, set};

/// A first rule that leads to a second stage with these rules.
fn two_stages(filters: Vec<Filter>, inner: Vec<Rule>) -> Table {
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
    let compiled = Compiler::new().compile(&set);
    assert_eq!(compiled.diagnostics, []);
    compiled.table
}

fn rewrite(rewrite: Rewrite) -> Filter {
    Filter::Rewrite(rewrite)
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
