//! Queries that are sent on.

use fingerpost::model::{Filter, QueryEdit, QueryRewrite, Rewrite};

use super::support::{format, forward, get, leaves, table};

fn query(rewrite: QueryRewrite) -> Filter {
    Filter::Rewrite(Rewrite {
        query: Some(rewrite),
        ..Rewrite::default()
    })
}

fn edits(edits: Vec<QueryEdit>) -> Filter {
    query(QueryRewrite::Edit(edits))
}

/// What a filter makes of a target.
fn rewritten(filter: Filter, target: &str) -> String {
    leaves(&table(vec![forward(vec![filter])]), &get(target))
}

#[test]
fn a_query_is_replaced_or_left_out() {
    let to = |text: &str| query(QueryRewrite::To(format(text)));
    assert_eq!(rewritten(to("a=1"), "/x?b=2"), "/x?a=1");
    assert_eq!(rewritten(to(""), "/x?b=2"), "/x");
    assert_eq!(
        rewritten(to("p={path}&r={raw_query}"), "/x?b=2"),
        "/x?p=/x&r=b=2"
    );
    assert_eq!(rewritten(to("a b#c"), "/x"), "/x?a%20b%23c");
}

#[test]
fn query_edits_touch_nothing_else() {
    let set = |name: &str, value: &str| QueryEdit::Set {
        name: name.into(),
        value: format(value),
    };
    let add = |name: &str, value: &str| QueryEdit::Add {
        name: name.into(),
        value: format(value),
    };
    let remove = |name: &str| QueryEdit::Remove { name: name.into() };
    let keep = |names: &[&str]| QueryEdit::Keep {
        names: names.iter().map(|name| name.to_string()).collect(),
    };
    for (edit, target, want) in [
        (set("a", "9"), "/?x=%41&a=1&%61=2&y", "/?x=%41&a=9&y"),
        (set("a", "9"), "/?%61", "/?%61=9"),
        (set("a", "9"), "/", "/?a=9"),
        (set("a", "9"), "/?b=1", "/?b=1&a=9"),
        (add("a", "9"), "/?a=1", "/?a=1&a=9"),
        (add("a b", "&="), "/", "/?a%20b=%26="),
        (remove("a"), "/?a=1&b=%zz&a&%61=3&c=", "/?b=%zz&c="),
        (remove("a"), "/?a=1", "/"),
        (remove("a"), "/?b", "/?b"),
        (keep(&["b", "c"]), "/?a=1&b=2&%63=3&d", "/?b=2&%63=3"),
        (keep(&[]), "/?a=1", "/"),
        (
            set("u", "{header.none}{query.q}"),
            "/?q=a%26b",
            "/?q=a%26b&u=a%26b",
        ),
    ] {
        assert_eq!(
            rewritten(edits(vec![edit.clone()]), target),
            want,
            "{edit:?}"
        );
    }
    let all = edits(vec![
        remove("a"),
        add("b", "2"),
        set("b", "3"),
        keep(&["b"]),
    ]);
    assert_eq!(rewritten(all, "/p?a=1&c=4"), "/p?b=3");
}

#[test]
fn no_value_makes_a_second_parameter() {
    let edit = QueryEdit::Add {
        name: "user".into(),
        value: format("{header.x}"),
    };
    let table = table(vec![forward(vec![edits(vec![edit])])]);
    let request = get("/?a=1").with_headers(&[(b"x", b"u&admin=1#\n")]);
    assert_eq!(leaves(&table, &request), "/?a=1&user=u%26admin=1%23%0A");
}
