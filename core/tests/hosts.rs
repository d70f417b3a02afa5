//! Hosts of every kind, through the public interface.
#![cfg(feature = "compile")]

mod routes;

use fingerpost::compile::limits::Limits;
use fingerpost::model::{HostBinding, HostMatch, PathMatch};
use fingerpost::{HostForm, Precedence};
use routes::{Asked, Shape, host, path, rule};

fn wildcard(suffix: &str) -> HostBinding {
    host(HostMatch::Wildcard(suffix.into()))
}

fn exact(name: &str) -> HostBinding {
    host(HostMatch::Exact(name.into()))
}

fn regex(pattern: &str) -> HostBinding {
    host(HostMatch::Regex(pattern.into()))
}

fn with_port(binding: HostBinding, port: u16) -> HostBinding {
    HostBinding {
        port: Some(port),
        ..binding
    }
}

fn any() -> HostBinding {
    host(HostMatch::Any)
}

#[track_caller]
fn answers(asked: &mut Asked, table: &[(&str, &str)]) {
    for (authority, want) in table {
        assert_eq!(asked.host(authority), *want, "{authority:?}");
    }
}

/// Stages that look at the most specific host alone show the order of a lookup.
fn exclusive() -> Shape {
    Shape {
        fallthrough: false,
        ..Shape::default()
    }
}

#[test]
fn one_label_is_one_label_that_is_not_empty() {
    let one = host(HostMatch::OneLabel("x.test".into()));
    let mut asked = Shape::default().hosts(vec![("one", one), ("rest", any())]);
    answers(
        &mut asked,
        &[
            ("a.x.test", "one"),
            ("A.X.test:80", "one"),
            ("a.b.x.test", "rest"),
            ("x.test", "rest"),
            ("ax.test", "rest"),
        ],
    );
}

#[test]
fn a_star_takes_at_least_one_byte() {
    let hosts = vec![
        ("suffix", host(HostMatch::WildcardSuffix("-api.x".into()))),
        ("prefix", host(HostMatch::WildcardPrefix("www.y.".into()))),
        ("raw", host(HostMatch::Suffix("raw.z".into()))),
        ("rest", any()),
    ];
    let mut asked = Shape::default().hosts(hosts);
    answers(
        &mut asked,
        &[
            ("a-api.x", "suffix"),
            ("a.b-api.x", "suffix"),
            ("-api.x", "rest"),
            ("www.y.com", "prefix"),
            ("www.y.co.uk", "prefix"),
            ("www.y", "rest"),
            ("www.y.", "rest"),
            ("raw.z", "raw"),
            ("araw.z", "raw"),
        ],
    );
}

#[test]
fn hosts_are_tried_exact_then_tail_then_head_then_regex_then_any() {
    let every = || {
        vec![
            ("any", any()),
            ("regex-first", regex("a\\..*")),
            ("regex-second", regex(".*")),
            ("head", host(HostMatch::WildcardPrefix("a.b.".into()))),
            ("head-short", host(HostMatch::WildcardPrefix("a.".into()))),
            ("tail-short", host(HostMatch::Suffix("d".into()))),
            ("any-depth", wildcard("c.d")),
            ("one-label", host(HostMatch::OneLabel("c.d".into()))),
            ("exact", exact("a.b.c.d")),
        ]
    };
    let table = [
        ("a.b.c.d", "exact"),
        ("a.c.d", "one-label"),
        ("a.a.c.d", "any-depth"),
        ("a.b.d", "tail-short"),
        ("a.b.x", "head"),
        ("a.x", "head-short"),
        ("x", "regex-second"),
    ];
    answers(&mut exclusive().hosts(every()), &table);
    let specific = Shape {
        precedence: Precedence::Specific,
        ..Shape::default()
    };
    answers(&mut specific.hosts(every()), &table);
    let mut without_authority = exclusive().hosts(every());
    let request = fingerpost::Request::new(b"GET", b"/");
    assert_eq!(without_authority.ask(&request), "any");
}

#[test]
fn of_regexes_the_one_that_the_stage_has_first_is_first() {
    let order = |first: &str, second: &str| {
        let hosts = vec![("first", regex(first)), ("second", regex(second))];
        let specific = Shape {
            precedence: Precedence::Specific,
            ..Shape::default()
        };
        (
            exclusive().hosts(hosts.clone()).host("ab"),
            specific.hosts(hosts).host("ab"),
        )
    };
    let first = || ("first".to_string(), "first".to_string());
    assert_eq!(order("a.", ".b"), first());
    assert_eq!(order(".b", "a.[a-z]?[a-z]?"), first());
}

#[test]
fn a_host_regex_is_whole_and_over_lower_case() {
    let mut asked = Shape::default().hosts(vec![("yes", regex("[a-z]+\\.x")), ("rest", any())]);
    answers(
        &mut asked,
        &[
            ("ab.x", "yes"),
            ("AB.X:80", "yes"),
            ("ab.x.", "yes"),
            ("ab.xy", "rest"),
            ("1ab.x", "rest"),
        ],
    );
}

#[test]
fn a_host_regex_that_cannot_be_compiled_is_reported_and_left_out() {
    let large = format!("({}){{64}}x", "[ab]?".repeat(16));
    for (pattern, code) in [
        ("(", "FP1601"),
        ("(?:a|b)*a(?:a|b){14}", "FP1624"),
        (&large, "FP1601"),
    ] {
        let mut asked = Shape::default().hosts(vec![("never", regex(pattern)), ("rest", any())]);
        assert_eq!(asked.diagnostics.len(), 1, "{pattern}");
        assert_eq!(asked.diagnostics[0].code.to_string(), code, "{pattern}");
        assert!(asked.diagnostics[0].message.contains("Route route-0"));
        assert_eq!(asked.host("a"), "rest");
    }
}

#[test]
fn host_regexes_have_a_limit_together() {
    let hosts = || {
        vec![
            ("one", regex("(?:a{60})+")),
            ("two", regex("(?:b{60})+")),
            ("rest", any()),
        ]
    };
    let routes = hosts().into_iter().map(|(name, host)| {
        let rules = vec![rule(name, path(PathMatch::Any))];
        (vec![host], rules)
    });
    let set = Shape::default().set(routes.collect());
    let mut limits = Limits::default();
    assert_eq!(limits.host_automata, 64 << 20);
    // Room for one of them and not for two.
    limits.host_automata = 2 << 10;
    let mut asked = Asked::with_limits(&set, limits);
    assert_eq!(asked.host("a".repeat(120)), "one");
    assert_eq!(asked.host("b".repeat(120)), "rest");
    assert_eq!(asked.diagnostics.len(), 1);
    assert_eq!(asked.diagnostics[0].code.to_string(), "FP1624");
    let message = &asked.diagnostics[0].message;
    assert!(message.contains("Limits::host_automata"), "{message}");
}

#[test]
fn a_port_must_be_stated_and_makes_a_host_more_specific() {
    let hosts = || {
        vec![
            ("bare", exact("x.test")),
            ("port", with_port(exact("x.test"), 8443)),
            ("wild", with_port(wildcard("test"), 81)),
            ("only", with_port(exact("only.test"), 1)),
            ("any", with_port(any(), 7)),
        ]
    };
    let specific = Shape {
        precedence: Precedence::Specific,
        ..Shape::default()
    };
    let alone = Shape {
        precedence: Precedence::Specific,
        ..exclusive()
    };
    for shape in [specific, alone] {
        answers(
            &mut shape.hosts(hosts()),
            &[
                ("x.test", "bare"),
                ("x.test:8443", "port"),
                ("X.TEST.:8443", "port"),
                ("x.test:80", "bare"),
                ("y.test:81", "wild"),
                ("y.test", "-"),
                ("y.test:7", "any"),
                ("only.test:1", "only"),
                // Not its port, so not its host: the wildcard is the most specific.
                ("only.test:81", "wild"),
            ],
        );
    }
    // In written order the port is a condition like others.
    let mut written = Shape::default().hosts(hosts());
    answers(
        &mut written,
        &[("x.test:8443", "bare"), ("only.test:1", "only")],
    );
}

#[test]
fn adv_ho_004_a_stage_can_compare_the_authority_as_it_came() {
    let hosts = || {
        vec![
            ("bare", exact("x.test")),
            ("port", exact("x.test:8443")),
            ("dot", exact("x.test.")),
            ("wild", host(HostMatch::WildcardPrefix("x.test:".into()))),
            ("rest", any()),
        ]
    };
    let shape = Shape {
        form: HostForm::Authority,
        ..exclusive()
    };
    let mut asked = shape.hosts(hosts());
    assert!(asked.diagnostics.is_empty(), "{:?}", asked.diagnostics);
    answers(
        &mut asked,
        &[
            ("x.test", "bare"),
            ("X.Test:8443", "port"),
            ("x.test.", "dot"),
            ("x.test:80", "wild"),
            ("y.test", "rest"),
            ("a b", "!"),
        ],
    );
    // Compared without port, these hosts match nothing, and that is reported.
    assert_eq!(Shape::default().hosts(hosts()).diagnostics.len(), 3);
}

#[test]
fn hosts_in_other_forms_than_they_are_compared_in_are_reported() {
    for binding in [
        exact("X.test"),
        exact("x.test."),
        exact("x.test:80"),
        host(HostMatch::OneLabel(String::new())),
        host(HostMatch::WildcardSuffix("-API".into())),
        host(HostMatch::WildcardPrefix("Www.".into())),
    ] {
        let asked = Shape::default().hosts(vec![("never", binding)]);
        assert_eq!(asked.diagnostics.len(), 1, "{:?}", asked.diagnostics);
        assert_eq!(asked.diagnostics[0].code.to_string(), "FP1606");
    }
    let sound = host(HostMatch::WildcardPrefix("www.".into()));
    assert!(
        Shape::default()
            .hosts(vec![("yes", sound)])
            .diagnostics
            .is_empty()
    );
}

#[test]
fn a_rewritten_host_reaches_the_next_stage_in_both_forms() {
    use fingerpost::model::{
        Action, Filter, Format, HostRewrite, ObjectRef, Rewrite, Route, Stage, StageId, Target,
        WeightedTarget,
    };
    for (form, want) in [(HostForm::Name, "name"), (HostForm::Authority, "authority")] {
        let mut set = Shape::default().set(vec![]);
        let mut first = rule("first", path(PathMatch::Any));
        let further = Target::Stage {
            stage: StageId(1),
            metadata: vec![],
        };
        first.action = Action::Forward(vec![WeightedTarget::new(further, 1)]);
        first.filters.push(Filter::Rewrite(Rewrite {
            host: Some(HostRewrite::To(Format::text("New.test:9"))),
            ..Rewrite::default()
        }));
        let first = set.add_route(Route::new(
            ObjectRef::new("Route", "", "first"),
            vec![first],
        ));
        set.stages[0].attach(first, []);
        let mut stage = Stage::new(ObjectRef::new("Stage", "", "then"), Precedence::FirstMatch);
        stage.host_form = form;
        for (name, host) in [("name", "new.test"), ("authority", "new.test:9")] {
            let rules = vec![rule(name, path(PathMatch::Any))];
            let route = set.add_route(Route::new(ObjectRef::new("Route", "", name), rules));
            stage.attach(route, [HostMatch::Exact(host.into())]);
        }
        set.add_stage(stage);
        assert_eq!(Asked::new(&set).host("old.test"), want);
    }
}

#[test]
fn adv_wh_001_adv_wh_003_a_wildcard_is_one_or_more_labels() {
    let mut asked = Shape::default().hosts(vec![("w", wildcard("example.com")), ("rest", any())]);
    answers(
        &mut asked,
        &[
            ("a.b.example.com", "w"),
            ("evilexample.com", "rest"),
            ("example.com", "rest"),
        ],
    );
}

#[test]
fn adv_wh_004_an_empty_label_is_no_host() {
    let mut asked = Shape::default().hosts(vec![("w", wildcard("example.com")), ("rest", any())]);
    answers(&mut asked, &[(".example.com", "!")]);
}

#[test]
fn adv_wh_006_a_suffix_wildcard_is_never_the_whole_host() {
    let suffix = host(HostMatch::WildcardSuffix("-bar.foo.com".into()));
    let mut asked = exclusive().hosts(vec![("s", suffix), ("rest", any())]);
    answers(
        &mut asked,
        &[("-bar.foo.com", "rest"), ("baz-bar.foo.com", "s")],
    );
}

#[test]
fn adv_wh_007_longest_suffix_then_longest_prefix_then_any() {
    let hosts = vec![
        ("p", host(HostMatch::WildcardPrefix("foo.".into()))),
        ("s", host(HostMatch::WildcardSuffix(".com".into()))),
        ("l", host(HostMatch::WildcardSuffix(".bar.com".into()))),
        ("d", any()),
    ];
    let mut asked = exclusive().hosts(hosts);
    answers(
        &mut asked,
        &[
            ("foo.bar.com", "l"),
            ("foo.x.com", "s"),
            ("foo.x", "p"),
            ("x", "d"),
        ],
    );
}

#[test]
fn adv_wh_009_a_star_that_a_client_sends_is_no_wildcard() {
    let mut asked = Shape::default().hosts(vec![("w", wildcard("example.com")), ("rest", any())]);
    answers(
        &mut asked,
        &[("*.example.com", "!"), ("*", "!"), ("a*.example.com", "!")],
    );
}

#[test]
fn adv_ho_001_adv_ho_003_adv_ho_006_adv_ho_010_case_port_and_dot_do_not_count() {
    let mut asked = Shape::default().hosts(vec![("a", exact("example.com")), ("other", any())]);
    answers(
        &mut asked,
        &[
            ("EXAMPLE.com", "a"),
            ("example.com:8443", "a"),
            ("example.com.:88", "a"),
            ("example.com:", "a"),
        ],
    );
}

#[test]
fn adv_ho_023_hosts_are_compared_byte_by_byte() {
    let mut asked = Shape::default().hosts(vec![("a", exact("example.org"))]);
    answers(
        &mut asked,
        &[("xn--example-.org", "-"), ("example.org.xn--", "-")],
    );
}
