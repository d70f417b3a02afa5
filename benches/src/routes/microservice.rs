//! A fleet of services behind one name: `/nsN/svc-W-N/vN/res/{id}`, path only.
//!
//! Of ten rules three take everything below, three a resource below, four the item
//! itself.

use super::{Ask, Path, Rule, Set, value, word};
use crate::Random;

/// So many rules.
pub fn set(rules: usize) -> Set {
    let rules = (0..rules).map(|at| Rule {
        host: None,
        path: Path::Template(format!("{}{}", base(at), tail(at))),
        method: None,
        header: None,
        class: at as u32,
    });
    Set::new("microservice", rules.collect(), hit, miss, worst)
}

fn base(at: usize) -> String {
    let (namespace, service, version) = (at / 400, at / 4 % 100, at % 4);
    let (name, resource) = (word(service * 7 + namespace), word(service + version));
    format!("/ns{namespace}/svc-{name}-{service}/v{version}/{resource}")
}

fn tail(at: usize) -> &'static str {
    match at * 7 % 10 {
        0..3 => "/{id}/{*rest}",
        3..6 => "/{id}/details/{part}",
        _ => "/{id}",
    }
}

fn hit(set: &Set, rule: usize, random: &mut Random) -> Ask {
    let text = set.rules[rule].path.text();
    Ask {
        want: Some(rule as u32),
        ..Ask::get(super::template::fill(text, random))
    }
}

/// Half know everything but the resource, half not even the service.
fn miss(set: &Set, random: &mut Random) -> Ask {
    let at = random.below(set.size());
    let base = base(at);
    let keep = match random.below(2) {
        0 => base.rfind('/').unwrap_or(0),
        _ => base.rfind("svc-").unwrap_or(0) + 3,
    };
    Ask::get(format!("{}x/{}", &base[..keep], value(random)))
}

/// The rule's path, with the resource's last byte wrong and a long tail.
fn worst(set: &Set, random: &mut Random) -> Ask {
    let at = random.below(set.size());
    let mut path = base(at);
    path.pop();
    path.push('x');
    for _ in 0..16 {
        path.push('/');
        path.push_str(&value(random));
    }
    Ask::get(path)
}
