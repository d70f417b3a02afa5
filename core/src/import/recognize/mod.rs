//! Finding the objects in documents, and each object's dialect.
//!
//! A document is an object, a list of objects (`kind: List`, `HTTPRouteList`, an
//! array), or nothing for this engine. Lists are opened with a stack of their
//! own, so that nesting costs no call depth; the reader's limits bound how much
//! there is to open.
//!
//! # What is silent and what is not
//!
//! A folder of manifests holds Deployments and CRDs beside routes: what belongs
//! to no dialect is passed over with a note. What looks like one of our objects
//! and lacks its type is an error, and so is what is written like a document of the
//! native format and lacks its key (`nearly_native.rs`). An object with something refused in it (a key
//! written twice, a value that is not what its tag says) is refused: acting on a
//! part of a route could send requests elsewhere than its author meant. (A document
//! of the native format holds many routes; its importer refuses the one.) Warnings
//! of the reader about objects that nobody imports are dropped.

mod api_json;
mod nearly_native;
#[cfg(test)]
mod tests;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::document::{Documents, Kind};
use super::{Dialect, Node, Object, Options, native};
use crate::diagnostic::codes::read as codes;
use crate::diagnostic::{Code, Diagnostic, Severity};

/// Groups of Gateway API, stable and experimental.
const GATEWAY_API_GROUPS: &[&str] = &["gateway.networking.k8s.io", "gateway.networking.x-k8s.io"];
/// The group of App Mesh, and one that an article made up for it, which its
/// importer refuses by name or reads leniently.
const APP_MESH_GROUPS: &[&str] = &["appmesh.k8s.aws", "appmesh"];
/// Core kinds that the Gateway API importer needs.
const CORE_KINDS: &[&str] = &["ConfigMap", "Namespace", "Secret", "Service"];

/// Kinds that are ours even where `apiVersion` is missing.
const GATEWAY_API_KINDS: &[&str] = &[
    "Gateway",
    "GatewayClass",
    "GRPCRoute",
    "HTTPRoute",
    "ListenerSet",
    "ReferenceGrant",
    "TCPRoute",
    "TLSRoute",
    "UDPRoute",
];
const APP_MESH_KINDS: &[&str] = &[
    "GatewayRoute",
    "Mesh",
    "VirtualGateway",
    "VirtualNode",
    "VirtualRouter",
    "VirtualService",
];

/// An import's objects by the importer they go to, in input order.
#[derive(Debug, Default)]
pub(super) struct Objects<'d> {
    pub(super) gateway_api: Vec<Object<'d>>,
    pub(super) app_mesh: Vec<Object<'d>>,
    /// Whole documents of the native format.
    pub(super) native: Vec<Node<'d>>,
    pub(super) refused: Refused<'d>,
}

/// What was refused: an object that is there and cannot be used is never the
/// same as one that is not there.
#[derive(Debug, Default)]
pub(super) struct Refused<'d> {
    /// Group and kind of refused objects.
    kinds: Vec<(&'d str, &'d str)>,
    /// Whether something was refused whose kind is not known.
    unknown: bool,
}

impl Refused<'_> {
    /// Whether an object of this kind may have been refused.
    pub(super) fn may_have(&self, group: &str, kind: &str) -> bool {
        self.unknown || self.has(group, kind)
    }

    /// Whether an object of this kind was refused.
    pub(super) fn has(&self, group: &str, kind: &str) -> bool {
        self.kinds.contains(&(group, kind))
    }
}

/// Finds every object, and reports what is none. `diagnostics` holds what the
/// reader has found.
pub(super) fn objects<'d>(
    documents: &'d Documents<'d>,
    options: &Options,
    diagnostics: &mut Vec<Diagnostic>,
) -> Objects<'d> {
    let mut search = Search {
        options,
        objects: Objects::default(),
        taken: Vec::new(),
        found: Vec::new(),
        source: 0,
        reported: 0,
        left_out: 0,
        order: 0,
        open: Vec::new(),
    };
    for root in documents.roots() {
        search.enter(root.source(), root);
        search.document(root);
    }
    if let Some(last) = documents.roots().last() {
        search.enter(u32::MAX, last);
    }
    search.drop_foreign(diagnostics);
    diagnostics.append(&mut search.found);
    search.objects
}

/// Something to look at, and the type it has if it states none itself: the items
/// of an `HTTPRouteList` are HTTPRoutes.
#[derive(Clone, Copy, Debug)]
struct Candidate<'d> {
    node: Node<'d>,
    api_version: Option<&'d str>,
    kind: Option<&'d str>,
}

struct Search<'d, 'o> {
    options: &'o Options,
    objects: Objects<'d>,
    /// Source, start and end of each object that an importer is given.
    taken: Vec<(u32, u32, u32)>,
    found: Vec<Diagnostic>,
    /// The source that is looked at, and what was reported for it.
    source: u32,
    reported: usize,
    left_out: usize,
    order: u32,
    /// What is still to be looked at, the next one last.
    open: Vec<Candidate<'d>>,
}

impl<'d> Search<'d, '_> {
    /// Takes every object of a document.
    fn document(&mut self, root: Node<'d>) {
        let candidate = Candidate {
            node: root,
            api_version: None,
            kind: None,
        };
        if root.kind() == Kind::Seq {
            self.open_list(root, candidate);
        } else if root.kind() == Kind::Map {
            self.open.push(candidate);
        } else {
            let message = format!("the document is a {}, not an object", root.kind().as_str());
            self.report(Severity::Note, codes::NOT_AN_OBJECT, root, message);
        }
        while let Some(candidate) = self.open.pop() {
            self.candidate(candidate);
        }
    }

    fn candidate(&mut self, candidate: Candidate<'d>) {
        let node = candidate.node;
        if self.native(candidate) {
            return;
        }
        let (Some(api_version), Some(kind)) = (
            self.type_field(candidate, "apiVersion", candidate.api_version),
            self.type_field(candidate, "kind", candidate.kind),
        ) else {
            return;
        };
        if let Some(item) = kind.strip_suffix("List")
            && (item.is_empty() || node.key("items").is_some())
        {
            // SPEC: Kubernetes API conventions, "Lists and Simple kinds": a typed
            // list's items may leave out the type that the list's name states.
            let typed = !item.is_empty();
            let inherit = Candidate {
                node,
                api_version: typed.then_some(api_version).filter(|text| !text.is_empty()),
                kind: typed.then_some(item),
            };
            match node.get("items") {
                None => {}
                Some(items) if items.kind() == Kind::Seq => self.open_list(items, inherit),
                Some(items) => {
                    let message = format!("{kind}: items must be a list");
                    self.report(Severity::Error, codes::INVALID_LIST, items, message);
                }
            }
            return;
        }
        self.object(node, api_version, kind);
    }

    /// Takes a document of the native format, and says whether it was one.
    ///
    /// One with something refused in it is taken all the same: it holds many routes, and
    /// its importer answers for the one that is concerned.
    fn native(&mut self, candidate: Candidate<'d>) -> bool {
        let node = candidate.node;
        let is_forced = self.options.dialect == Some(Dialect::Native);
        let has = |key: &str| node.key(key).is_some();
        let has_type = || has("apiVersion") || has("kind") || candidate.kind.is_some();
        if !has(native::KEY) && (!is_forced || has_type()) {
            return false;
        }
        match self.options.dialect {
            Some(forced) if !is_forced => {
                let message = format!("the native document is not of {forced}, passed over");
                self.report(Severity::Note, codes::UNKNOWN_KIND, node, message);
            }
            _ => {
                self.take(node);
                self.order += 1;
                self.objects.native.push(node);
            }
        }
        true
    }

    /// Puts a list's items on the stack, the first one on top.
    fn open_list(&mut self, list: Node<'d>, inherit: Candidate<'d>) {
        let first = self.open.len();
        self.open.extend(
            list.items()
                .filter(|item| item.kind() == Kind::Map)
                .map(|node| Candidate { node, ..inherit }),
        );
        let others = list.items().len() - (self.open.len() - first);
        self.open.get_mut(first..).unwrap_or_default().reverse();
        if others > 0 {
            let message = format!("{others} of the list's items are not objects");
            self.report(Severity::Note, codes::NOT_AN_OBJECT, list, message);
        }
    }

    /// `apiVersion` or `kind`; empty if missing, `None` if it is not text.
    fn type_field(
        &mut self,
        candidate: Candidate<'d>,
        name: &str,
        inherited: Option<&'d str>,
    ) -> Option<&'d str> {
        let Some(field) = candidate.node.get(name) else {
            return Some(inherited.unwrap_or(""));
        };
        let text = field.as_str();
        if text.is_none() {
            let message = format!("{name} must be a string, not {}", field.kind().as_str());
            self.report(Severity::Error, codes::MISSING_TYPE, field, message);
            self.objects.refused.unknown = true;
        }
        text
    }

    /// `metadata.name` or `metadata.namespace`; empty if missing.
    ///
    /// SPEC: Kubernetes API conventions, "Metadata": both are strings. `on`, `n`
    /// and `1` are not, and an object whose place is not known must not be put
    /// into another: it is refused. Leniently a scalar counts as its text.
    fn metadata_field(
        &mut self,
        node: Node<'d>,
        name: &str,
        kind: &str,
    ) -> Result<&'d str, (Node<'d>, String)> {
        let Some(metadata) = node.get("metadata") else {
            return Ok("");
        };
        if metadata.kind() != Kind::Map {
            let found = metadata.kind().as_str();
            let message = format!("{kind}: metadata must be an object, not {found}");
            return Err((metadata, message));
        }
        let Some(field) = metadata.get(name) else {
            return Ok("");
        };
        if let Some(text) = field.as_str() {
            return Ok(text);
        }
        let found = field.kind().as_str();
        match field.scalar_text().filter(|_| self.options.lenient) {
            Some(text) => {
                let message =
                    format!("{kind}: metadata.{name} is a {found} and is taken for '{text}'");
                self.report(Severity::Warning, codes::METADATA, field, message);
                Ok(text)
            }
            None => Err((
                field,
                format!("{kind}: metadata.{name} must be a string, not {found}"),
            )),
        }
    }

    /// Gives one object to its importers, or reports why it goes to none.
    fn object(&mut self, node: Node<'d>, api_version: &'d str, kind: &'d str) {
        let forced = self.options.dialect;
        if (api_version.is_empty() || kind.is_empty())
            && forced.is_none_or(|dialect| dialect == Dialect::AppMesh)
            && let Some(found) = api_json::recognize(node)
        {
            let object = Object {
                node: found.node,
                group: "",
                version: "",
                kind: found.kind,
                namespace: "",
                name: found.name,
                order: self.order,
            };
            self.give(object, &[Dialect::AppMesh]);
            return;
        }
        let api_version = if !api_version.is_empty() {
            api_version
        } else if let (Some(assumed), false) = (forced.and_then(default_version), kind.is_empty()) {
            let message = format!("{kind}: apiVersion is missing, taken for {assumed}");
            self.report(Severity::Warning, codes::MISSING_TYPE, node, message);
            assumed
        } else {
            ""
        };
        if api_version.is_empty() || kind.is_empty() {
            self.report_missing_type(node, api_version, kind);
            return;
        }
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        let dialects: &[Dialect] = if APP_MESH_GROUPS.contains(&group) {
            &[Dialect::AppMesh]
        } else if GATEWAY_API_GROUPS.contains(&group) {
            &[Dialect::GatewayApi]
        } else if group.is_empty() && kind == "Namespace" {
            &[Dialect::GatewayApi, Dialect::AppMesh]
        } else if group.is_empty() && CORE_KINDS.contains(&kind) {
            &[Dialect::GatewayApi]
        } else {
            &[]
        };
        let is_wanted = dialects
            .iter()
            .any(|&dialect| forced.is_none_or(|forced| forced == dialect));
        let mut object = Object {
            node,
            group,
            version,
            kind,
            namespace: "",
            name: "",
            order: self.order,
        };
        if is_wanted {
            let namespace = self.metadata_field(node, "namespace", kind);
            let name = self.metadata_field(node, "name", kind);
            match (namespace, name) {
                (Ok(namespace), Ok(name)) => {
                    (object.namespace, object.name) = (namespace, name);
                    self.give(object, dialects);
                }
                (Err((place, message)), _) | (_, Err((place, message))) => {
                    self.take(object.node);
                    self.objects.refused.kinds.push((group, kind));
                    let message = format!("{message}, so that the object is refused");
                    self.report(Severity::Error, codes::METADATA, place, message);
                }
            }
            return;
        }
        let metadata = |path: &[&str]| node.path(path).and_then(Node::as_str).unwrap_or("");
        object.namespace = metadata(&["metadata", "namespace"]);
        object.name = metadata(&["metadata", "name"]);
        let reason = match forced {
            Some(forced) if !dialects.is_empty() => format!("not of {forced}"),
            _ => String::from("of no known dialect"),
        };
        let message = format!(
            "{}: {api_version} is {reason}, passed over",
            object.object_ref()
        );
        self.report(Severity::Note, codes::UNKNOWN_KIND, node, message);
    }

    /// Notes that what the reader said of an object is to be kept.
    fn take(&mut self, node: Node<'d>) {
        let place = node.range();
        self.taken
            .push((node.source(), place.start as u32, place.end as u32));
    }

    fn give(&mut self, object: Object<'d>, dialects: &[Dialect]) {
        self.take(object.node);
        if object.node.is_damaged() {
            let kind = (object.group, object.kind);
            self.objects.refused.kinds.push(kind);
            let message = format!(
                "{}: the object is refused for the errors in it",
                object.object_ref()
            );
            self.report(Severity::Error, codes::DAMAGED_OBJECT, object.node, message);
            return;
        }
        self.order += 1;
        for dialect in dialects {
            if self
                .options
                .dialect
                .is_some_and(|forced| forced != *dialect)
            {
                continue;
            }
            match dialect {
                Dialect::GatewayApi => self.objects.gateway_api.push(object),
                Dialect::AppMesh => self.objects.app_mesh.push(object),
                // Its documents are found by a key of their own.
                Dialect::Native => {}
            }
        }
    }

    fn report_missing_type(&mut self, node: Node<'d>, api_version: &str, kind: &str) {
        let is_bare = api_version.is_empty() && kind.is_empty();
        if is_bare
            && self.options.dialect.is_none()
            && let Some((place, message)) = nearly_native::fault(node)
        {
            let help = "write `fingerpost: v1` at its top";
            let (severity, code) = (Severity::Error, codes::MISSING_TYPE);
            self.report_with_help(severity, code, place, message, Some(help.into()));
            return;
        }
        let group = api_version.split_once('/').map_or("", |(group, _)| group);
        self.objects.refused.unknown |= GATEWAY_API_GROUPS.contains(&group);
        let (severity, message) = if is_bare {
            let message = String::from("the document has no apiVersion and no kind, passed over");
            (Severity::Warning, message)
        } else if kind.is_empty() {
            (
                Severity::Warning,
                format!("the {api_version} object has no kind, passed over"),
            )
        } else {
            let ours = GATEWAY_API_KINDS.contains(&kind) || APP_MESH_KINDS.contains(&kind);
            self.objects.refused.unknown |= ours;
            let severity = if ours {
                Severity::Error
            } else {
                Severity::Warning
            };
            (
                severity,
                format!("{kind}: apiVersion is missing, so the object is passed over"),
            )
        };
        self.report(severity, codes::MISSING_TYPE, node, message);
    }

    /// Begins with another source; says what was left out of the last one.
    fn enter(&mut self, source: u32, node: Node<'d>) {
        if source == self.source {
            return;
        }
        let left_out = core::mem::take(&mut self.left_out);
        if left_out > 0 {
            let mut origin = node.origin();
            origin.source = self.source;
            let message = format!("{left_out} more diagnostics of this file are left out");
            let help = "raise Limits::diagnostics to see them";
            self.found.push(
                Diagnostic::note(codes::TOO_MANY_DIAGNOSTICS, origin, message).with_help(help),
            );
        }
        self.source = source;
        self.reported = 0;
    }

    fn report(&mut self, severity: Severity, code: Code, node: Node<'d>, message: String) {
        self.report_with_help(severity, code, node, message, None);
    }

    fn report_with_help(
        &mut self,
        severity: Severity,
        code: Code,
        node: Node<'d>,
        message: String,
        help: Option<String>,
    ) {
        if self.reported >= self.options.limits.diagnostics {
            self.left_out += 1;
            return;
        }
        self.reported += 1;
        let origin = node.origin();
        let mut found = match severity {
            Severity::Note => Diagnostic::note(code, origin, message),
            Severity::Warning => Diagnostic::warning(code, origin, message),
            Severity::Error => Diagnostic::error(code, origin, message),
        };
        found.help = help;
        self.found.push(found);
    }

    /// Drops the reader's remarks on values of objects that are not imported.
    fn drop_foreign(&mut self, diagnostics: &mut Vec<Diagnostic>) {
        self.taken.sort_unstable();
        let taken = &self.taken;
        diagnostics.retain(|found| {
            let Some(origin) = found.origin.filter(|_| found.severity != Severity::Error) else {
                return true;
            };
            if !codes::REMARKS.contains(&found.code) {
                return true;
            }
            let place = (origin.source, origin.start, u32::MAX);
            let before = taken.get(..taken.partition_point(|&object| object <= place));
            before
                .and_then(<[_]>::last)
                .is_some_and(|&(source, _, end)| source == origin.source && origin.start < end)
        });
    }
}

/// What a forced dialect takes an object without `apiVersion` for.
fn default_version(dialect: Dialect) -> Option<&'static str> {
    match dialect {
        Dialect::GatewayApi => Some("gateway.networking.k8s.io/v1"),
        Dialect::AppMesh => Some("appmesh.k8s.aws/v1beta2"),
        Dialect::Native => None,
    }
}
