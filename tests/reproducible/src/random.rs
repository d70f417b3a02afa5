//! Random routes and requests, the same everywhere.
//!
//! The generators of the suite are not: what they draw from has another sequence where
//! `usize` has another size. Everything here comes from one sequence of 64 bits a number.

use fingerpost::builder::{Match, Route, Routes, Rule, matching};
use fingerpost::model::{Fact, HostMatch, PathMatch, RouteSet, ValueMatch};
use fingerpost::{Protocol, Request};

/// SplitMix64 (Steele, Lea, Flood 2014).
pub(crate) struct Random(u64);

impl Random {
    /// A sequence that depends on the seed alone.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `limit`.
    fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        (((mixed >> 32) * u64::from(limit)) >> 32) as u32
    }

    /// Whether, once in so many times.
    fn once_in(&mut self, times: u32) -> bool {
        self.below(times) == 0
    }

    fn of<T: Copy>(&mut self, items: &[T]) -> T {
        let at = self.below(items.len() as u32);
        items[at as usize]
    }
}

const WORDS: &[&str] = &[
    "a", "b", "ab", "api", "cart", "users", "v1", "x-y", "A", "Z9",
];
const HEADERS: &[&str] = &["x-env", "x-canary", "accept", "x-id", "content-type"];
const METHODS: &[&str] = &["GET", "POST", "PUT", "PURGE"];

/// So many rules, in routes of a few under hosts of all kinds.
pub(crate) fn routes(seed: u64, rules: u32) -> RouteSet {
    let mut random = Random::new(seed);
    // With the set grow the names, so that a request meets a few rules of many.
    let wide = rules / 20 + 1;
    let mut routes = Routes::new()
        .listener("any", None, Protocol::AnyHttp)
        .listener("tls", Some(8443), Protocol::Https);
    let mut left = rules;
    while left > 0 {
        let mut route = host(&mut random, wide);
        for _ in 0..(1 + random.below(8)).min(left) {
            route = route.rule(rule(&mut random, wide));
            left -= 1;
        }
        routes = routes.route(route);
    }
    let inner = (0..4).map(|_| Route::any_host().rule(rule(&mut random, 1)));
    let inner: Vec<Route> = inner.collect();
    routes = routes.stage("inner", inner);
    routes.into_route_set().expect("sound as written")
}

fn name(random: &mut Random, wide: u32) -> String {
    match wide {
        1 => random.of(WORDS).into(),
        _ => format!("{}{}", random.of(WORDS), random.below(wide)),
    }
}

fn host(random: &mut Random, wide: u32) -> Route {
    let text = format!("{}.example", name(random, wide).to_ascii_lowercase());
    let host = match random.below(12) {
        0 => HostMatch::Any,
        1 => HostMatch::Wildcard(text),
        2 => HostMatch::OneLabel(text),
        3 => HostMatch::Suffix(text),
        4 => HostMatch::WildcardSuffix(format!("-{text}")),
        5 => HostMatch::WildcardPrefix(format!("{text}.")),
        6 if random.once_in(4) => HostMatch::Regex(format!("[a-z]+-{text}|{text}")),
        _ => HostMatch::Exact(text),
    };
    Route::host("example").host_match(host)
}

fn rule(random: &mut Random, wide: u32) -> Rule {
    let path = path(random, wide);
    let captured = match &path {
        PathMatch::Template(_) => "{id}",
        _ => "",
    };
    let mut all = matching(path);
    for _ in 0..random.below(3) {
        all = predicate(all, random, wide);
    }
    let to = format!("team-{}/{}:80", random.below(9), name(random, wide));
    let mut rule = match random.below(10) {
        0 => return all.redirect(301, &format!("https://new.example/{captured}")),
        1 => return all.respond(404).body("no"),
        2 => return all.to_stage("inner"),
        3 | 4 => all.split([(to.as_str(), 9), ("other", random.below(50)), ("third", 1)]),
        _ => all.to(&to),
    };
    match random.below(8) {
        0 => rule = rule.rewrite(&format!("/new/{captured}")),
        1 => rule = rule.rewrite_regex(format!("/{}+(b?)", random.of(WORDS)), "/{1}"),
        2 => rule = rule.set_header("x-was", captured).remove_header("x-env"),
        3 => rule = rule.mirror("mirror").add_header("x-number", "1"),
        4 => rule = rule.hash(Fact::Header("x-id".into())),
        5 => rule = rule.rewrite_host("inner.example").metadata("team", "a"),
        _ => {}
    }
    rule
}

fn path(random: &mut Random, wide: u32) -> PathMatch {
    let (one, two) = (name(random, wide), name(random, wide));
    // An automaton for each of many thousand patterns would take long and show no more.
    let kinds = if random.below(wide) < 10 { 0 } else { 11 };
    match kinds + random.below(16 - kinds) {
        0 => PathMatch::Any,
        1 => PathMatch::Suffix(format!("/{one}")),
        2 => PathMatch::Contains(format!("{one}/")),
        3 => PathMatch::Glob(format!("/{one}/*{two}*")),
        4 => PathMatch::Glob(format!("/{one}/**/{two}")),
        5 => PathMatch::Template(format!("/{one}/{{id}}/{two}")),
        6 => PathMatch::Template(format!("/{one}/{{id}}.{{kind}}")),
        7 => PathMatch::Template(format!("/{{id}}/{two}/{{rest=**}}")),
        8 => PathMatch::Regex(format!("/{one}/([a-z]+)/v[0-9]{{1,3}}(?:/{two})?")),
        9 => PathMatch::RegexStart(format!("/(?P<id>[^/]+)/{two}")),
        10 => PathMatch::RegexSearch(format!("{one}(?i:x|{two})")),
        11 => PathMatch::Prefix(format!("/{one}/{two}")),
        12 => PathMatch::Exact(format!("/{one}/{two}")),
        _ => PathMatch::Segments(format!("/{one}/{two}")),
    }
}

fn predicate(all: Match, random: &mut Random, wide: u32) -> Match {
    let header = random.of(HEADERS);
    match random.below(9) {
        0 => all.method(random.of(METHODS)),
        1 => all.query(random.of(WORDS), value(random, wide)),
        2 => all.cookie("session", value(random, wide)),
        3 => all.without_header(header),
        4 => all.fraction(1 + random.below(9), 10),
        5 => all.source(&format!("10.{}.0.0/16", random.below(200))),
        6 => all.attribute("zone", value(random, wide)),
        _ => all.header(header, value(random, wide)),
    }
}

fn value(random: &mut Random, wide: u32) -> ValueMatch {
    let text = name(random, wide);
    let kinds = if random.below(wide) < 10 { 0 } else { 4 };
    match kinds + random.below(12 - kinds) {
        0 => ValueMatch::Glob(format!("{text}*?")),
        1 => ValueMatch::Regex(format!("{text}|[a-f]+[0-9]")),
        2 => ValueMatch::RegexStart(text),
        3 => ValueMatch::RegexSearch(format!("{text}.b*")),
        4 => ValueMatch::Prefix(text),
        5 => ValueMatch::Suffix(text),
        6 => ValueMatch::Contains(text),
        7 => ValueMatch::In((0..5).map(|_| name(random, wide)).collect()),
        8 => ValueMatch::Present,
        9 => {
            let start = i64::from(random.below(100));
            let end = start + i64::from(random.below(100));
            ValueMatch::Range { start, end }
        }
        _ => ValueMatch::Exact(text),
    }
}

/// A request, whatever the routes.
pub(crate) struct Asked {
    method: &'static str,
    target: String,
    host: String,
    headers: Vec<(&'static str, String)>,
}

impl Asked {
    /// The next one.
    pub(crate) fn new(random: &mut Random) -> Self {
        let mut target = String::new();
        for _ in 0..1 + random.below(4) {
            target.push('/');
            target.push_str(random.of(WORDS));
        }
        target.push_str(random.of(&["", "/", ".json", "?a=b&ab=a1", "?v1=17"]));
        let headers = (0..random.below(4)).map(|_| {
            let text = random.of(WORDS);
            (random.of(HEADERS), format!("{text}{}", random.below(3)))
        });
        Self {
            headers: headers.collect(),
            method: random.of(METHODS),
            host: format!("{}.example", random.of(WORDS)),
            target,
        }
    }

    /// Its headers.
    pub(crate) fn headers(&self) -> Vec<(&[u8], &[u8])> {
        let headers = self.headers.iter();
        headers
            .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
            .collect()
    }

    /// As the engine takes it.
    pub(crate) fn request<'r>(&'r self, headers: &'r [(&'r [u8], &'r [u8])]) -> Request<'r> {
        Request::new(self.method.as_bytes(), self.target.as_bytes())
            .with_authority(self.host.as_bytes())
            .with_headers(headers)
    }
}
