//! What one writes by hand: a hash map of hosts, each a matchit router over prefixes,
//! each with its rules in order.
//!
//! matchit has no segment prefixes; each takes three entries. It gives the longest
//! prefix only, so a request that no rule there takes is not tried at a shorter one.
//! That is enough for these sets, in which every prefix that can be reached through
//! another has a rule for everybody, and less than Gateway API asks for.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::{Rest, Search, Sink, by_precedence, each};
use crate::mix::Prepared;
use crate::routes::{Path, Set};

/// The map.
pub(super) struct HostMap<'s> {
    hosts: HashMap<&'s str, Host<'s>, FixedState>,
}

#[derive(Default)]
struct Host<'s> {
    router: ::matchit::Router<u32>,
    /// The rules of each prefix, by precedence.
    lists: Vec<Vec<Rest<'s>>>,
    at: HashMap<&'s str, u32, FixedState>,
}

impl<'s> HostMap<'s> {
    pub(super) fn new(set: &'s Set) -> Result<Self, String> {
        let mut hosts: HashMap<&str, Host<'_>, FixedState> = HashMap::default();
        for rule in by_precedence(set) {
            let written = &set.rules[rule as usize];
            let Path::Segments(path) = &written.path else {
                return Err("only segment prefixes are written out".to_string());
            };
            let path = path.trim_end_matches('/');
            let host = hosts.entry(written.host.as_deref().unwrap_or_default());
            let host = host.or_default();
            let at = match host.at.get(path) {
                Some(&at) => at,
                None => {
                    let at = host.lists.len() as u32;
                    for tail in ["", "/", "/{*rest}"] {
                        let route = format!("{path}{tail}");
                        if !route.is_empty() {
                            let inserted = host.router.insert(route, at);
                            inserted.map_err(|error| error.to_string())?;
                        }
                    }
                    host.at.insert(path, at);
                    host.lists.push(Vec::new());
                    at
                }
            };
            host.lists[at as usize].push(Rest::of(set, rule));
        }
        for host in hosts.values_mut() {
            // Needed while it is made, and not for a match.
            host.at = HashMap::default();
            host.lists.iter_mut().for_each(Vec::shrink_to_fit);
        }
        Ok(Self { hosts })
    }

    #[inline]
    fn find(&self, ask: &Prepared<'_>) -> Option<u32> {
        let host = self.hosts.get(ask.host)?;
        let matched = host.router.at(ask.path).ok()?;
        let rules = host.lists.get(*matched.value as usize)?;
        let found = rules.iter().find(|rule| rule.holds(ask))?;
        Some(found.rule)
    }
}

impl Search for HostMap<'_> {
    #[inline(always)]
    fn search(&mut self, asks: &[&Prepared<'_>], sink: &mut impl Sink) {
        each(asks, sink, |ask| self.find(ask));
    }
}
