//! Predicates.

use fingerpost::model::{Precedence, RepeatedValues, ValueMatch};
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
