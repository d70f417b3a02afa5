//! Limits on what rules do: each with a code and the rest of the rule at work.

use fingerpost::compile::{Compiler, limits::Limits};
use fingerpost::model::{Action, Filter, HeaderVerb, Mirror, Rule};

use super::support::{
    NONE, backend, broken, edit, forward, full, get, head, leaves, limited, set, table, to,
};

fn mirror(name: &str) -> Filter {
    Filter::Mirror(Mirror {
        target: Ok(backend(name)),
        numerator: 1,
        denominator: 1,
    })
}

/// The one message that compiling a rule with these limits gives.
fn message(rule: Rule, limits: &Limits) -> String {
    let compiler = Compiler::new().with_limits(limits.clone());
    let compiled = compiler.compile(&set(vec![rule]));
    assert_eq!(compiled.diagnostics.len(), 1);
    compiled.diagnostics[0].message.clone()
}

#[test]
fn a_rule_with_more_edits_than_the_limit_answers_500() {
    let edits = |count| {
        let edits = (0..count).map(|nth| edit(HeaderVerb::Set, &format!("x{nth}"), "{path}"));
        forward(vec![Filter::RequestHeaders(edits.collect())])
    };
    let mut limits = Limits::default();
    assert_eq!(limits.header_edits, 256);
    assert_eq!(limited(vec![edits(256)], &limits).1, NONE);
    let (table, codes) = limited(vec![edits(257)], &limits);
    assert_eq!(codes, [1633]);
    assert_eq!(leaves(&table, &get("/")), "respond 500 InvalidRule");
    limits.header_edits = 300;
    assert_eq!(limited(vec![edits(257)], &limits).1, NONE);
    let text = message(edits(301), &limits);
    assert!(
        text.contains("rule 0") && text.contains("Limits::header_edits"),
        "{text}"
    );
}

#[test]
fn a_rule_with_more_targets_than_the_limit_answers_500() {
    let split = |count| Rule::new(Action::Forward((0..count).map(|_| to("a", 1)).collect()));
    let mut limits = Limits::default();
    assert_eq!(limits.targets, 1_024);
    limits.targets = 2;
    assert_eq!(limited(vec![split(2)], &limits).1, NONE);
    let (table, codes) = limited(vec![split(3)], &limits);
    assert_eq!(codes, [1634]);
    assert_eq!(leaves(&table, &get("/")), "respond 500 InvalidRule");
    assert!(message(split(3), &limits).contains("Limits::targets"));
}

#[test]
fn mirrors_over_the_limit_are_left_out_and_none_within_it_is_lost() {
    let mut rule = forward((0..65).map(|_| mirror("m")).collect());
    let (table, codes) = broken(vec![rule.clone()]);
    assert_eq!(codes, [1635]);
    table.decide(&get("/"), |decision| {
        assert_eq!(decision.mirrors().count(), 64);
    });
    rule.filters.pop();
    let mut target = to("a", 1);
    target.filters = (0..64).map(|_| mirror("t")).collect();
    rule.action = Action::Forward(vec![target]);
    table_of(rule).decide(&get("/"), |decision| {
        assert_eq!(decision.mirrors().count(), 128);
        assert!(decision.mirrors().all(|mirror| mirror.selected));
    });
}

fn table_of(rule: Rule) -> fingerpost::Table {
    table(vec![rule])
}

#[test]
fn metadata_over_the_limit_is_left_out() {
    let limits = {
        let mut limits = Limits::default();
        assert_eq!(limits.metadata, 64 << 10);
        limits.metadata = 8;
        limits
    };
    let mut rule = forward(vec![]);
    rule.metadata = vec![("abc".into(), "12345".into())];
    assert_eq!(limited(vec![rule.clone()], &limits).1, NONE);
    rule.metadata.push(("b".into(), "".into()));
    let (table, codes) = limited(vec![rule.clone()], &limits);
    assert_eq!(codes, [1636]);
    table.decide(&get("/"), |decision| {
        assert_eq!(decision.metadata().count(), 1);
    });
    assert!(message(rule, &limits).contains("Limits::metadata"));
}

#[test]
fn a_format_with_more_holes_than_the_limit_is_refused() {
    let holes = |count: usize| "{path}".repeat(count);
    let edited = |count| {
        let edits = vec![
            edit(HeaderVerb::Set, "x", &holes(count)),
            edit(HeaderVerb::Set, "y", "1"),
        ];
        forward(vec![Filter::RequestHeaders(edits)])
    };
    let limits = Limits::default();
    assert_eq!(limits.format_holes, 64);
    assert_eq!(limited(vec![edited(64)], &limits).1, NONE);
    let (table, codes) = limited(vec![edited(65)], &limits);
    assert_eq!(codes, [1637]);
    assert_eq!(leaves(&table, &get("/")), "respond 500 InvalidRule");
    assert!(message(edited(65), &limits).contains("Limits::format_holes"));
    let (table, codes) = limited(vec![forward(vec![full(&holes(65))])], &limits);
    assert_eq!(codes, [1637]);
    assert_eq!(leaves(&table, &get("/")), "respond 500 InvalidRule");
}

#[test]
fn the_formats_of_one_list_of_filters_have_a_limit_together() {
    let mut limits = Limits::default();
    assert_eq!(limits.rule_holes, 512);
    limits.rule_holes = 3;
    let edits = |count: usize| {
        let one = |at| edit(HeaderVerb::Set, &format!("x-{at}"), "{path}");
        forward(vec![Filter::RequestHeaders((0..count).map(one).collect())])
    };
    assert_eq!(limited(vec![edits(3), edits(3)], &limits).1, NONE);
    assert_eq!(limited(vec![edits(4)], &limits).1, [1637]);
    assert!(message(edits(4), &limits).contains("Limits::rule_holes"));
}

#[test]
fn what_is_rendered_has_a_limit_for_the_whole_decision() {
    let mut limits = Limits::default();
    assert_eq!(limits.rendered, 64 << 10);
    limits.rendered = 8;
    let rule = |value: &str| {
        let edits = vec![
            edit(HeaderVerb::Set, "x", value),
            edit(HeaderVerb::Set, "y", value),
        ];
        forward(vec![Filter::RequestHeaders(edits)])
    };
    let (table, _) = limited(vec![rule("{path}")], &limits);
    assert_eq!(head(&table, &get("/123")), ["x: /123", "y: /123"]);
    assert_eq!(leaves(&table, &get("/1234")), "respond 500 RenderedTooLong");
    // What has no holes is not rendered.
    let (table, _) = limited(vec![rule("a long text without holes")], &limits);
    assert_eq!(head(&table, &get("/1234")).len(), 2);
}
