//! Listeners that cannot be told apart.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::vec::Vec;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::gateway_api as codes;
use crate::model::{HostMatch, Protocol};

use super::listeners::{Listener, Owner};
use super::read::{Problem, Resource, error};

/// Finds them. The first `gateways` owners are Gateways, the others ListenerSets
/// in order of precedence.
pub(super) fn find(owners: &mut [Owner<'_>], gateways: usize, out: &mut Vec<Diagnostic>) {
    let mut taken: Vec<Taken> = Vec::new();
    let (own, sets) = owners.split_at_mut(gateways.min(owners.len()));
    for owner in own {
        taken.push(conflicts_within(owner, out));
    }
    for owner in sets {
        if let Some(taken) = owner.gateway.and_then(|index| taken.get_mut(index)) {
            conflicts_of_set(owner, taken, out);
        }
    }
}

/// What listeners on one port must have in common.
///
/// SPEC: semantics/gateway-api.md 1.3: HTTP, HTTPS and TLS differ by port and
/// hostname, TCP and UDP by port; TCP beside any of the former is a conflict.
/// HTTP beside HTTPS or TLS is one too, as in most implementations (upstream's
/// text leaves it open); HTTPS beside TLS is not, since both choose by server
/// name.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Class {
    Http,
    Tls,
    Tcp,
    Udp,
}

/// What only one listener can have: a port of a transport, and on it a host.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Claim {
    port: (bool, u16),
    class: Class,
    host: HostMatch,
}

impl Claim {
    fn of(listener: &Listener<'_>) -> Option<Self> {
        if listener.refused.is_some() {
            return None;
        }
        let class = match listener.protocol? {
            Protocol::Http => Class::Http,
            Protocol::Https | Protocol::Tls => Class::Tls,
            Protocol::Tcp => Class::Tcp,
            Protocol::Udp => Class::Udp,
            Protocol::AnyHttp => return None,
        };
        let port = (class == Class::Udp, listener.port?);
        Some(Self {
            port,
            class,
            host: listener.host.clone(),
        })
    }

    /// Two of this class on one port are in conflict whatever their hosts.
    fn is_alone(&self) -> bool {
        matches!(self.class, Class::Tcp | Class::Udp)
    }
}

/// What a gateway's accepted listeners have claimed.
#[derive(Default)]
struct Taken {
    classes: BTreeMap<(bool, u16), Class>,
    claims: BTreeSet<Claim>,
}

/// SPEC: semantics/gateway-api.md 1.3: of indistinct listeners of one Gateway
/// none may be picked as the winner: all of them are rejected.
fn conflicts_within(owner: &mut Owner<'_>, out: &mut Vec<Diagnostic>) -> Taken {
    let mut classes: BTreeMap<(bool, u16), BTreeSet<Class>> = BTreeMap::new();
    let mut counts: BTreeMap<Claim, u32> = BTreeMap::new();
    for claim in owner.listeners.iter().filter_map(Claim::of) {
        classes.entry(claim.port).or_default().insert(claim.class);
        *counts.entry(claim).or_default() += 1;
    }
    let mut taken = Taken::default();
    for listener in &mut owner.listeners {
        let Some(claim) = Claim::of(listener) else {
            continue;
        };
        let mixed = classes
            .get(&claim.port)
            .is_some_and(|classes| classes.len() > 1);
        let repeated = counts.get(&claim).is_some_and(|&count| count > 1);
        if mixed || repeated {
            let problem = conflict(&claim, mixed, "another listener of the gateway");
            report(&owner.resource, listener, problem, out);
        } else {
            taken.classes.insert(claim.port, claim.class);
            taken.claims.insert(claim);
        }
    }
    taken
}

/// SPEC: semantics/gateway-api.md 1.3 (ListenerSet): across sets the listener
/// of higher precedence is accepted, later ones are in conflict.
fn conflicts_of_set(owner: &mut Owner<'_>, taken: &mut Taken, out: &mut Vec<Diagnostic>) {
    for listener in &mut owner.listeners {
        let Some(claim) = Claim::of(listener) else {
            continue;
        };
        let mixed = taken
            .classes
            .get(&claim.port)
            .is_some_and(|&class| class != claim.class);
        if mixed || taken.claims.contains(&claim) {
            let problem = conflict(&claim, mixed, "a listener of higher precedence");
            report(&owner.resource, listener, problem, out);
        } else {
            taken.classes.insert(claim.port, claim.class);
            taken.claims.insert(claim);
        }
    }
}

fn conflict(claim: &Claim, mixed: bool, with: &str) -> Problem {
    let port = claim.port.1;
    if mixed {
        Problem::new(
            "ProtocolConflict",
            format!("{with} has port {port} with another protocol"),
        )
    } else if claim.is_alone() {
        Problem::new("ProtocolConflict", format!("{with} has port {port}"))
    } else {
        Problem::new(
            "HostnameConflict",
            format!("{with} has port {port} and hostname {}", claim.host),
        )
    }
}

fn report(
    owner: &Resource<'_>,
    listener: &mut Listener<'_>,
    problem: Problem,
    out: &mut Vec<Diagnostic>,
) {
    let text = format!(
        "listener {} is not accepted: {}",
        listener.name, problem.message
    );
    error(out, codes::LISTENER_CONFLICT, listener.node, owner, text);
    listener.conflict = Some(problem);
}
