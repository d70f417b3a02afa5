//! Stages, gateways, and requests that are refused for what a rule looks at.

use fingerpost::model::{
    Action, Fact, FactMatch, Filter, Format, HostRewrite, Normalization, PathMatch, PathRewrite,
    Predicate, RepeatedValues, Rewrite, RouteMatch, RouteSet, Rule, ValueMatch, WeightedTarget,
};
use fingerpost::{Outcome, Reason, Request};

use crate::support::{
    answer, forward, gateway, matching, rule, same_answer, set, stage, tables, to,
};

#[test]
fn path_and_host_are_asked_anew_in_each_stage() {
    let tests = |fact: Fact, value: &str, name: &str| {
        // More tests than are asked directly, so that the default has an automaton.
        let filler = (0..12).map(|nth| ValueMatch::Prefix(format!("/{nth}")));
        let mut any: Vec<_> = filler
            .map(|test| FactMatch::new(fact.clone(), test).into())
            .collect();
        any.push(Predicate::fact(FactMatch::new(
            fact,
            ValueMatch::Suffix(value.into()),
        )));
        rule(name, matching(Predicate::any(any)))
    };
    let mut set = RouteSet::new();
    let second = stage(
        &mut set,
        vec![
            tests(Fact::Path, "/old", "old"),
            tests(Fact::Host, "a.example", "old host"),
            tests(Fact::GrpcService, "old", "old service"),
            tests(Fact::Path, "/svc/new", "new"),
        ],
    );
    let mut first = tests(Fact::Path, "/old", "");
    first.action = Action::Forward(vec![WeightedTarget::new(to(second), 1)]);
    first.filters.push(Filter::Rewrite(Rewrite {
        host: Some(HostRewrite::To(Format::text("b.example"))),
        path: Some(PathRewrite::Full(Format::text("/svc/new"))),
        ..Rewrite::default()
    }));
    let first = stage(&mut set, vec![first]);
    gateway(&mut set, "public", first);
    let request = Request::new(b"GET", b"/old/old").with_authority(b"a.example");
    assert_eq!(same_answer(&tables(&set), &request), "new");
}

#[test]
fn each_gateway_asks_the_path_as_it_normalises_it() {
    let mut set = RouteSet::new();
    let contains = |name: &str| {
        let test = ValueMatch::Contains("..".into());
        rule(name, matching(FactMatch::new(Fact::Path, test)))
    };
    let first = stage(&mut set, vec![contains("dots")]);
    let second = stage(&mut set, vec![contains("dots"), forward("clean")]);
    gateway(&mut set, "raw", first);
    gateway(&mut set, "normal", second);
    set.gateways[0].normalization = Normalization::NONE;
    set.gateways[1].normalization = Normalization::BASE;
    for table in tables(&set) {
        let of = |name: &str| {
            let gateway = table.gateways_named(name).next().unwrap();
            let request = Request::new(b"GET", b"/a/../b").with_gateway(gateway);
            answer(&table, &request)
        };
        assert_eq!((of("raw"), of("normal")), ("dots".into(), "clean".into()));
        // Without a name both are asked, with one scratch.
        let request = Request::new(b"GET", b"/a/../b");
        let outcome = table.decide(&request, |decision| decision.outcome());
        assert_eq!(outcome, Outcome::Ambiguous);
    }
}

#[test]
fn a_control_character_in_a_header_that_is_asked_refuses_the_request() {
    let reason = Reason::BadHeader.as_str();
    let refused = format!("reject: {reason}");
    let ask = |fact: Fact| {
        let any = FactMatch::new(fact, ValueMatch::Present);
        tables(&set(vec![rule("there", matching(any)), forward("not")]))
    };
    let header = ask(Fact::Header("x".into()));
    for byte in [b'\0', b'\r', b'\n'] {
        let value = [b'a', byte, b'b'];
        let headers: &[(&[u8], &[u8])] = &[(b"X", &value)];
        let request = Request::new(b"GET", b"/").with_headers(headers);
        assert_eq!(same_answer(&header, &request), refused);
        assert_eq!(same_answer(&ask(Fact::Method), &request), "there");
        let headers: &[(&[u8], &[u8])] = &[(b"cookie", &value)];
        let request = Request::new(b"GET", b"/").with_headers(headers);
        assert_eq!(
            same_answer(&ask(Fact::Cookie("c".into())), &request),
            refused
        );
        assert_eq!(same_answer(&header, &request), "not");
    }
    let nameless = Request::new(b"GET", b"/").with_headers(&[(b"", b"v")]);
    assert_eq!(same_answer(&header, &nameless), refused);
    let tab = Request::new(b"GET", b"/").with_headers(&[(b"x", b"a\tb\x7f")]);
    assert_eq!(same_answer(&header, &tab), "there");
}

#[test]
fn what_rules_of_others_ask_refuses_no_request() {
    let at = |path: &str, name: &str| RouteMatch {
        path: PathMatch::Exact(path.into()),
        ..matching(FactMatch {
            repeated: RepeatedValues::Joined,
            ..FactMatch::new(Fact::Header(name.into()), ValueMatch::Prefix("a".into()))
        })
    };
    let rules = vec![rule("x", at("/x", "x")), rule("y", at("/y", "y"))];
    let tables = tables(&set(rules));
    let half = vec![b'a'; 40 << 10];
    for (value, reason) in [
        (&b"a\0"[..], Reason::BadHeader),
        (&half[..], Reason::HeaderTooLong),
    ] {
        let headers: &[(&[u8], &[u8])] =
            &[(b"x", value), (b"x", value), (b"y", b"a"), (b"y", b"b")];
        let own = Request::new(b"GET", b"/x").with_headers(headers);
        assert_eq!(
            same_answer(&tables, &own),
            format!("reject: {}", reason.as_str())
        );
        let other = Request::new(b"GET", b"/y").with_headers(headers);
        assert_eq!(same_answer(&tables, &other), "y");
    }
}

#[test]
fn a_further_stage_refuses_what_it_looks_at_too() {
    let mut set = RouteSet::new();
    let test = FactMatch::new(Fact::Header("x".into()), ValueMatch::Present);
    let second = stage(
        &mut set,
        vec![rule("there", matching(test)), forward("not")],
    );
    let action = Action::Forward(vec![WeightedTarget::new(to(second), 1)]);
    let first = stage(&mut set, vec![Rule::new(action)]);
    gateway(&mut set, "public", first);
    let request = Request::new(b"GET", b"/").with_headers(&[(b"x", b"a\0")]);
    let refused = format!("reject: {}", Reason::BadHeader.as_str());
    assert_eq!(same_answer(&tables(&set), &request), refused);
}

#[test]
fn more_repeated_values_than_there_is_room_for_are_refused() {
    let half = vec![b'a'; 40 << 10];
    let cookie = [b"c=", &half[..]].concat();
    let target = b"/".as_slice();
    for (fact, headers, attributes) in [
        (
            Fact::Header("x".into()),
            vec![(b"x".as_slice(), &half[..]); 2],
            vec![],
        ),
        (
            Fact::Cookie("c".into()),
            vec![(b"cookie".as_slice(), &cookie[..]); 2],
            vec![],
        ),
        (
            Fact::Attribute("a".into()),
            vec![],
            vec![("a", &half[..]); 2],
        ),
    ] {
        let one = FactMatch {
            repeated: RepeatedValues::Joined,
            ..FactMatch::new(fact.clone(), ValueMatch::Prefix("a".into()))
        };
        let tables = tables(&set(vec![rule("there", matching(one))]));
        let request = |count: usize| {
            Request::new(b"GET", target)
                .with_headers(&headers[..count.min(headers.len())])
                .with_attributes(&attributes[..count.min(attributes.len())])
        };
        assert_eq!(same_answer(&tables, &request(1)), "there");
        let refused = format!("reject: {}", Reason::HeaderTooLong.as_str());
        assert_eq!(same_answer(&tables, &request(2)), refused, "{fact:?}");
    }
}
