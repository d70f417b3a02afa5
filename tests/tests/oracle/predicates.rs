//! Predicates.

use fingerpost::compile::Compiler;
use fingerpost::model::{Fact, FactMatch, Precedence, Predicate, RepeatedValues, ValueMatch};
use fingerpost::oracle::{Protocol as Speaks, Request};
use fingerpost_tests::build::{With, segments};

use crate::{get, goes, rules, with};

#[test]
fn header_predicates_of_every_kind() {
    let text = String::from;
    for (value, yes, no) in [
        (
            ValueMatch::Exact(text("ab")),
            vec!["ab"],
            vec!["AB", "abc", ""],
        ),
        (
            ValueMatch::Prefix(text("ab")),
            vec!["ab", "abc"],
            vec!["a", "xab"],
        ),
        (
            ValueMatch::Suffix(text("ab")),
            vec!["ab", "xab"],
            vec!["abx", "b"],
        ),
        (
            ValueMatch::Contains(text("ab")),
            vec!["ab", "xabx"],
            vec!["ba", ""],
        ),
        (ValueMatch::Contains(text("")), vec!["", "x"], vec![]),
        (
            ValueMatch::Regex(text("a+")),
            vec!["a", "aaa"],
            vec!["ab", "xa", ""],
        ),
        (ValueMatch::Present, vec!["", "x"], vec![]),
        (
            ValueMatch::Range {
                start: -1,
                end: 150,
            },
            vec!["100", "-1", "0", "+5", "007", "149"],
            vec![
                "150",
                "-2",
                "",
                "-",
                "1.0",
                " 1",
                "1 ",
                "1e1",
                "9223372036854775808",
                "5x",
            ],
        ),
    ] {
        let set = rules(
            Precedence::GatewayApi,
            vec![segments("/").header("x", value.clone())],
        );
        for (values, expected) in [(yes, "a"), (no, "404")] {
            for text in values {
                let request = with(get("h", "/"), &[("X", text)]);
                assert_eq!(goes(&set, &request), expected, "{value:?} on {text:?}");
            }
        }
        assert_eq!(
            goes(&set, &get("h", "/")),
            "404",
            "{value:?} without the header"
        );
    }
}

#[test]
fn header_repeated_inverted_and_missing() {
    let request = with(get("h", "/"), &[("x", "user"), ("X", "admin")]);
    let holds = |repeated, invert, missing, value: &str, request: &Request| {
        let mut item = segments("/").header("x", ValueMatch::Exact(value.into()));
        item.headers[0].repeated = repeated;
        item.headers[0].invert = invert;
        item.headers[0].missing_matches = missing;
        goes(&rules(Precedence::GatewayApi, vec![item]), request) == "a"
    };
    assert!(holds(
        RepeatedValues::Joined,
        false,
        false,
        "user,admin",
        &request
    ));
    assert!(!holds(
        RepeatedValues::Joined,
        false,
        false,
        "admin",
        &request
    ));
    assert!(holds(RepeatedValues::Any, false, false, "admin", &request));
    assert!(!holds(
        RepeatedValues::First,
        false,
        false,
        "admin",
        &request
    ));
    // Inverted: no value is `admin`, not: some value is not.
    assert!(!holds(RepeatedValues::Any, true, false, "admin", &request));
    assert!(holds(RepeatedValues::First, true, false, "admin", &request));
    for invert in [false, true] {
        assert!(!holds(
            RepeatedValues::Any,
            invert,
            false,
            "x",
            &get("h", "/")
        ));
        assert!(holds(
            RepeatedValues::Any,
            invert,
            true,
            "x",
            &get("h", "/")
        ));
    }
}

#[test]
fn query_is_decoded_and_the_first_of_a_name_counts() {
    let set = |value| {
        rules(
            Precedence::GatewayApi,
            vec![segments("/").query("admin", value)],
        )
    };
    let one = || set(ValueMatch::Exact("1".into()));
    assert_eq!(goes(&one(), &get("h", "/?a=%zz;&admin=1")), "a");
    assert_eq!(goes(&one(), &get("h", "/?adm%69n=%31")), "a");
    assert_eq!(goes(&one(), &get("h", "/?admin=2&admin=1")), "404");
    assert_eq!(goes(&one(), &get("h", "/?Admin=1")), "404");
    assert_eq!(
        goes(&set(ValueMatch::Exact("".into())), &get("h", "/?x&admin")),
        "a"
    );
    assert_eq!(
        goes(
            &set(ValueMatch::Exact("=1".into())),
            &get("h", "/?admin==1")
        ),
        "a"
    );
    assert_eq!(
        goes(
            &set(ValueMatch::Exact("a+b".into())),
            &get("h", "/?admin=a+b")
        ),
        "a"
    );
    assert_eq!(goes(&set(ValueMatch::Present), &get("h", "/?&&=1")), "404");
}

#[test]
fn grpc_only_reads_the_media_type() {
    let mut item = segments("/");
    item.grpc_only = true;
    let set = rules(Precedence::GatewayApi, vec![item]);
    let typed = |text| with(get("h", "/"), &[("content-type", text)]);
    assert_eq!(goes(&set, &typed("Application/GRPC+proto; a=b")), "a");
    assert_eq!(goes(&set, &typed("application/grpc")), "a");
    assert_eq!(goes(&set, &typed("application/grpc-web")), "404");
    let request = Request {
        protocol: Speaks::Grpc,
        ..get("h", "/")
    };
    assert_eq!(goes(&set, &request), "a");
}

#[test]
fn a_test_that_is_none_is_left_out_as_a_whole_and_the_match_answers_500() {
    let faulty = || {
        let value = ValueMatch::Regex("(".into());
        Predicate::fact(FactMatch::new(Fact::Header("x".into()), value))
    };
    let sound = || {
        let value = ValueMatch::Exact("1".into());
        Predicate::fact(FactMatch::new(Fact::Header("y".into()), value))
    };
    for (predicates, takes_all) in [
        (vec![faulty()], true),
        (vec![Predicate::negated(faulty())], true),
        (vec![Predicate::any([faulty(), sound()])], true),
        (vec![Predicate::all([faulty(), sound()])], true),
        (vec![faulty(), sound()], false),
    ] {
        let mut item = segments("/a");
        item.predicates = predicates;
        let set = rules(Precedence::FirstMatch, vec![item, segments("/")]);
        let table = Compiler::new().compile(&set).table;
        for (value, is_taken) in [("1", true), ("2", takes_all)] {
            let want = if is_taken { "500" } else { "b" };
            let request = with(get("h", "/a"), &[("y", value)]);
            assert_eq!(goes(&set, &request), want);
            let headers: &[(&[u8], &[u8])] = &[(b"y", value.as_bytes())];
            let asked = fingerpost::Request::new(b"GET", b"/a")
                .with_authority(b"h")
                .with_headers(headers);
            let went = table.decide(&asked, |decision| match decision.status() {
                Some(status) => status.to_string(),
                None => decision.backend().unwrap().name.to_string(),
            });
            assert_eq!(went, want);
        }
    }
}
