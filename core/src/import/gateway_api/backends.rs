//! References to backends: what can be used, and what keeps its share and fails.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::diagnostic::codes::gateway_api as codes;
use crate::diagnostic::{Code, Diagnostic};
use crate::import::document::Node;
use crate::model::{Backend, InvalidTarget};

use super::context::{Context, Reference, weight};
use super::faults::Faults;
use super::read::{Problem, Resource, port, stated_port, text_or, under, warn};

/// What reads the rules of one route for one kind of parent.
pub(super) struct Builder<'a, 'd> {
    pub(super) context: &'a Context<'d>,
    /// What the validator found.
    pub(super) faults: &'a Faults,
    pub(super) route: Resource<'d>,
    /// Whether the parents are Services: references then need no grant.
    pub(super) is_mesh: bool,
    pub(super) out: &'a mut Vec<Diagnostic>,
    /// The first reference that does not resolve.
    pub(super) unresolved: Option<Problem>,
    /// Why the first rule that cannot be honoured cannot be.
    pub(super) invalid: Option<Problem>,
    /// The rules that cannot be honoured, each with what becomes of it.
    pub(super) dropped: Vec<String>,
    /// How many rules cannot be honoured as a whole.
    pub(super) invalid_rules: usize,
}

impl<'a, 'd> Builder<'a, 'd> {
    pub(super) fn new(
        context: &'a Context<'d>,
        faults: &'a Faults,
        route: Resource<'d>,
        is_mesh: bool,
        out: &'a mut Vec<Diagnostic>,
    ) -> Self {
        Self {
            context,
            faults,
            route,
            is_mesh,
            out,
            unresolved: None,
            invalid: None,
            dropped: Vec::new(),
            invalid_rules: 0,
        }
    }

    /// Adds a warning at a field of the route.
    pub(super) fn warn(&mut self, code: Code, place: Node<'_>, message: impl fmt::Display) {
        warn(self.out, code, place, &self.route, message);
    }

    /// Reads a reference to a backend.
    ///
    /// SPEC: semantics/gateway-api.md 8: an invalid reference keeps its weight,
    /// and its share is answered with 500.
    pub(super) fn backend(
        &mut self,
        node: Node<'d>,
        at: &dyn fmt::Display,
    ) -> Result<Backend, Box<InvalidTarget>> {
        let read = Reference::read(node, "Service", self.route.namespace).and_then(|to| {
            let port = stated_port(node, "port")?;
            weight(node).ok_or("weight must be a number from 0 to 1000000")?;
            Ok((to, port))
        });
        let (to, port) = match read {
            Ok(read) => read,
            Err(why) => {
                let what = |key: &str| text_or(node, key, "").to_string();
                let backend = Backend {
                    kind: text_or(node, "kind", "Service").to_string(),
                    namespace: text_or(node, "namespace", self.route.namespace).to_string(),
                    name: what("name"),
                    port: port(node, "port"),
                    subset: None,
                    protocol: None,
                };
                return self.invalid(
                    node,
                    at,
                    backend,
                    (
                        codes::BACKEND_INVALID,
                        Problem::new("UnsupportedValue", why),
                    ),
                );
            }
        };
        let mut backend = Backend {
            kind: to.kind.to_string(),
            namespace: to.namespace.to_string(),
            name: to.name.to_string(),
            port,
            subset: None,
            protocol: None,
        };
        match self.resolve(to, port) {
            Ok(protocol) => {
                backend.protocol = protocol;
                Ok(backend)
            }
            Err(fault) => self.invalid(node, at, backend, fault),
        }
    }

    fn invalid(
        &mut self,
        node: Node<'d>,
        at: &dyn fmt::Display,
        backend: Backend,
        (code, problem): (Code, Problem),
    ) -> Result<Backend, Box<InvalidTarget>> {
        let at = at.to_string();
        let mut text = under(&at, &problem.message);
        if code != codes::BACKEND_INVALID {
            text = format!("{at} {}", problem.message);
        } else if at.contains("backendRefs[") && !at.contains("filters[") {
            text.push_str(", so that its share answers 500");
        } else {
            text.push_str(", so that it leads nowhere");
        }
        self.warn(code, node, text);
        let reason = problem.reason.to_string();
        self.unresolved.get_or_insert(problem);
        Err(Box::new(InvalidTarget {
            backend,
            reason,
            status: 500,
        }))
    }

    /// The protocol to speak to a backend, or why there is none to speak to.
    fn resolve(
        &self,
        to: Reference<'_>,
        port: Option<u16>,
    ) -> Result<Option<String>, (Code, Problem)> {
        let Reference {
            group,
            kind,
            namespace,
            name,
        } = to;
        let is_extra = self
            .context
            .options
            .backend_kinds
            .iter()
            .any(|(own_group, own_kind)| own_group == group && own_kind == kind);
        let is_service = (group, kind) == ("", "Service");
        let is_import = (group, kind) == ("multicluster.x-k8s.io", "ServiceImport");
        if name.is_empty() {
            return Err(fault(
                codes::BACKEND_INVALID,
                "UnsupportedValue",
                "name is missing".into(),
            ));
        }
        if !is_service && !is_import && !is_extra {
            let text = format!("names a {kind} of group '{group}', which is not a kind of backend");
            return Err(fault(codes::INVALID_KIND, "InvalidKind", text));
        }
        // SPEC: semantics/gateway-api.md 6: in mesh use references across
        // namespaces need no ReferenceGrant. Permission is asked before
        // existence, so that a status does not tell what another namespace has.
        if !self.is_mesh && !self.context.permits(&self.route, to) {
            let text = format!("names {kind} {namespace}/{name}, which no ReferenceGrant permits");
            return Err(fault(codes::REF_NOT_PERMITTED, "RefNotPermitted", text));
        }
        // SPEC: semantics/gateway-api.md 8: a Service needs a port; the rule is for
        // no other kind.
        if port.is_none() && is_service {
            let text = format!("port of {kind} {namespace}/{name} is missing");
            return Err(fault(codes::BACKEND_INVALID, "UnsupportedValue", text));
        }
        // ServiceImports come from other clusters and are never in the input.
        if !is_service || !self.context.knows_services() {
            return Ok(None);
        }
        self.resolve_service(namespace, name, port)
    }

    fn resolve_service(
        &self,
        namespace: &str,
        name: &str,
        port: Option<u16>,
    ) -> Result<Option<String>, (Code, Problem)> {
        let Some(service) = self.context.service(namespace, name) else {
            let text = format!("names Service {namespace}/{name}, which is not in the input");
            return Err(fault(codes::BACKEND_NOT_FOUND, "BackendNotFound", text));
        };
        let found = service.ports.iter().find(|own| Some(own.port) == port);
        let Some(found) = found else {
            let port = port.unwrap_or_default();
            let text = format!("names Service {namespace}/{name}, which has no port {port}");
            return Err(fault(codes::BACKEND_NOT_FOUND, "BackendNotFound", text));
        };
        protocol(found.app_protocol).map_err(|word| {
            let text = format!(
                "names Service {namespace}/{name}, whose appProtocol '{word}' is not supported"
            );
            fault(codes::UNSUPPORTED_PROTOCOL, "UnsupportedProtocol", text)
        })
    }
}

/// SPEC: semantics/gateway-api.md 8: `kubernetes.io/h2c`, `/ws` and `/wss`
/// select the protocol. Of the names that Kubernetes reserves others are
/// unsupported; names without that prefix (IANA's, implementations' own) say
/// nothing that forbids HTTP, and those that name a protocol to speak are passed
/// on.
fn protocol(app_protocol: Option<&str>) -> Result<Option<String>, &str> {
    let Some(word) = app_protocol else {
        return Ok(None);
    };
    match word.strip_prefix("kubernetes.io/") {
        Some(known @ ("h2c" | "ws" | "wss")) => Ok(Some(known.to_string())),
        Some(_) => Err(word),
        None if matches!(word, "grpc" | "h2c" | "https" | "ws" | "wss") => {
            Ok(Some(word.to_string()))
        }
        None => Ok(None),
    }
}

fn fault(code: Code, reason: &'static str, message: String) -> (Code, Problem) {
    (code, Problem::new(reason, message))
}
