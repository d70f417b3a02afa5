//! Routes that are documents of their own: those of the AWS API, and of a kind `Route`
//! that articles write beside VirtualRouter.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::app_mesh as codes;
use crate::model::{ObjectRef, Origin};

use super::entry::replaced;
use super::kinds::{Meta, RouterRoute, VirtualRouter};
use super::reference::{Reference, Resolved};
use super::selector::LabelMap;
use super::world::World;

/// A route that is a document of its own.
pub(super) struct LooseRoute {
    pub(super) router: Option<Reference>,
    pub(super) namespace: String,
    /// The route, or nothing where it was refused: its router is known all the same.
    pub(super) route: Option<RouterRoute>,
    pub(super) origin: Origin,
    pub(super) subject: String,
    pub(super) mesh: Option<String>,
    pub(super) selected: bool,
}

impl World {
    /// Puts routes that came as documents of their own into their routers. A router
    /// that the input does not hold is made up, with no listener named, so that every
    /// route of it is served.
    pub(super) fn fold_routes(&mut self, out: &mut Vec<Diagnostic>) {
        let mut known: BTreeMap<(usize, String), usize> = BTreeMap::new();
        for (index, router) in self.routers.iter().enumerate() {
            for (position, route) in router.routes.iter().enumerate() {
                known.insert((index, route.name.clone()), position);
            }
        }
        for loose in core::mem::take(&mut self.loose_routes) {
            let Some(index) = self.router_of(&loose, out) else {
                continue;
            };
            let Some(router) = self.routers.get_mut(index) else {
                continue;
            };
            let Some(route) = loose.route else {
                continue;
            };
            let key = (index, route.name.clone());
            let same = known
                .get(&key)
                .and_then(|&same| router.routes.get_mut(same));
            if let Some(same) = same {
                out.push(replaced(&loose.subject, route.origin));
                *same = route;
            } else {
                known.insert(key, router.routes.len());
                router.routes.push(route);
            }
        }
    }

    fn router_of(&mut self, loose: &LooseRoute, out: &mut Vec<Diagnostic>) -> Option<usize> {
        let found = loose
            .router
            .as_ref()
            .map(|router| self.routers.resolve(router));
        let origin = loose.origin;
        let object = match found {
            Some(Resolved::Found { index, .. }) => return Some(index),
            Some(Resolved::Missing { object }) => {
                let message = format!("{}: there is no {object}", loose.subject);
                out.push(Diagnostic::error(
                    codes::UNRESOLVED_REFERENCE,
                    origin,
                    message,
                ));
                return None;
            }
            Some(Resolved::Refused { object }) => {
                let message = format!("{}: {object} was refused", loose.subject);
                out.push(Diagnostic::error(codes::REFUSED_REFERENCE, origin, message));
                return None;
            }
            Some(Resolved::Outside { object, .. }) => object,
            None => ObjectRef::new("VirtualRouter", loose.namespace.as_str(), "assumed"),
        };
        if loose.route.is_some() {
            let message = format!(
                "{}: its VirtualRouter is not in the input; {object} is assumed, with any listener",
                loose.subject
            );
            out.push(Diagnostic::note(codes::ASSUMED, origin, message));
        }
        if let Some(index) = self.routers.find(&object.namespace, &object.name) {
            return Some(index);
        }
        let meta = Meta {
            aws_name: object.name.clone(),
            object: object.clone(),
            labels: LabelMap::new(),
            mesh: loose.mesh.clone(),
            selected: loose.selected,
            origin,
            place: origin,
        };
        self.routers.insert(VirtualRouter {
            meta,
            listeners: Vec::new(),
            routes: Vec::new(),
        });
        self.routers.find(&object.namespace, &object.name)
    }
}
