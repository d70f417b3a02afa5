//! All tables of up to three rules, and all short paths.

use fingerpost::model::{Normalization, PathMatch, Precedence, RouteMatch, RouteSet, StageId};
use fingerpost::oracle::{Answer, Oracle, Request};

use super::{Share, Tally, spread};
use crate::build::{one_stage, path, route, rule};
use crate::engine::{Engine, request};

/// The orders of precedence that tables are compiled under.
const PRESETS: [Precedence; 3] = [
    Precedence::FirstMatch,
    Precedence::Specific,
    Precedence::GatewayApi,
];

/// Most rules of a table.
const RULES: u32 = 3;

/// Longest path.
const LENGTH: usize = 6;

/// The scope, with what the oracle says of its matches.
pub struct Scope {
    matches: Vec<RouteMatch>,
    /// Those whose method is `GET`, all paths, then those whose method is `PUT`.
    requests: Vec<Request>,
    /// For each match, whether it holds for each request.
    holds: Vec<Vec<bool>>,
    /// For each preset and two matches: whether the first comes first where it is
    /// written first.
    before: Vec<Vec<bool>>,
}

impl Scope {
    /// The whole scope.
    pub fn new() -> Self {
        Self::of(matches())
    }

    /// A part of the scope: every n-th match.
    pub fn every(nth: usize) -> Self {
        Self::of(matches().into_iter().step_by(nth).collect())
    }

    fn of(matches: Vec<RouteMatch>) -> Self {
        let requests = requests();
        let holds = matches.iter().map(|item| {
            let set = table(Precedence::FirstMatch, [item]);
            let oracle = Oracle::new(&set);
            let answers = requests.iter().map(|asked| oracle.answer(asked));
            answers
                .map(|answer| matches!(answer, Answer::Forward(_)))
                .collect()
        });
        let holds = holds.collect();
        let before = PRESETS.iter().map(|preset| {
            let pairs = matches
                .iter()
                .flat_map(|a| matches.iter().map(move |b| (a, b)));
            let first = pairs.map(|(a, b)| {
                let set = table(*preset, [a, b]);
                let ranked = Oracle::new(&set).ranked(StageId(0));
                ranked.first().is_some_and(|step| step.rule == 0)
            });
            first.collect()
        });
        Self {
            before: before.collect(),
            holds,
            requests,
            matches,
        }
    }

    /// How many tables there are.
    pub fn tables(&self) -> u64 {
        let of = |rules| (self.matches.len() as u64).pow(rules);
        PRESETS.len() as u64 * (1..=RULES).map(of).sum::<u64>()
    }

    /// Goes through a share of the tables.
    pub fn run(&self, share: Share) -> Tally {
        let mut tally = Tally::default();
        if share.shard == 0 {
            self.run_whole_answers(share, &mut tally);
        }
        for number in spread(self.tables(), share) {
            if tally.comparisons >= share.comparisons {
                break;
            }
            self.run_table(number, &mut tally);
        }
        tally
    }

    /// Tables of one rule, every answer in full.
    fn run_whole_answers(&self, share: Share, tally: &mut Tally) {
        for item in &self.matches {
            let set = table(Precedence::Specific, [item]);
            let (oracle, mut engine) = (Oracle::new(&set), Engine::new(&set));
            for asked in &self.requests {
                if tally.comparisons >= share.comparisons / 2 {
                    return;
                }
                tally.compare(&set, &oracle, &mut engine, asked);
            }
        }
    }

    fn run_table(&self, number: u64, tally: &mut Tally) {
        let (preset, chosen) = self.table(number);
        let set = table(PRESETS[preset], chosen.iter().map(|at| &self.matches[*at]));
        let mut engine = Engine::new(&set);
        tally.tables += 1;
        let mut order: Vec<usize> = (0..chosen.len()).collect();
        // An insertion sort by what the oracle says of two.
        for at in 1..order.len() {
            let mut at = at;
            while at > 0 && !self.is_before(preset, &chosen, order[at - 1], order[at]) {
                order.swap(at - 1, at);
                at -= 1;
            }
        }
        let methods = chosen
            .iter()
            .any(|at| !self.matches[*at].methods.is_empty());
        let count = match methods {
            true => self.requests.len(),
            false => self.requests.len() / 2,
        };
        for (at, asked) in self.requests[..count].iter().enumerate() {
            let mut order = order.iter().copied();
            let expected = order.find(|rule| self.holds[chosen[*rule]][at]);
            let found = engine.rule(&request(asked, &[]));
            tally.comparisons += 1;
            if found != expected {
                tally.differs(&set, asked, format!("{expected:?}"), format!("{found:?}"));
            }
        }
        if number.is_multiple_of(1_000) {
            let oracle = Oracle::new(&set);
            for asked in &self.requests[..count] {
                tally.compare(&set, &oracle, &mut engine, asked);
            }
        }
    }

    /// Whether the rule `one` comes before `other`, both by their places.
    fn is_before(&self, preset: usize, chosen: &[usize], one: usize, other: usize) -> bool {
        let first = |one: usize, other: usize| {
            self.before[preset][chosen[one] * self.matches.len() + chosen[other]]
        };
        match one < other {
            true => first(one, other),
            false => !first(other, one),
        }
    }

    /// Preset and matches of a table.
    fn table(&self, number: u64) -> (usize, Vec<usize>) {
        let presets = PRESETS.len() as u64;
        let count = self.matches.len() as u64;
        let mut rest = number / presets;
        let mut rules = 1;
        while rest >= count.pow(rules) {
            rest -= count.pow(rules);
            rules += 1;
        }
        let digits = (0..rules).map(|digit| (rest / count.pow(digit) % count) as usize);
        ((number % presets) as usize, digits.collect())
    }
}

impl Default for Scope {
    fn default() -> Self {
        Self::new()
    }
}

/// One route with a rule for each match.
fn table<'m>(
    precedence: Precedence,
    matches: impl IntoIterator<Item = &'m RouteMatch>,
) -> RouteSet {
    let rules = matches
        .into_iter()
        .map(|item| rule("b", vec![item.clone()]));
    let mut set = one_stage(precedence, vec![(&[], route("r", rules.collect()))]);
    // Nothing is done to a path, so that every one is asked for as it is.
    set.gateways[0].normalization = Normalization::NONE;
    set
}

/// Matches of every path kind; some with a method as well.
fn matches() -> Vec<RouteMatch> {
    let texts = |texts: &[&str], kind: fn(String) -> PathMatch| -> Vec<RouteMatch> {
        texts
            .iter()
            .map(|text| path(kind((*text).into())))
            .collect()
    };
    let short = ["/", "/a", "/b", "/a/", "/ab", "/a/b", "//"];
    let mut matches = [
        vec![RouteMatch::default()],
        texts(&short, PathMatch::Exact),
        texts(&short, PathMatch::Prefix),
        texts(&short, PathMatch::Segments),
        texts(&["", "a", "/b", "ab"], PathMatch::Suffix),
        texts(&["", "a", "//", "b/"], PathMatch::Contains),
        texts(
            &[
                "**", "/*", "/**", "/a*", "/?", "/*/a", "/a/**", "/**/b", "/a/**/b", "/a**b",
            ],
            PathMatch::Glob,
        ),
        texts(
            &[
                "/{x}",
                "/{x=**}",
                "/a/{x}",
                "/{x}/b",
                "/a{x}",
                "/{x}/{y}",
                "/{x=**}/b",
                "/{x=a/*}/b",
            ],
            PathMatch::Template,
        ),
        texts(
            &[
                "/a",
                "/.*",
                "/[ab]",
                "/a|/b",
                "(/a*)*",
                "/(a|b)/.*",
                ".*b",
                "/ab?",
            ],
            PathMatch::Regex,
        ),
        texts(&["/a", "/[ab]b", "", "/.*b$"], PathMatch::RegexStart),
        texts(&["a", "b/", "^/b", "a$"], PathMatch::RegexSearch),
    ]
    .concat();
    let mut folded = [
        texts(&["/A"], PathMatch::Exact),
        texts(&["/A/"], PathMatch::Prefix),
        texts(&["/B"], PathMatch::Segments),
        texts(&["/A/{x}"], PathMatch::Template),
        texts(&["/A*"], PathMatch::Glob),
        texts(&["/[A-B]*"], PathMatch::Regex),
    ]
    .concat();
    folded
        .iter_mut()
        .for_each(|item| item.path_ignore_case = true);
    matches.extend(folded);
    let mut with_method: Vec<RouteMatch> = matches.iter().step_by(3).cloned().collect();
    with_method
        .iter_mut()
        .for_each(|item| item.methods.push("GET".into()));
    matches.extend(with_method);
    matches
}

/// All paths of up to six characters, with either method.
fn requests() -> Vec<Request> {
    let mut paths = vec!["/".to_string()];
    let mut start = 0;
    for _ in 1..LENGTH {
        let end = paths.len();
        for at in start..end {
            for next in ["/", "a", "b"] {
                paths.push(format!("{}{next}", paths[at]));
            }
        }
        start = end;
    }
    let methods = ["GET", "PUT"];
    let requests = methods.iter().flat_map(|method| {
        paths
            .iter()
            .map(|path| Request::new(method, Some("h"), path))
    });
    requests.collect()
}
