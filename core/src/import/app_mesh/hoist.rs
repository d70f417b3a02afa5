//! Policies written on GatewayRoutes.
//!
//! App Mesh has retries and timeouts on a VirtualRouter's routes only; articles write
//! them on GatewayRoutes. What is meant is clear, so they move to the routes of the
//! VirtualRouter behind, as far as those say nothing themselves. Behind a VirtualNode
//! they stay with the GatewayRoute.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::app_mesh as codes;

use super::kinds::Provider;
use super::reference::Resolved;
use super::world::World;

impl World {
    /// Moves the policies. Of several for one router the first counts.
    pub(super) fn hoist_policies(&mut self, out: &mut Vec<Diagnostic>) {
        let mut done = BTreeSet::new();
        for route in self.gateway_routes.iter() {
            if route.policy.is_empty() {
                continue;
            }
            let Resolved::Found { index, .. } = self.services.resolve(&route.target) else {
                continue;
            };
            let provider = self.services.get(index).map(|service| &service.provider);
            let Some(Provider::Router(router)) = provider else {
                continue;
            };
            let Resolved::Found { index, .. } = self.routers.resolve(router) else {
                continue;
            };
            let Some(router) = self.routers.get_mut(index) else {
                continue;
            };
            if !done.insert(index) {
                out.push(Diagnostic::warning(
                    codes::IGNORED,
                    route.meta.origin,
                    format!(
                        "{}: its policy is not used, because another GatewayRoute already sets one for {}",
                        route.meta.object, router.meta.object
                    ),
                ));
                continue;
            }
            for own in &mut router.routes {
                if own.policy.retry.is_none() {
                    own.policy.retry.clone_from(&route.policy.retry);
                }
                let limits = &mut own.policy.timeouts;
                limits.request_ms = limits.request_ms.or(route.policy.timeouts.request_ms);
                limits.idle_ms = limits.idle_ms.or(route.policy.timeouts.idle_ms);
            }
        }
    }
}
