//! The status that a controller would write.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::import::status::{
    Condition, GatewayStatus, ListenerStatus, ParentStatus, RouteStatus, Status,
};
use crate::model::ObjectRef;

use super::ReadRoute;
use super::attach::Parent;
use super::backends::Builder;
use super::context::RouteKind;
use super::listeners::{Listener, Owner};
use super::read::Problem;

/// What reading a route's rules has shown.
#[derive(Clone, Debug, Default)]
pub(super) struct Verdict {
    /// Why not every reference resolves under Gateways.
    pub(super) unresolved: Option<Problem>,
    /// Why not every reference resolves under Services.
    pub(super) mesh_unresolved: Option<Problem>,
    /// Why the first rule that cannot be honoured cannot be.
    pub(super) invalid: Option<Problem>,
    /// The rules that cannot be honoured, each with what becomes of it.
    pub(super) dropped: Vec<String>,
    /// Whether no rule can.
    pub(super) is_wholly_invalid: bool,
}

impl Builder<'_, '_> {
    pub(super) fn verdict(self) -> Verdict {
        let rules = self
            .route
            .node
            .path(&["spec", "rules"])
            .map_or(0, |rules| rules.items().len());
        Verdict {
            unresolved: self.unresolved,
            mesh_unresolved: None,
            is_wholly_invalid: rules > 0 && self.invalid_rules >= rules,
            invalid: self.invalid,
            dropped: self.dropped,
        }
    }
}

/// Writes the status of everything.
pub(super) fn write(
    owners: &[Owner<'_>],
    routes: &[ReadRoute<'_>],
    parents: &[Vec<Parent<'_>>],
    status: &mut Status,
) {
    status.routes.reserve(routes.len());
    for (route, parents) in routes.iter().zip(parents) {
        let parents = parents.iter().map(|parent| ParentStatus {
            parent: parent.object.clone(),
            section: parent.section.map(ToString::to_string),
            port: parent.port,
            conditions: route_conditions(parent, &route.verdict),
        });
        status.routes.push(RouteStatus {
            route: route.place.resource.object(),
            parents: parents.collect(),
        });
    }
    for owner in owners.iter().filter(|owner| !owner.is_assumed) {
        for listener in &owner.listeners {
            status.listeners.push(listener_status(owner, listener));
        }
    }
    for (index, owner) in owners
        .iter()
        .enumerate()
        .filter(|(_, owner)| !owner.is_assumed)
    {
        let is_gateway = owner.gateway == Some(index);
        status.gateways.push(GatewayStatus {
            gateway: owner.resource.object(),
            attached_listener_sets: is_gateway.then(|| {
                let sets = owners.iter().enumerate().filter(|&(other, set)| {
                    other != index && set.gateway == Some(index) && is_valid_set(set)
                });
                sets.count() as u32
            }),
            conditions: if is_gateway {
                gateway_conditions(index, owners)
            } else {
                set_conditions(owner)
            },
        });
    }
}

/// SPEC: semantics/gateway-api.md 2, 7, 8 and the conformance tests: a rule that
/// cannot be honoured makes a route PartiallyInvalid, and not accepted where no
/// rule can. References are judged whether the route is accepted or not.
fn route_conditions(parent: &Parent<'_>, verdict: &Verdict) -> Vec<Condition> {
    let mut conditions = Vec::with_capacity(2);
    let whole = verdict
        .invalid
        .as_ref()
        .filter(|_| verdict.is_wholly_invalid);
    conditions.push(match parent.result.as_ref().err().or(whole) {
        Some(problem) => no("Accepted", problem),
        None => yes("Accepted", "Accepted", "the route is accepted"),
    });
    let unresolved = if parent.is_mesh {
        &verdict.mesh_unresolved
    } else {
        &verdict.unresolved
    };
    conditions.push(match unresolved {
        Some(problem) => no("ResolvedRefs", problem),
        None => yes(
            "ResolvedRefs",
            "ResolvedRefs",
            "all references are resolved",
        ),
    });
    if let Some(problem) = verdict
        .invalid
        .as_ref()
        .filter(|_| !verdict.is_wholly_invalid)
    {
        // SPEC: RouteConditionPartiallyInvalid: the message begins with `Dropped
        // Rule` and tells which rules. A rule is dropped here by answering 500 in
        // its place: what it takes must not fall to another rule.
        let dropped = verdict.dropped.join(", ");
        let message = alloc::format!("Dropped Rule {dropped}: {}", problem.message);
        conditions.push(condition(
            "PartiallyInvalid",
            true,
            problem.reason,
            &message,
        ));
    }
    conditions
}

fn listener_status(owner: &Owner<'_>, listener: &Listener<'_>) -> ListenerStatus {
    let problem = listener
        .conflict
        .as_ref()
        .or(listener.refused.as_ref())
        .or(owner.refused.as_ref());
    let mut conditions = Vec::new();
    conditions.push(match problem {
        Some(problem) => no("Accepted", problem),
        None => yes("Accepted", "Accepted", "the listener is accepted"),
    });
    conditions.push(match &listener.conflict {
        Some(problem) => condition("Conflicted", true, problem.reason, &problem.message),
        None => condition(
            "Conflicted",
            false,
            "NoConflicts",
            "the listener is in no conflict",
        ),
    });
    conditions.push(match &listener.unresolved {
        Some(problem) => no("ResolvedRefs", problem),
        None => yes(
            "ResolvedRefs",
            "ResolvedRefs",
            "all references are resolved",
        ),
    });
    let is_useless = listener.kinds.is_empty();
    conditions.push(
        match (&listener.conflict, problem.or(listener.unresolved.as_ref())) {
            (Some(conflict), _) => no("Programmed", conflict),
            (None, Some(problem))
                if !listener.is_served() || owner.refused.is_some() || is_useless =>
            {
                condition("Programmed", false, "Invalid", &problem.message)
            }
            _ => yes("Programmed", "Programmed", "the listener is served"),
        },
    );
    ListenerStatus {
        gateway: owner.resource.object(),
        name: listener.name.to_string(),
        attached_routes: listener.attached.len() as u32,
        supported_kinds: listener
            .kinds
            .iter()
            .map(|kind: &RouteKind| kind.as_str().to_string())
            .collect(),
        conditions,
    }
}

/// SPEC: semantics/gateway-api.md 1.3: a Gateway is accepted while one of its
/// own listeners is, and says ListenersNotValid as soon as one is not.
fn gateway_conditions(index: usize, owners: &[Owner<'_>]) -> Vec<Condition> {
    let Some(owner) = owners.get(index) else {
        return Vec::new();
    };
    let bad = bad_listeners(owner, |listener| !listener.is_served());
    let is_accepted =
        owner.listeners.is_empty() || owner.listeners.iter().any(Listener::is_accepted);
    let accepted = match &bad {
        Some(message) => condition("Accepted", is_accepted, "ListenersNotValid", message),
        None => yes("Accepted", "Accepted", "the gateway is accepted"),
    };
    let mut all = owners.iter().filter(|owner| owner.gateway == Some(index));
    let is_served = all.any(|owner| owner.listeners.iter().any(Listener::is_served));
    let programmed = if is_served {
        yes("Programmed", "Programmed", "the gateway is served")
    } else {
        condition("Programmed", false, "Invalid", "no listener can be served")
    };
    alloc::vec![accepted, programmed]
}

/// SPEC: semantics/gateway-api.md 1.3: a ListenerSet with at least one good
/// listener stays accepted.
fn set_conditions(owner: &Owner<'_>) -> Vec<Condition> {
    if let Some(problem) = &owner.refused {
        return alloc::vec![no("Accepted", problem), no("Programmed", problem)];
    }
    let bad = bad_listeners(owner, |listener| !listener.is_served());
    if is_valid_set(owner) {
        let reason = if bad.is_some() {
            "ListenersNotValid"
        } else {
            "Accepted"
        };
        let message = bad.unwrap_or_else(|| "the listener set is accepted".to_string());
        let accepted = condition("Accepted", true, reason, &message);
        return alloc::vec![
            accepted,
            yes("Programmed", "Programmed", "the listener set is served")
        ];
    }
    let problem = Problem::new(
        "ListenersNotValid",
        bad.unwrap_or_else(|| "there is no listener".to_string()),
    );
    alloc::vec![no("Accepted", &problem), no("Programmed", &problem)]
}

fn is_valid_set(owner: &Owner<'_>) -> bool {
    owner.refused.is_none() && owner.listeners.iter().any(Listener::is_served)
}

/// Names the listeners that are not good; `None` where all are.
fn bad_listeners(owner: &Owner<'_>, is_bad: impl Fn(&Listener<'_>) -> bool) -> Option<String> {
    let bad: Vec<&str> = owner
        .listeners
        .iter()
        .filter(|listener| is_bad(listener))
        .map(|listener| listener.name)
        .collect();
    (!bad.is_empty()).then(|| alloc::format!("these listeners are not valid: {}", bad.join(", ")))
}

fn yes(kind: &str, reason: &str, message: &str) -> Condition {
    condition(kind, true, reason, message)
}

fn no(kind: &str, problem: &Problem) -> Condition {
    condition(kind, false, problem.reason, &problem.message)
}

fn condition(kind: &str, is_true: bool, reason: &str, message: &str) -> Condition {
    Condition {
        kind: kind.to_string(),
        status: if is_true { "True" } else { "False" }.to_string(),
        reason: reason.to_string(),
        message: message.to_string(),
    }
}

/// The object of a route's parent, as the status names it.
pub(super) fn names(parent: &ObjectRef, owner: &Owner<'_>) -> bool {
    parent.kind == owner.resource.kind
        && parent.namespace == owner.resource.namespace
        && parent.name == owner.resource.name
}
