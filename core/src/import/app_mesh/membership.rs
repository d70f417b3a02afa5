//! Which mesh and which gateway an object belongs to.
//!
//! SPEC: the controller decides both when an object is admitted, by selectors
//! (controller, pkg/mesh/membership_designator.go and
//! pkg/virtualgateway/membership_designator.go). Exactly one must match.
//!
//! Offline, the labels of a namespace are often not in the input. Then an object
//! belongs to the only candidate there is, and a note says so. A name written in the
//! object itself (`meshRef`, `virtualGatewayRef`, the names of older forms) decides
//! where it is there.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::app_mesh as codes;
use crate::model::ObjectRef;

use super::kinds::{GatewayRoute, Meta};
use super::selector::{Answer, LabelMap, Labels, Selector};
use super::world::World;

/// The label that every namespace has. SPEC: the API server sets it (Kubernetes,
/// "Automatic labelling").
const NAME_LABEL: &str = "kubernetes.io/metadata.name";

/// Finds meshes and gateways, and remembers what it has said.
pub(super) struct Membership<'w> {
    world: &'w World,
    labels: BTreeMap<String, LabelMap>,
    meshes: BTreeMap<String, Option<String>>,
    gateways: BTreeMap<String, Vec<Vote>>,
}

/// What a selection comes to.
enum Selection {
    One(usize),
    /// The only one that may be meant, though it cannot be told.
    Assumed(usize),
    /// The only one there is, though its selector is absent and selects nothing.
    Unselected(usize),
    None,
    Several,
}

impl Selection {
    /// Whether no other candidate can be the one that is meant.
    fn is_sure(&self) -> bool {
        matches!(self, Self::One(_))
    }
}

impl<'w> Membership<'w> {
    /// Prepares to look up.
    pub(super) fn new(world: &'w World) -> Self {
        let labels = world
            .namespaces
            .iter()
            .map(|(name, labels)| {
                let mut labels = labels.clone();
                labels.insert(NAME_LABEL.to_string(), name.clone());
                (name.clone(), labels)
            })
            .collect();
        Self {
            world,
            labels,
            meshes: BTreeMap::new(),
            gateways: BTreeMap::new(),
        }
    }

    /// The name of the mesh an object belongs to, or nothing where its admission
    /// would fail. The input may hold no Mesh at all: then all objects that name none
    /// are taken to share one.
    pub(super) fn mesh(&mut self, meta: &Meta, out: &mut Vec<Diagnostic>) -> Option<String> {
        let world = self.world;
        if let Some(named) = &meta.mesh {
            // An object names its mesh by either of the mesh's names.
            let found = world
                .meshes
                .find("", named)
                .or_else(|| world.meshes.find_aws(named))
                .and_then(|index| world.meshes.get(index));
            let refused = world.meshes.refused("", named);
            let refused = refused.or_else(|| world.meshes.refused_aws(named));
            if let (None, Some(refused)) = (found, refused) {
                let message = format!("{}: {refused} was refused", meta.object);
                out.push(Diagnostic::error(
                    codes::REFUSED_REFERENCE,
                    meta.place,
                    message,
                ));
                return None;
            }
            return Some(found.map_or_else(|| named.clone(), |mesh| mesh.meta.object.name.clone()));
        }
        if !meta.selected {
            if let (0, Some(refused)) = (world.meshes.len(), world.meshes.any_refused()) {
                out.push(may_be(meta, &refused, "mesh"));
                return None;
            }
            return Some(self.only_mesh());
        }
        let namespace = &meta.object.namespace;
        if let Some(known) = self.meshes.get(namespace) {
            return known.clone();
        }
        let mesh = self.mesh_of_namespace(meta, out);
        self.meshes.insert(namespace.clone(), mesh.clone());
        mesh
    }

    fn mesh_of_namespace(&self, meta: &Meta, out: &mut Vec<Diagnostic>) -> Option<String> {
        let namespace = meta.object.namespace.as_str();
        let refused = self.world.meshes.any_refused();
        if self.world.meshes.len() == 0 && refused.is_none() {
            return Some(self.only_mesh());
        }
        let meshes = self.world.meshes.iter();
        let selection = select(meshes.map(|mesh| self.vote(&mesh.namespaces, namespace)));
        if let (Some(refused), false) = (refused, selection.is_sure()) {
            out.push(may_be(meta, &refused, "mesh"));
            return None;
        }
        let name = |index: usize| {
            let mesh = self.world.meshes.get(index)?;
            Some(mesh.meta.object.name.clone())
        };
        match selection {
            Selection::One(index) => name(index),
            Selection::Assumed(index) => {
                let mesh = name(index)?;
                let message = format!(
                    "the labels of namespace '{namespace}' are not in the input; it is taken to belong to Mesh {mesh}"
                );
                out.push(Diagnostic::note(codes::ASSUMED, meta.place, message));
                Some(mesh)
            }
            Selection::Unselected(index) => {
                let mesh = name(index)?;
                let message = format!(
                    "Mesh {mesh} has no namespaceSelector and selects nothing; namespace '{namespace}' is taken to belong to it"
                );
                out.push(
                    Diagnostic::warning(codes::MEMBERSHIP, meta.place, message)
                        .with_help("an empty namespaceSelector ({}) selects every namespace"),
                );
                Some(mesh)
            }
            Selection::None => {
                let message = format!(
                    "{}: failed to find matching mesh for namespace: {namespace}, expecting 1 but found 0",
                    meta.object
                );
                out.push(Diagnostic::error(codes::MEMBERSHIP, meta.place, message));
                None
            }
            Selection::Several => {
                let message = format!(
                    "{}: found multiple matching meshes for namespace: {namespace}, expecting 1",
                    meta.object
                );
                out.push(
                    Diagnostic::error(codes::MEMBERSHIP, meta.place, message).with_help(
                        "add the Namespace with its labels to the input, or one mesh at a time",
                    ),
                );
                None
            }
        }
    }

    /// The gateway a route belongs to: its index, or nothing where its admission would
    /// fail.
    pub(super) fn gateway(
        &mut self,
        route: &GatewayRoute,
        out: &mut Vec<Diagnostic>,
    ) -> Option<usize> {
        let world = self.world;
        let meta = &route.meta;
        if let Some((namespace, name)) = &route.gateway {
            let namespace = namespace.as_deref().unwrap_or(&meta.object.namespace);
            let found = world
                .gateways
                .find(namespace, name)
                .or_else(|| world.gateways.find_aws(name));
            let refused = world.gateways.refused(namespace, name);
            let refused = refused.or_else(|| world.gateways.refused_aws(name));
            match (found, refused) {
                (Some(_), _) => {}
                (None, Some(refused)) => {
                    let message = format!("{}: {refused} was refused", meta.object);
                    out.push(Diagnostic::error(
                        codes::REFUSED_REFERENCE,
                        meta.place,
                        message,
                    ));
                }
                (None, None) => {
                    let message = format!("{}: there is no VirtualGateway {name}", meta.object);
                    out.push(Diagnostic::error(codes::MEMBERSHIP, meta.place, message));
                }
            }
            return found;
        }
        let namespace = meta.object.namespace.as_str();
        let own = Labels {
            known: &meta.labels,
            complete: true,
        };
        let selection = if meta.selected {
            let votes = self.gateway_votes(namespace);
            select(world.gateways.iter().zip(votes).map(|(gateway, vote)| {
                match gateway.routes.as_ref().map(|routes| routes.selects(own)) {
                    Some(Answer::No) => Vote::No,
                    // SPEC: without a gatewayRouteSelector all routes are selected.
                    _ => *vote,
                }
            }))
        } else if world.gateways.len() == 1 {
            Selection::Assumed(0)
        } else {
            Selection::Several
        };
        if let (Some(refused), false) = (world.gateways.any_refused(), selection.is_sure()) {
            out.push(may_be(meta, &refused, "gateway"));
            return None;
        }
        let shown = format!("{}/{}", meta.object.namespace, meta.object.name);
        let name = |index: usize| {
            world
                .gateways
                .get(index)
                .map_or_else(String::new, |gateway| gateway.meta.object.to_string())
        };
        match selection {
            Selection::One(index) => Some(index),
            Selection::Assumed(index) => {
                let message = format!(
                    "{}: the input does not tell its gateway; it is taken to belong to {}",
                    meta.object,
                    name(index)
                );
                out.push(Diagnostic::note(codes::ASSUMED, meta.place, message));
                Some(index)
            }
            Selection::Unselected(index) => {
                let message = format!(
                    "{}: {} has no namespaceSelector and selects nothing; the route is taken to belong to it",
                    meta.object,
                    name(index)
                );
                out.push(Diagnostic::warning(codes::MEMBERSHIP, meta.place, message));
                Some(index)
            }
            Selection::None => {
                let message = format!(
                    "{}: failed to find matching virtualGateway for gatewayRoute: {shown}, expecting 1 but found 0",
                    meta.object
                );
                out.push(Diagnostic::error(codes::MEMBERSHIP, meta.place, message));
                None
            }
            Selection::Several => {
                let message = format!(
                    "{}: found multiple matching virtualGateways for gatewayRoute: {shown}, expecting 1",
                    meta.object
                );
                out.push(
                    Diagnostic::error(codes::MEMBERSHIP, meta.place, message)
                        .with_help("add the Namespace with its labels to the input, or tell the gateways apart by gatewayRouteSelector"),
                );
                None
            }
        }
    }

    /// The mesh of what names none and is not selected.
    fn only_mesh(&self) -> String {
        let mut meshes = self.world.meshes.iter();
        match (meshes.next(), meshes.next()) {
            (Some(mesh), None) => mesh.meta.object.name.clone(),
            _ => ASSUMED.to_string(),
        }
    }

    /// Every gateway's answer for a namespace.
    fn gateway_votes(&mut self, namespace: &str) -> &[Vote] {
        if !self.gateways.contains_key(namespace) {
            let gateways = self.world.gateways.iter();
            let votes = gateways.map(|gateway| self.vote(&gateway.namespaces, namespace));
            let votes = votes.collect();
            self.gateways.insert(namespace.to_string(), votes);
        }
        self.gateways.get(namespace).map_or(&[], Vec::as_slice)
    }

    fn vote(&self, selector: &Selector, namespace: &str) -> Vote {
        // Labels that cannot be read satisfy nothing but a selector that asks for none.
        let unreadable = self.world.refused_namespaces.contains(namespace);
        let asks = matches!(selector, Selector::All(all) if !all.is_empty());
        if unreadable && asks {
            return Vote::No;
        }
        let answer = match self.labels.get(namespace) {
            Some(labels) => selector.selects(Labels {
                known: labels,
                complete: true,
            }),
            None => {
                let own_name = (NAME_LABEL.to_string(), namespace.to_string());
                let known = LabelMap::from([own_name]);
                selector.selects(Labels {
                    known: &known,
                    complete: false,
                })
            }
        };
        match (answer, selector) {
            (Answer::Yes, _) => Vote::Yes,
            (Answer::Unknown, _) => Vote::Unknown,
            (Answer::No, Selector::Nothing) => Vote::Unselected,
            (Answer::No, Selector::All(_)) => Vote::No,
        }
    }
}

/// An object that may belong to what was refused, so that it is not known to belong to
/// anything.
fn may_be(meta: &Meta, refused: &ObjectRef, what: &str) -> Diagnostic {
    let message = format!(
        "{}: {refused} was refused, which may be its {what}",
        meta.object
    );
    Diagnostic::error(codes::REFUSED_REFERENCE, meta.place, message)
}

/// The name of a mesh or gateway that the input needs but does not hold.
pub(super) const ASSUMED: &str = "assumed";

/// What a candidate says to an object.
#[derive(Clone, Copy)]
enum Vote {
    Yes,
    Unknown,
    /// It has no selector, so it selects nothing.
    Unselected,
    No,
}

fn select(votes: impl Iterator<Item = Vote>) -> Selection {
    let mut yes = Vec::new();
    let mut unknown = Vec::new();
    let mut unselected = Vec::new();
    let mut others = false;
    for (index, vote) in votes.enumerate() {
        match vote {
            Vote::Yes => yes.push(index),
            Vote::Unknown => unknown.push(index),
            Vote::Unselected => unselected.push(index),
            Vote::No => others = true,
        }
    }
    match (yes.as_slice(), unknown.as_slice(), unselected.as_slice()) {
        ([one], [], _) => Selection::One(*one),
        // Among others that may select it too, the one that surely does is taken.
        ([one], ..) => Selection::Assumed(*one),
        ([], [one], _) => Selection::Assumed(*one),
        ([], [], [one]) if !others => Selection::Unselected(*one),
        ([], [], _) => Selection::None,
        _ => Selection::Several,
    }
}
