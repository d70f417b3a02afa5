//! Thousands of random predicates, asked in every way there is.

use fingerpost::compile::Compiler;
use fingerpost::model::{
    Cidr, Fact, FactMatch, PathMatch, Predicate, RepeatedValues, Rule, ValueMatch,
};
use fingerpost::{Draws, Outcome, Request, Table};

use crate::support::{limits, matching, rule, set, tables};

/// Numbers from a seed.
struct Source(u64);

impl Source {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
        (self.0 >> 33) as usize % bound
    }

    fn pick<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }

    fn text(&mut self, longest: usize) -> String {
        (0..self.below(longest + 1))
            .map(|_| self.pick(&['a', 'b', 'A', '.']))
            .collect()
    }

    fn address(&mut self) -> String {
        let byte = self.below(4);
        match self.below(3) {
            0 => format!("10.0.{byte}.{}", self.below(3)),
            1 => format!("::ffff:10.0.{byte}.{}", self.below(3)),
            _ => format!("2001:db8::{byte}"),
        }
    }

    fn test(&mut self) -> ValueMatch {
        let text = self.text(3);
        match self.below(13) {
            0 => ValueMatch::Present,
            1 | 2 => ValueMatch::Exact(text),
            3 => ValueMatch::Prefix(text),
            4 => ValueMatch::Suffix(text),
            5 => ValueMatch::Contains(text),
            6 => ValueMatch::In((0..self.below(4)).map(|_| self.text(2)).collect()),
            7 => ValueMatch::Glob(text.replace('A', "*").replace('.', "?")),
            8 => ValueMatch::Regex(format!("{text}[ab]*")),
            9 => ValueMatch::RegexStart(text),
            10 => ValueMatch::RegexSearch(format!("{text}|b+$")),
            11 => {
                let start = self.below(12) as i64 - 3;
                let end = start + self.below(6) as i64 - 1;
                ValueMatch::Range { start, end }
            }
            _ => {
                let ranges = (0..self.below(3)).map(|_| {
                    let address: std::net::IpAddr = self.address().parse().unwrap();
                    let longest = if address.is_ipv4() { 32 } else { 128 };
                    Cidr::new(address, (longest - self.below(20)) as u8).unwrap()
                });
                ValueMatch::Cidr(ranges.collect())
            }
        }
    }

    fn fact_match(&mut self, facts: &[Fact]) -> FactMatch {
        use RepeatedValues::{All, Any, First, Joined};
        FactMatch {
            fact: self.pick(facts),
            value: self.test(),
            ignore_case: self.below(2) == 0,
            invert: self.below(3) == 0,
            missing_matches: self.below(3) == 0,
            repeated: self.pick(&[Joined, Any, All, First]),
            origin: fingerpost::Origin::default(),
        }
    }

    fn predicate(&mut self, facts: &[Fact], depth: usize) -> Predicate {
        match self.below(8) {
            0 if depth > 0 => {
                Predicate::all((0..self.below(4)).map(|_| self.predicate(facts, depth - 1)))
            }
            1 if depth > 0 => {
                Predicate::any((0..self.below(4)).map(|_| self.predicate(facts, depth - 1)))
            }
            2 if depth > 0 => Predicate::negated(self.predicate(facts, depth - 1)),
            _ => self.fact_match(facts).into(),
        }
    }

    fn value(&mut self) -> String {
        match self.below(4) {
            0 => (self.below(16) as i64 - 5).to_string(),
            1 => self.address(),
            _ => self.text(5),
        }
    }
}

#[test]
fn automata_change_no_answer() {
    let facts = [
        Fact::Header("h".into()),
        Fact::Query("q".into()),
        Fact::RawQueryParameter("q".into()),
        Fact::Cookie("c".into()),
        Fact::Attribute("a".into()),
        Fact::Method,
        Fact::Sni,
        Fact::SourceIp,
    ];
    let mut asked = 0;
    for seed in 0..4 {
        let mut source = Source(seed);
        let count = 600;
        let rules: Vec<Rule> = (0..count)
            .map(|nth| {
                let mut one = matching(source.predicate(&facts, 3));
                one.path = PathMatch::Exact(format!("/{nth}"));
                rule("taken", one)
            })
            .collect();
        let set = set(rules);
        let mut tables = tables(&set);
        let mut small = limits(0);
        small.automaton = 2_000;
        tables.push(Compiler::new().with_limits(small).compile(&set).table);
        let mut scratches: Vec<_> = tables.iter().map(Table::create_scratch).collect();
        let mut held = 0;
        for _ in 0..6 {
            let mut values = |most: usize| {
                (0..source.below(most))
                    .map(|_| source.value())
                    .collect::<Vec<_>>()
            };
            let (headers, cookies) = (values(4), values(4));
            let (query, attributes) = (values(4), values(4));
            let (method, sni) = (values(2), values(2));
            let cookies = cookies.iter().map(|value| format!("c={value}"));
            let cookies: Vec<String> = cookies.collect();
            let named = headers.iter().map(|value| (&b"h"[..], value.as_bytes()));
            let of_cookies = cookies.iter().map(|line| (&b"cookie"[..], line.as_bytes()));
            let headers: Vec<(&[u8], &[u8])> = named.chain(of_cookies).collect();
            let attributes: Vec<(&str, &[u8])> = attributes
                .iter()
                .map(|value| ("a", value.as_bytes()))
                .collect();
            let query = query
                .iter()
                .map(|value| format!("&q={}", value.replace('A', "%41")));
            let query: String = query.collect();
            let address = source.address().parse().unwrap();
            for nth in 0..count {
                let target = format!("/{nth}?{query}");
                let mut request = Request::new(
                    method.first().map_or(b"GET", |method| method.as_bytes()),
                    target.as_bytes(),
                )
                .with_headers(&headers)
                .with_attributes(&attributes)
                .with_source_ip(address);
                if let Some(sni) = sni
                    .first()
                    .filter(|name| name.bytes().all(|b| b.is_ascii_lowercase()))
                {
                    request = request.with_sni(sni.as_bytes());
                }
                let answers: Vec<Outcome> = tables
                    .iter()
                    .zip(&mut scratches)
                    .map(|(table, scratch)| {
                        table
                            .decide_with(scratch, &request, Draws::fixed(0))
                            .outcome()
                    })
                    .collect();
                asked += 1;
                held += usize::from(answers[0] == Outcome::Forward);
                assert!(
                    answers.iter().all(|answer| *answer == answers[0]),
                    "{answers:?}: {:?} of {request:?}",
                    set.routes[0].rules[nth].matches[0].predicates
                );
            }
        }
        assert!(held > 500, "{held}");
    }
    assert_eq!(asked, 4 * 6 * 600);
}
