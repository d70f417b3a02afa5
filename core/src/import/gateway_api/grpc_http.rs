//! HTTPRoutes and GRPCRoutes that meet on a listener, where the option asks that
//! only the older of them works.
//!
//! SPEC: semantics/gateway-api.md 4: GRPCRoute's text says that exactly one of an
//! HTTPRoute and a GRPCRoute with intersecting hostnames on one listener must be
//! accepted (the oldest, then by `namespace/name`); the API's site has relaxed it.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::gateway_api as codes;
use crate::model::{HostBinding, HostMatch};

use super::ReadRoute;
use super::attach::Parent;
use super::conditions::names;
use super::context::RouteKind;
use super::listeners::Owner;
use super::read::{Problem, warn};

/// Takes the later of two kinds off every listener where hostnames meet.
pub(super) fn reject_later(
    routes: &[ReadRoute<'_>],
    owners: &mut [Owner<'_>],
    parents: &mut [Vec<Parent<'_>>],
    out: &mut Vec<Diagnostic>,
) {
    let mut by_age: Vec<usize> = (0..routes.len()).collect();
    // Where no creation time tells the age, input order does.
    by_age.sort_by_cached_key(|&number| {
        let route = routes.get(number);
        let created = route.and_then(|route| route.created);
        let name = route
            .filter(|_| created.is_some())
            .map(|route| route.place.resource.sort_name());
        (created.is_none(), created, name, number)
    });
    let mut rank = alloc::vec![0_usize; routes.len()];
    for (place, &number) in by_age.iter().enumerate() {
        if let Some(rank) = rank.get_mut(number) {
            *rank = place;
        }
    }
    for owner in owners {
        let mut lost: BTreeSet<usize> = BTreeSet::new();
        for listener in &mut owner.listeners {
            let mut order: Vec<usize> = listener.attached.keys().copied().collect();
            order.sort_by_key(|&number| rank.get(number).copied());
            let (mut http, mut grpc) = (Hosts::default(), Hosts::default());
            for number in order {
                let (own, other) = match routes.get(number).map(|route| route.place.kind) {
                    Some(RouteKind::Http) => (&mut http, &grpc),
                    Some(RouteKind::Grpc) => (&mut grpc, &http),
                    _ => continue,
                };
                let bindings = listener
                    .attached
                    .get(&number)
                    .map_or(&[][..], Vec::as_slice);
                if other.meets(bindings) {
                    listener.attached.remove(&number);
                    lost.insert(number);
                } else {
                    own.add(bindings);
                }
            }
        }
        for number in lost {
            // A route that is still attached to another listener stays accepted.
            let stays = owner
                .listeners
                .iter()
                .any(|listener| listener.attached.contains_key(&number));
            let (Some(route), Some(parents)) = (routes.get(number), parents.get_mut(number)) else {
                continue;
            };
            let message = format!(
                "names {}, where an older route of the other kind has the same hostnames",
                owner.resource
            );
            let resource = route.place.resource;
            warn(
                out,
                codes::ROUTE_CONFLICTED,
                resource.node,
                &resource,
                format!("spec.parentRefs {message}"),
            );
            for parent in parents
                .iter_mut()
                .filter(|parent| !stays && names(&parent.object, owner))
            {
                if parent.result.is_ok() {
                    parent.result = Err(Problem::new("Conflicted", message.clone()));
                }
            }
        }
    }
}

/// Hosts of the accepted routes of one kind, so that a host is compared with all
/// of them at once.
#[derive(Default)]
struct Hosts {
    any: bool,
    some: bool,
    exact: BTreeSet<String>,
    wildcard: BTreeSet<String>,
    /// Every suffix under which one of them lies.
    above: BTreeSet<String>,
}

impl Hosts {
    fn add(&mut self, bindings: &[HostBinding]) {
        self.some = true;
        if bindings.is_empty() {
            self.any = true;
        }
        for binding in bindings {
            let host = match &binding.host {
                HostMatch::Exact(host) => {
                    self.exact.insert(host.clone());
                    host
                }
                HostMatch::Wildcard(suffix) => {
                    self.wildcard.insert(suffix.clone());
                    suffix
                }
                _ => {
                    self.any = true;
                    continue;
                }
            };
            self.above.extend(suffixes(host).map(Into::into));
        }
    }

    fn meets(&self, bindings: &[HostBinding]) -> bool {
        if !self.some {
            return false;
        }
        if self.any || bindings.is_empty() {
            return true;
        }
        let under_one = |host: &str| suffixes(host).any(|suffix| self.wildcard.contains(suffix));
        bindings.iter().any(|binding| match &binding.host {
            HostMatch::Exact(host) => self.exact.contains(host) || under_one(host),
            HostMatch::Wildcard(suffix) => {
                self.wildcard.contains(suffix) || self.above.contains(suffix) || under_one(suffix)
            }
            _ => true,
        })
    }
}

/// The suffixes of a host that begin after a dot: `b.c` and `c` for `a.b.c`.
fn suffixes(host: &str) -> impl Iterator<Item = &str> {
    host.match_indices('.')
        .filter_map(|(at, _)| host.get(at + 1..))
}
