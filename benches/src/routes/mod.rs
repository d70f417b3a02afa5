//! Route sets: rules in a form that every adapter can read, and requests for them.
//!
//! A [`Set`] is not the engine's model: peers read it too. It says what a rule asks
//! (host, path, method, one header) and can make, for each rule, a request that this
//! rule takes, and requests that none takes. Which rule takes a request is known by
//! construction, not by asking an engine.
//!
//! # Invariants
//!
//! 1. [`Rule::class`] is the index of the first rule that asks the same of the same
//!    requests; an answer is right when it is of the wanted class.
//! 2. Rules of one host are adjacent, those that come first in the order of
//!    precedence first within a host and path.

pub mod adversarial;
pub mod busy_host;
pub mod full;
pub mod github;
pub mod listing;
pub mod manifests;
pub mod microservice;
pub mod model;
pub mod regexes;
pub mod template;
pub mod tenants;

use std::borrow::Cow;
use std::fmt;

use crate::Random;

/// A rule, in words that all engines understand.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The exact host; `None` takes any.
    pub host: Option<String>,
    /// What the path must be.
    pub path: Path,
    /// The method; `None` takes any.
    pub method: Option<&'static str>,
    /// A header that must have this value.
    pub header: Option<(&'static str, String)>,
    /// The first rule that asks the same.
    pub class: u32,
}

/// What a path must be.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Path {
    /// Text with holes: `{name}` takes a part of one segment, `{*name}` at the end
    /// takes one byte or more of anything.
    Template(String),
    /// A segment prefix: `/a` takes `/a`, `/a/` and `/a/b`, never `/ab`.
    Segments(String),
    /// A regular expression over the whole path.
    Regex(String),
}

impl Path {
    /// As it is written.
    pub fn text(&self) -> &str {
        match self {
            Self::Template(text) | Self::Segments(text) | Self::Regex(text) => text,
        }
    }
}

/// A request, and the rule that must take it.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The method.
    pub method: &'static str,
    /// The authority; empty where the set has no hosts.
    pub host: String,
    /// The path, in canonical form, without a query.
    pub path: String,
    /// Headers, names in lower case.
    pub headers: Vec<(&'static str, Cow<'static, str>)>,
    /// The class of the rule that takes it; `None` where no rule does.
    pub want: Option<u32>,
}

impl Ask {
    /// A request by path alone, which no rule takes.
    fn get(path: String) -> Self {
        Self {
            method: "GET",
            host: String::new(),
            path,
            headers: Vec::new(),
            want: None,
        }
    }
}

type Hit = dyn Fn(&Set, usize, &mut Random) -> Ask;
type Miss = dyn Fn(&Set, &mut Random) -> Ask;

/// Rules, and how requests for them are made.
pub struct Set {
    /// What the rules are told apart by.
    pub name: &'static str,
    /// The rules.
    pub rules: Vec<Rule>,
    hit: Box<Hit>,
    miss: Box<Miss>,
    worst: Box<Miss>,
}

impl Set {
    fn new(
        name: &'static str,
        rules: Vec<Rule>,
        hit: impl Fn(&Self, usize, &mut Random) -> Ask + 'static,
        miss: impl Fn(&Self, &mut Random) -> Ask + 'static,
        worst: impl Fn(&Self, &mut Random) -> Ask + 'static,
    ) -> Self {
        Self {
            name,
            rules,
            hit: Box::new(hit),
            miss: Box::new(miss),
            worst: Box::new(worst),
        }
    }

    /// How many rules there are.
    pub fn size(&self) -> usize {
        self.rules.len()
    }

    /// A request that this rule takes.
    pub fn hit(&self, rule: usize, random: &mut Random) -> Ask {
        (self.hit)(self, rule, random)
    }

    /// A request that no rule takes.
    pub fn miss(&self, random: &mut Random) -> Ask {
        (self.miss)(self, random)
    }

    /// A request that is as much work as the set's maker could think of.
    pub fn worst(&self, random: &mut Random) -> Ask {
        (self.worst)(self, random)
    }

    /// What a rule would be found under if one hash were all it takes: its host, the
    /// text of its path, and what else it asks.
    pub fn key(&self, rule: usize) -> String {
        let rule = &self.rules[rule];
        let host = rule.host.as_deref().unwrap_or_default();
        let mut key = format!("{host}{}", rule.path.text());
        if let Some(method) = rule.method {
            key.push(' ');
            key.push_str(method);
        }
        if let Some((_, value)) = &rule.header {
            key.push(' ');
            key.push_str(value);
        }
        key
    }
}

impl fmt::Debug for Set {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Set")
            .field("name", &self.name)
            .field("rules", &self.rules.len())
            .finish_non_exhaustive()
    }
}

/// Ten headers that a browser behind a proxy sends: a search has to look past these.
pub(crate) fn browser_headers() -> Vec<(&'static str, Cow<'static, str>)> {
    const HEADERS: [(&str, &str); 10] = [
        (
            "user-agent",
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        ),
        (
            "accept",
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        ),
        ("accept-language", "en-GB,en;q=0.5"),
        ("accept-encoding", "gzip, deflate, br, zstd"),
        (
            "cookie",
            "session=8f14e45fceea167a5a36dedd4bea2543; theme=dark",
        ),
        ("x-request-id", "7d444840-9dc0-11d1-b245-5ffdce74fad2"),
        ("x-forwarded-for", "203.0.113.7"),
        ("x-forwarded-proto", "https"),
        (
            "traceparent",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ),
        ("cache-control", "no-cache"),
    ];
    HEADERS
        .iter()
        .map(|(name, value)| (*name, Cow::Borrowed(*value)))
        .collect()
}

/// Names as people give them to services and resources.
const WORDS: [&str; 32] = [
    "accounts",
    "alerts",
    "assets",
    "audit",
    "billing",
    "carts",
    "catalog",
    "checkout",
    "coupons",
    "customers",
    "devices",
    "events",
    "exports",
    "files",
    "images",
    "inventory",
    "invoices",
    "ledger",
    "messages",
    "orders",
    "payments",
    "prices",
    "products",
    "profiles",
    "reports",
    "reviews",
    "search",
    "sessions",
    "shipments",
    "stock",
    "tickets",
    "users",
];

/// The word of a number; two numbers below 32 have two words.
fn word(at: usize) -> &'static str {
    WORDS[at % WORDS.len()]
}

/// A value such as stands in a path: an id or a name, never a word of a route.
fn value(random: &mut Random) -> String {
    match random.below(3) {
        0 => format!("{}", 1 + random.below(10_000_000)),
        1 => format!("{:08x}", random.draw() as u32),
        _ => format!(
            "{}-{}",
            ["octo", "mona", "hub", "fern"][random.below(4)],
            random.below(100_000)
        ),
    }
}
