//! One host and path; only a header tells the tenants apart.
//!
//! A design that looks at the path first has nothing to narrow by here.

use std::borrow::Cow;

use super::{Ask, Path, Rule, Set, browser_headers, value};
use crate::Random;

const HOST: &str = "api.example";
const HEADER: &str = "x-tenant";

/// So many tenants.
pub fn set(rules: usize) -> Set {
    let rules = (0..rules).map(|at| Rule {
        host: Some(HOST.to_string()),
        path: Path::Segments("/".to_string()),
        method: None,
        header: Some((HEADER, tenant(at))),
        class: at as u32,
    });
    Set::new("tenants", rules.collect(), hit, miss, worst)
}

/// As long for the first tenant as for the last: what is compared is the search, not
/// the length of what is searched for.
fn tenant(at: usize) -> String {
    format!("tenant-{at:06}")
}

fn hit(_: &Set, rule: usize, random: &mut Random) -> Ask {
    Ask {
        want: Some(rule as u32),
        ..ask(random, tenant(rule))
    }
}

fn miss(set: &Set, random: &mut Random) -> Ask {
    let nobody = set.size() + random.below(100_000);
    ask(random, tenant(nobody))
}

/// A tenant's name with its last byte wrong.
fn worst(set: &Set, random: &mut Random) -> Ask {
    let mut name = tenant(random.below(set.size()));
    name.pop();
    ask(random, name + "x")
}

fn ask(random: &mut Random, tenant: String) -> Ask {
    let mut headers = browser_headers();
    headers.push((HEADER, Cow::Owned(tenant)));
    Ask {
        method: "GET",
        host: HOST.to_string(),
        path: format!("/{}/{}", value(random), value(random)),
        headers,
        want: None,
    }
}
