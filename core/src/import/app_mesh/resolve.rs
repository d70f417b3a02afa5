//! Targets: what a reference of a route comes to.
//!
//! SPEC: GatewayRoute → VirtualService → its provider (VirtualRouter → VirtualNodes,
//! or one VirtualNode, or nobody). The chain cannot come back to where it was, so
//! following it needs no guard against cycles.
//!
//! A reference to something missing, or to an object that was refused, keeps its share,
//! and that share is answered with [`MISSING_STATUS`]. A reference that leads out of the input (another account's
//! service by its ARN, a file that was not given) ends the search there: what it
//! names is the backend.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::diagnostic::codes::app_mesh as codes;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Backend, InvalidTarget, ObjectRef, Origin, Target, Timeouts};

use super::kinds::{NodeTarget, PortMapping};
use super::reference::{Reference, Resolved};
use super::world::World;

/// SPEC: what Envoy answers for a route to a cluster it does not have
/// (RouteAction.cluster_not_found_response_code, default SERVICE_UNAVAILABLE).
pub(super) const MISSING_STATUS: u16 = 503;

/// Follows references, and tells of each fault once.
pub(super) struct Resolver<'w> {
    pub(super) world: &'w World,
    pub(super) found: Vec<Diagnostic>,
    said: BTreeSet<(Code, Origin, String)>,
}

impl<'w> Resolver<'w> {
    /// A resolver over the input.
    pub(super) fn new(world: &'w World) -> Self {
        Self {
            world,
            found: Vec::new(),
            said: BTreeSet::new(),
        }
    }

    /// Adds a diagnostic, unless it was there before: an object that serves several
    /// listeners is looked at for each.
    pub(super) fn say(&mut self, diagnostic: Diagnostic) {
        let origin = diagnostic.origin.unwrap_or_default();
        let key = (diagnostic.code, origin, diagnostic.message.clone());
        if self.said.insert(key) {
            self.found.push(diagnostic);
        }
    }

    /// Tells what is noteworthy about how a reference was followed.
    pub(super) fn tell(
        &mut self,
        subject: &str,
        reference: &Reference,
        resolved: &Resolved,
        to: Option<&ObjectRef>,
    ) {
        if let Resolved::Outside {
            object,
            by_host: true,
            ..
        } = resolved
        {
            self.by_host(subject, reference, object);
        }
        match (resolved, to) {
            (Resolved::Found { by_host: true, .. }, Some(to)) => {
                self.by_host(subject, reference, to);
            }
            (Resolved::Outside { object, .. }, _) => self.say(Diagnostic::note(
                codes::ASSUMED,
                reference.origin,
                format!("{subject}: {object} is not in the input and is taken to exist"),
            )),
            (Resolved::Missing { object }, _) => self.say(Diagnostic::warning(
                codes::UNRESOLVED_REFERENCE,
                reference.origin,
                format!(
                    "{subject}: there is no {object}; its share of requests is answered {MISSING_STATUS}"
                ),
            )),
            (Resolved::Refused { object }, _) => self.say(Diagnostic::warning(
                codes::REFUSED_REFERENCE,
                reference.origin,
                format!(
                    "{subject}: {object} was refused; its share of requests is answered {MISSING_STATUS}"
                ),
            )),
            (Resolved::Found { .. }, _) => {}
        }
    }

    fn by_host(&mut self, subject: &str, reference: &Reference, to: &ObjectRef) {
        self.say(Diagnostic::warning(
            codes::COERCED,
            reference.origin,
            format!("{subject}: a reference is by name, not by host name; {to} is meant"),
        ));
    }

    /// A VirtualNode as a target.
    pub(super) fn node(
        &mut self,
        subject: &str,
        reference: &Reference,
        port: Option<u16>,
    ) -> Target {
        let resolved = self.world.nodes.resolve(reference);
        let object = match &resolved {
            Resolved::Found { index, .. } => self
                .world
                .nodes
                .get(*index)
                .map(|node| node.meta.object.clone()),
            _ => None,
        };
        self.tell(subject, reference, &resolved, object.as_ref());
        end(resolved, object, port)
    }

    /// The limits that a VirtualNode's listener sets on requests, where it states any.
    pub(super) fn node_timeouts(
        &self,
        target: &NodeTarget,
        kind: super::kinds::RouteKind,
    ) -> Timeouts {
        let Resolved::Found { index, .. } = self.world.nodes.resolve(&target.node) else {
            return Timeouts::default();
        };
        let listeners = self
            .world
            .nodes
            .get(index)
            .map_or(&[] as &[PortMapping], |node| node.listeners.as_slice());
        let listener = listeners.iter().find(|listener| {
            listener.kind == kind && target.port.is_none_or(|port| port == listener.port)
        });
        listener.map_or_else(Timeouts::default, |listener| listener.timeouts)
    }
}

/// The target that a followed reference ends in.
pub(super) fn end(resolved: Resolved, found: Option<ObjectRef>, port: Option<u16>) -> Target {
    match (resolved, found) {
        (Resolved::Found { .. }, Some(object)) | (Resolved::Outside { object, .. }, _) => {
            Target::Backend(backend(object, port))
        }
        (Resolved::Missing { object }, _) => invalid(object, port, "BackendNotFound"),
        (Resolved::Refused { object }, _) => invalid(object, port, "BackendRefused"),
        (Resolved::Found { .. }, None) => invalid(ObjectRef::default(), port, "BackendNotFound"),
    }
}

/// A target that fails.
pub(super) fn invalid(object: ObjectRef, port: Option<u16>, reason: &str) -> Target {
    Target::Invalid(InvalidTarget {
        backend: backend(object, port),
        reason: reason.to_string(),
        status: MISSING_STATUS,
    })
}

fn backend(object: ObjectRef, port: Option<u16>) -> Backend {
    Backend {
        kind: object.kind,
        namespace: object.namespace,
        name: object.name,
        port,
        ..Backend::default()
    }
}

/// The tighter of two sets of limits; 0 is none.
///
/// SPEC: a route's timeout and its VirtualNode's listener's both hold (user guide,
/// routes, "timeout").
pub(super) fn tighter(route: Timeouts, node: Timeouts) -> Timeouts {
    let least = |a: Option<u64>, b: Option<u64>| match (a, b) {
        (Some(0), Some(b)) | (None, Some(b)) => Some(b),
        (Some(a), Some(0) | None) => Some(a),
        (Some(a), Some(b)) => Some(a.min(b)),
        (None, None) => None,
    };
    Timeouts {
        request_ms: least(route.request_ms, node.request_ms),
        idle_ms: least(route.idle_ms, node.idle_ms),
        backend_request_ms: route.backend_request_ms,
    }
}

#[cfg(test)]
mod tests {
    use super::tighter;
    use crate::model::Timeouts;

    #[test]
    fn the_shorter_limit_holds_and_zero_is_none() {
        let of = |ms| Timeouts {
            request_ms: ms,
            ..Timeouts::default()
        };
        assert_eq!(tighter(of(Some(5)), of(Some(3))).request_ms, Some(3));
        assert_eq!(tighter(of(Some(0)), of(Some(3))).request_ms, Some(3));
        assert_eq!(tighter(of(Some(5)), of(Some(0))).request_ms, Some(5));
        assert_eq!(tighter(of(Some(5)), of(None)).request_ms, Some(5));
    }
}
