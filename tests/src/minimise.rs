//! Makes a failing route set small.
//!
//! Parts are taken away as long as the failure stays: routes in halves first, then
//! one by one, then rules, matches, predicates and filters, listeners and hosts.
//! Indexes that other parts refer to stay valid: routes and stages are emptied or
//! detached rather than removed.

use fingerpost::model::{
    Action, Filter, HostForm, Normalization, Predicate, PredicateKind, Rewrite, RouteMatch,
    RouteSet, Rule,
};

/// The smallest set found for which `fails` holds. It holds for `set`.
pub fn minimise(set: &RouteSet, fails: impl Fn(&RouteSet) -> bool) -> RouteSet {
    let mut best = set.clone();
    for stage in 0..best.stages.len() {
        shrink_list(&mut best, &fails, &|set| &mut set.stages[stage].attachments);
    }
    shrink_list(&mut best, &fails, &|set| &mut set.gateways);
    for gateway in 0..best.gateways.len() {
        shrink_list(&mut best, &fails, &|set| {
            &mut set.gateways[gateway].listeners
        });
    }
    for route in 0..best.routes.len() {
        attempt(&mut best, &fails, |set| set.routes[route].rules.clear());
        shrink_list(&mut best, &fails, &|set| &mut set.routes[route].rules);
        for rule in 0..best.routes[route].rules.len() {
            shrink_rule(&mut best, &fails, route, rule);
        }
        attempt(&mut best, &fails, |set| set.routes[route].created = None);
    }
    for stage in 0..best.stages.len() {
        for at in 0..best.stages[stage].attachments.len() {
            shrink_list(&mut best, &fails, &|set| {
                &mut set.stages[stage].attachments[at].hosts
            });
        }
    }
    for stage in 0..best.stages.len() {
        attempt(&mut best, &fails, |set| {
            set.stages[stage].host_form = HostForm::Name;
        });
        attempt(&mut best, &fails, |set| {
            set.stages[stage].host_fallthrough = true;
        });
    }
    for gateway in 0..best.gateways.len() {
        attempt(&mut best, &fails, |set| {
            set.gateways[gateway].normalization = Normalization::BASE;
        });
        attempt(&mut best, &fails, |set| {
            set.gateways[gateway].headers = Default::default();
        });
        for at in 0..best.gateways[gateway].listeners.len() {
            shrink_list(&mut best, &fails, &|set| {
                &mut set.gateways[gateway].listeners[at].hosts
            });
        }
    }
    while best
        .routes
        .last()
        .is_some_and(|route| route.rules.is_empty())
        && !is_attached(&best, best.routes.len() - 1)
    {
        best.routes.pop();
    }
    best
}

fn is_attached(set: &RouteSet, route: usize) -> bool {
    let mut attached = set.stages.iter().flat_map(|stage| &stage.attachments);
    attached.any(|attachment| attachment.route.0 as usize == route)
}

fn shrink_rule(best: &mut RouteSet, fails: &dyn Fn(&RouteSet) -> bool, route: usize, at: usize) {
    fn rule(set: &mut RouteSet, route: usize, at: usize) -> &mut Rule {
        &mut set.routes[route].rules[at]
    }
    fn item(set: &mut RouteSet, route: usize, at: usize, nth: usize) -> &mut RouteMatch {
        &mut rule(set, route, at).matches[nth]
    }
    shrink_list(best, fails, &|set| &mut rule(set, route, at).matches);
    for nth in 0..best.routes[route].rules[at].matches.len() {
        shrink_list(best, fails, &|set| &mut item(set, route, at, nth).headers);
        shrink_list(best, fails, &|set| &mut item(set, route, at, nth).query);
        shrink_list(best, fails, &|set| {
            &mut item(set, route, at, nth).predicates
        });
        for part in 0..best.routes[route].rules[at].matches[nth].predicates.len() {
            shrink_predicate(best, fails, &|set| {
                &mut item(set, route, at, nth).predicates[part]
            });
        }
        shrink_list(best, fails, &|set| &mut item(set, route, at, nth).methods);
        attempt(best, fails, |set| item(set, route, at, nth).scheme = None);
        attempt(best, fails, |set| {
            item(set, route, at, nth).grpc_only = false;
        });
        attempt(best, fails, |set| {
            item(set, route, at, nth).path_ignore_case = false;
        });
        attempt(best, fails, |set| {
            item(set, route, at, nth).path_raw = false;
        });
        attempt(best, fails, |set| {
            item(set, route, at, nth).path = Default::default();
        });
    }
    shrink_list(best, fails, &|set| &mut rule(set, route, at).filters);
    for nth in 0..best.routes[route].rules[at].filters.len() {
        shrink_filter(best, fails, &|set| &mut rule(set, route, at).filters[nth]);
    }
    shrink_list(best, fails, &|set| &mut rule(set, route, at).sticky);
    shrink_list(best, fails, &|set| &mut rule(set, route, at).hash);
    shrink_list(best, fails, &|set| &mut rule(set, route, at).metadata);
    attempt(best, fails, |set| rule(set, route, at).priority = None);
    attempt(best, fails, |set| {
        rule(set, route, at).action = crate::build::forward("b");
    });
    if let Action::Forward(targets) = &best.routes[route].rules[at].action {
        let count = targets.len();
        for target in (0..count).rev() {
            attempt(best, fails, |set| {
                if let Action::Forward(targets) = &mut rule(set, route, at).action {
                    targets.remove(target);
                }
            });
        }
        attempt(best, fails, |set| {
            if let Action::Forward(targets) = &mut rule(set, route, at).action {
                targets.iter_mut().for_each(|target| target.filters.clear());
            }
        });
        attempt(best, fails, |set| {
            if let Action::Forward(targets) = &mut rule(set, route, at).action {
                targets
                    .iter_mut()
                    .for_each(|target| target.failover.clear());
            }
        });
    }
}

/// Takes edits out of a filter, and parts out of a rewrite.
fn shrink_filter(
    best: &mut RouteSet,
    fails: &dyn Fn(&RouteSet) -> bool,
    filter: &dyn Fn(&mut RouteSet) -> &mut Filter,
) {
    let edits = |set: &mut RouteSet| match filter(set) {
        Filter::RequestHeaders(edits) | Filter::ResponseHeaders(edits) => edits.len(),
        _ => 0,
    };
    for nth in (0..edits(&mut best.clone())).rev() {
        attempt(best, fails, |set| {
            if let Filter::RequestHeaders(edits) | Filter::ResponseHeaders(edits) = filter(set) {
                edits.remove(nth);
            }
        });
    }
    let clear: [fn(&mut Rewrite); 4] = [
        |rewrite| rewrite.host = None,
        |rewrite| rewrite.path = None,
        |rewrite| rewrite.query = None,
        |rewrite| rewrite.method = None,
    ];
    for clear in clear {
        attempt(best, fails, |set| {
            if let Filter::Rewrite(rewrite) = filter(set) {
                clear(rewrite);
            }
        });
    }
}

/// Puts a part of a predicate in its place, as long as one will do.
fn shrink_predicate(
    best: &mut RouteSet,
    fails: &dyn Fn(&RouteSet) -> bool,
    place: &dyn Fn(&mut RouteSet) -> &mut Predicate,
) {
    loop {
        let whole = place(best).clone();
        let parts: Vec<Predicate> = match whole.kind() {
            PredicateKind::All(parts) | PredicateKind::Any(parts) => parts.to_vec(),
            PredicateKind::Not(part) => vec![part.clone()],
            _ => return,
        };
        for part in parts {
            attempt(best, fails, |set| *place(set) = part.clone());
        }
        if *place(best) == whole {
            return;
        }
    }
}

/// Keeps a change that keeps the failure.
fn attempt(best: &mut RouteSet, fails: &dyn Fn(&RouteSet) -> bool, change: impl Fn(&mut RouteSet)) {
    let mut smaller = best.clone();
    change(&mut smaller);
    if fails(&smaller) {
        *best = smaller;
    }
}

/// Takes parts out of a list, halves first.
fn shrink_list<T>(
    best: &mut RouteSet,
    fails: &dyn Fn(&RouteSet) -> bool,
    list: &dyn Fn(&mut RouteSet) -> &mut Vec<T>,
) {
    let mut size = list(best).len();
    while size > 0 {
        let mut end = list(best).len();
        while end > 0 {
            let start = end.saturating_sub(size);
            attempt(best, fails, |set| {
                list(set).drain(start..end);
            });
            end = start;
        }
        size /= 2;
    }
}
