//! All pairs of a header and a query predicate, and all short lists of values.

use fingerpost::model::{
    HeaderMatch, Precedence, QueryMatch, RepeatedValues, RouteMatch, RouteSet, ValueMatch,
};
use fingerpost::oracle::{Answer, Oracle, Request};

use super::{Share, Tally, spread};
use crate::build::{one_stage, route, rule};
use crate::engine::{Engine, pairs, request};

/// Values that a name has none, one or two of.
const VALUES: [&str; 6] = ["", "a", "A", "b", "ab", "1"];

/// The scope, with what the oracle says of each predicate by itself.
pub struct Scope {
    headers: Vec<HeaderMatch>,
    query: Vec<QueryMatch>,
    requests: Vec<Request>,
    /// For each header predicate, whether it holds for each list of values.
    header_holds: Vec<Vec<bool>>,
    /// The same for each query predicate.
    query_holds: Vec<Vec<bool>>,
    /// How many lists of values there are.
    lists: usize,
}

impl Scope {
    /// The whole scope.
    pub fn new() -> Self {
        Self::every(1)
    }

    /// A part of the scope: every n-th predicate.
    pub fn every(nth: usize) -> Self {
        let headers: Vec<_> = headers().into_iter().step_by(nth).collect();
        let query: Vec<_> = query().into_iter().step_by(nth).collect();
        let lists = lists();
        let asked = |headers: &[&str], query: &[&str]| {
            let query: Vec<_> = query.iter().map(|value| format!("q={value}")).collect();
            let target = format!("/?{}", query.join("&"));
            let mut asked = Request::new("GET", Some("h"), &target);
            let headers = headers.iter().map(|value| (b"H".to_vec(), (*value).into()));
            asked.headers.extend(headers);
            asked
        };
        let holds = |item: RouteMatch, requests: &[Request]| {
            let set = table(&[item]);
            let oracle = Oracle::new(&set);
            let answers = requests.iter().map(|request| oracle.answer(request));
            answers
                .map(|answer| matches!(answer, Answer::Forward(_)))
                .collect()
        };
        let with_headers: Vec<_> = lists.iter().map(|list| asked(list, &[])).collect();
        let with_query: Vec<_> = lists.iter().map(|list| asked(&[], list)).collect();
        let requests = lists
            .iter()
            .flat_map(|headers| lists.iter().map(|query| asked(headers, query)));
        Self {
            requests: requests.collect(),
            header_holds: headers
                .iter()
                .map(|item| holds(of(Some(item), None), &with_headers))
                .collect(),
            query_holds: query
                .iter()
                .map(|item| holds(of(None, Some(item)), &with_query))
                .collect(),
            headers,
            query,
            lists: lists.len(),
        }
    }

    /// How many tables there are.
    pub fn tables(&self) -> u64 {
        (self.headers.len() * self.query.len()) as u64
    }

    /// Goes through a share of the tables.
    pub fn run(&self, share: Share) -> Tally {
        let mut tally = Tally::default();
        let borrowed: Vec<_> = self.requests.iter().map(pairs).collect();
        for number in spread(self.tables(), share) {
            if tally.comparisons >= share.comparisons {
                break;
            }
            let header = number as usize / self.query.len();
            let query = number as usize % self.query.len();
            self.run_table(header, query, &borrowed, &mut tally);
        }
        tally
    }

    fn run_table(
        &self,
        header: usize,
        query: usize,
        borrowed: &[Vec<(&[u8], &[u8])>],
        tally: &mut Tally,
    ) {
        let (first, second) = (&self.headers[header], &self.query[query]);
        let set = table(&[
            of(Some(first), Some(second)),
            of(Some(first), None),
            of(None, Some(second)),
            of(None, None),
        ]);
        let mut engine = Engine::new(&set);
        tally.tables += 1;
        for (at, asked) in self.requests.iter().enumerate() {
            let header = self.header_holds[header][at / self.lists];
            let query = self.query_holds[query][at % self.lists];
            let expected = match (header, query) {
                (true, true) => Some(0),
                (true, false) => Some(1),
                (false, true) => Some(2),
                (false, false) => Some(3),
            };
            let found = engine.rule(&request(asked, &borrowed[at]));
            tally.comparisons += 1;
            if found != expected {
                tally.differs(&set, asked, format!("{expected:?}"), format!("{found:?}"));
            }
        }
        if (header * self.query.len() + query).is_multiple_of(1_000) {
            let oracle = Oracle::new(&set);
            for asked in &self.requests {
                tally.compare(&set, &oracle, &mut engine, asked);
            }
        }
    }
}

impl Default for Scope {
    fn default() -> Self {
        Self::new()
    }
}

/// One route with a rule for each match, in order.
fn table(matches: &[RouteMatch]) -> RouteSet {
    let rules = matches.iter().map(|item| rule("b", vec![item.clone()]));
    let routes = vec![(&[][..], route("r", rules.collect()))];
    one_stage(Precedence::FirstMatch, routes)
}

fn of(header: Option<&HeaderMatch>, query: Option<&QueryMatch>) -> RouteMatch {
    RouteMatch {
        headers: header.into_iter().cloned().collect(),
        query: query.into_iter().cloned().collect(),
        ..RouteMatch::default()
    }
}

/// Lists of no, one or two values.
fn lists() -> Vec<Vec<&'static str>> {
    let mut lists = vec![vec![]];
    lists.extend(VALUES.iter().map(|value| vec![*value]));
    lists.extend(
        VALUES
            .iter()
            .flat_map(|one| VALUES.map(|other| vec![*one, other])),
    );
    lists
}

/// What a value must be, of every kind.
fn values() -> Vec<ValueMatch> {
    let text = String::from;
    vec![
        ValueMatch::Exact(text("")),
        ValueMatch::Exact(text("a")),
        ValueMatch::Prefix(text("a")),
        ValueMatch::Suffix(text("b")),
        ValueMatch::Contains(text("")),
        ValueMatch::Contains(text(",")),
        ValueMatch::In(vec![]),
        ValueMatch::In(vec![text("b"), text("A")]),
        ValueMatch::Glob(text("a*")),
        ValueMatch::Glob(text("?")),
        ValueMatch::Regex(text("a?b?")),
        ValueMatch::RegexStart(text("a")),
        ValueMatch::RegexSearch(text("b$|1")),
        ValueMatch::Present,
        ValueMatch::Range { start: 0, end: 2 },
        ValueMatch::Cidr(vec!["::/0".parse().expect("a range")]),
    ]
}

/// Values under each manner of asking.
fn manners() -> Vec<(ValueMatch, [bool; 3], RepeatedValues)> {
    let repeated = [
        RepeatedValues::Joined,
        RepeatedValues::Any,
        RepeatedValues::All,
        RepeatedValues::First,
    ];
    let mut manners = Vec::new();
    for value in values() {
        for flags in 0..8 {
            let flags = [flags & 1 > 0, flags & 2 > 0, flags & 4 > 0];
            manners.extend(repeated.map(|repeated| (value.clone(), flags, repeated)));
        }
    }
    manners
}

fn headers() -> Vec<HeaderMatch> {
    let manners = manners().into_iter();
    let header = manners.map(
        |(value, [ignore_case, invert, missing_matches], repeated)| HeaderMatch {
            ignore_case,
            invert,
            missing_matches,
            repeated,
            ..HeaderMatch::new("h", value)
        },
    );
    header.collect()
}

fn query() -> Vec<QueryMatch> {
    let manners = manners().into_iter();
    let query = manners.flat_map(
        |(value, [ignore_case, invert, missing_matches], repeated)| {
            [false, true].map(|raw| QueryMatch {
                ignore_case,
                invert,
                missing_matches,
                repeated,
                raw,
                ..QueryMatch::new("q", value.clone())
            })
        },
    );
    query.collect()
}
