//! What is stored and found by a predicate.

use fingerpost::Request;
use fingerpost::compile::Compiler;
use fingerpost::model::{
    Fact, FactMatch, HeaderMatch, Predicate, RepeatedValues, RouteMatch, Rule,
};

use crate::support::{exact, matching, rule, same_answer, set, tables};

#[test]
fn a_list_is_indexed_by_any_fact_with_one_value() {
    let facts = [
        Fact::Method,
        Fact::Sni,
        Fact::SourceIp,
        Fact::Cookie("t".into()),
        Fact::Attribute("t".into()),
        Fact::Header("t".into()),
        Fact::Query("t".into()),
    ];
    for fact in facts {
        let test = |nth: usize| FactMatch {
            repeated: RepeatedValues::First,
            ..FactMatch::new(fact.clone(), exact(&format!("10.0.0.{nth}")))
        };
        let tree = |nth: usize| {
            let method = FactMatch::new(Fact::Scheme, exact("http"));
            Predicate::all([method.into(), Predicate::all([test(nth).into()])])
        };
        let rules: Vec<Rule> = (0..100)
            .map(|nth| rule(&nth.to_string(), matching(tree(nth))))
            .collect();
        let tables = tables(&set(rules));
        for nth in [0, 7, 99, 100] {
            let value = format!("10.0.0.{nth}");
            let target = format!("/?t={value}&t=x");
            let cookie = format!("t={value}");
            let headers: &[(&[u8], &[u8])] =
                &[(b"t", value.as_bytes()), (b"cookie", cookie.as_bytes())];
            let attributes: &[(&str, &[u8])] = &[("t", value.as_bytes())];
            let request = Request::new(value.as_bytes(), target.as_bytes())
                .with_headers(headers)
                .with_attributes(attributes)
                .with_sni(value.as_bytes())
                .with_source_ip(value.parse().unwrap());
            let want = match nth {
                100 => "no_route".to_string(),
                _ => nth.to_string(),
            };
            assert_eq!(same_answer(&tables, &request), want, "{fact:?}");
        }
        for table in &tables {
            assert_eq!(table.stats().worst_candidates, 1, "{fact:?}");
        }
        // One of two is no key: the rule can hold without it.
        let rules: Vec<Rule> = (0..100)
            .map(|nth| {
                let either = Predicate::any([test(nth).into(), Predicate::fraction(0, 1)]);
                rule(&nth.to_string(), matching(either))
            })
            .collect();
        let compiled = Compiler::new().compile(&set(rules));
        assert_eq!(compiled.table.stats().worst_candidates, 100);
    }
}

#[test]
fn equal_predicates_are_stored_once() {
    let header = RouteMatch {
        headers: vec![HeaderMatch::new("x-env", exact("a"))],
        ..RouteMatch::default()
    };
    let fact = FactMatch {
        repeated: RepeatedValues::Joined,
        ..FactMatch::new(Fact::Header("X-Env".into()), exact("a"))
    };
    let rules = vec![rule("a", header), rule("b", matching(fact))];
    for table in tables(&set(rules)) {
        assert_eq!(table.stats().predicates, 1);
    }
}
