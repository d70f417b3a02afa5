//! Header edits that a client or a rule turns against the backend.

use fingerpost::json::{write_decision, write_explanation};
use fingerpost::model::{Action, Filter, HeaderEdit, HeaderVerb, RouteMatch, Rule};
use fingerpost::{Draws, Request};
use fingerpost_tests::build::{filtered, prefix, weighted};
use serde_json::Value;

use crate::asked::get;
use crate::table::{first_match, refusals, table};

fn edit(verb: HeaderVerb, name: &str, value: &str) -> Filter {
    Filter::RequestHeaders(vec![HeaderEdit {
        verb,
        name: name.into(),
        value: value.into(),
    }])
}

fn editing(filters: Vec<Filter>) -> Rule {
    filtered("app", vec![RouteMatch::default()], filters)
}

/// The values of a header in the head that leaves.
fn lines(rule: Rule, sent: &[(&str, &str)], name: &str) -> Vec<String> {
    let table = table(&first_match(vec![("r", rule)]));
    let sent = sent.iter();
    let asked = sent.fold(get("/"), |asked, (name, value)| asked.header(name, value));
    let lines = asked.ask(&table).headers.into_iter();
    let lines = lines.filter(|(key, _)| key.eq_ignore_ascii_case(name));
    lines.map(|(_, value)| value).collect()
}

#[test]
fn adv_hi_002_an_unsound_edit_is_refused() {
    for (name, value) in [
        ("bad name", "v"),
        ("", "v"),
        ("x:y", "v"),
        ("x\r\ny", "v"),
        ("é", "v"),
        ("x", "a\nb"),
        ("x", "a\rb"),
        ("x", "a\0b"),
    ] {
        let set = first_match(vec![(
            "r",
            editing(vec![edit(HeaderVerb::Set, name, value)]),
        )]);
        let found = refusals(&set);
        assert!(
            found.iter().any(|found| found.contains('r')),
            "{name:?}: {value:?}"
        );
        let compiled = crate::table::compiled(Default::default(), &set);
        let seen = get("/").ask(&compiled.table);
        assert_eq!(seen.headers, [], "{name:?}: {value:?}");
    }
    let sound = editing(vec![edit(HeaderVerb::Set, "x", "a\tb é")]);
    assert_eq!(lines(sound, &[], "x"), ["a\\x09b \\xC3\\xA9"]);
}

#[test]
fn adv_hi_005_a_set_identity_replaces_every_spelling() {
    let set = || editing(vec![edit(HeaderVerb::Set, "x-user", "bob")]);
    let sent = [("x-user", "admin"), ("X-USER", "root"), ("X-User", "")];
    assert_eq!(lines(set(), &sent, "x-user"), ["bob"]);
    // An underscore makes another name, which goes where the rule says so.
    assert_eq!(lines(set(), &[("X_User", "admin")], "x_user"), ["admin"]);
    let removing = editing(vec![
        edit(HeaderVerb::Set, "x-user", "bob"),
        edit(HeaderVerb::Remove, "x_user", ""),
    ]);
    assert!(lines(removing, &[("X_User", "admin")], "x_user").is_empty());
    let adding = editing(vec![edit(HeaderVerb::Add, "x-user", "bob")]);
    assert_eq!(
        lines(adding, &[("x-user", "admin")], "x-user"),
        ["admin", "bob"]
    );
}

#[test]
fn adv_hi_006_edits_apply_from_the_rule_to_the_target() {
    // Each pair: what the rule does, then what the target drawn does.
    for (of_rule, of_target, wanted) in [
        ((HeaderVerb::Add, "1"), (HeaderVerb::Set, "2"), vec!["2"]),
        (
            (HeaderVerb::Set, "2"),
            (HeaderVerb::Add, "1"),
            vec!["2", "1"],
        ),
        ((HeaderVerb::Remove, ""), (HeaderVerb::Add, "1"), vec!["1"]),
        ((HeaderVerb::Add, "1"), (HeaderVerb::Remove, ""), vec![]),
        (
            (HeaderVerb::Set, "1"),
            (HeaderVerb::SetIfAbsent, "2"),
            vec!["1"],
        ),
        (
            (HeaderVerb::Remove, ""),
            (HeaderVerb::SetIfAbsent, "2"),
            vec!["2"],
        ),
        (
            (HeaderVerb::Remove, ""),
            (HeaderVerb::SetIfPresent, "2"),
            vec![],
        ),
        (
            (HeaderVerb::Set, "1"),
            (HeaderVerb::Append, "2"),
            vec!["1,2"],
        ),
    ] {
        let mut rule = editing(vec![edit(of_rule.0, "x", of_rule.1)]);
        let mut share = weighted("app", 1);
        share.filters = vec![edit(of_target.0, "x", of_target.1)];
        rule.action = Action::Forward(vec![share]);
        let found = lines(rule, &[("X", "0")], "x");
        assert_eq!(found, wanted, "{of_rule:?}, {of_target:?}");
    }
}

#[test]
fn adv_hi_007_decisions_and_explanations_are_json_whatever_was_asked() {
    let rule = filtered("app", vec![prefix("/a")], vec![]);
    let table = table(&first_match(vec![("r", rule)]));
    let mut scratch = table.create_scratch();
    let headers: &[(&[u8], &[u8])] = &[(b"x\x1b[0m\"", b"\"\n\x1b[31m\xFF")];
    for target in [
        "/a\"\n\u{1b}[31m\u{7f}'\\",
        "/a\"'\\%0a%1b[31m",
        "/b\"\u{9b}31m",
    ] {
        let request = Request::new(b"GET\x1b", target.as_bytes())
            .with_authority(b"h\x1b\"")
            .with_headers(headers);
        let explanation = table.explain(&request, Draws::fixed(0));
        let decision = table.decide_with(&mut scratch, &request, Draws::fixed(0));
        let texts = [
            write_decision(&decision, true).unwrap(),
            write_explanation(&explanation, &decision, true).unwrap(),
        ];
        for text in texts {
            let mut characters = text.chars();
            assert!(!characters.any(|character| character < ' '), "{text:?}");
            serde_json::from_str::<Value>(&text).unwrap();
        }
    }
}
