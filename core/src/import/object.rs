//! Objects: what importers are given.

use alloc::format;
use alloc::string::String;

use crate::model::{ObjectRef, Origin};

use super::Node;

/// One Kubernetes object, or one that the App Mesh API describes in JSON.
#[derive(Clone, Copy, Debug)]
pub struct Object<'d> {
    /// The whole object.
    pub node: Node<'d>,
    /// The part of `apiVersion` before the slash; empty for core kinds
    /// (`v1`) and for App Mesh API JSON, which states none.
    pub group: &'d str,
    /// The part of `apiVersion` after the slash; empty for App Mesh API JSON.
    pub version: &'d str,
    /// `kind`, or for App Mesh API JSON the kind that its keys tell of:
    /// `GatewayRoute`, `Route`, `VirtualNode`.
    pub kind: &'d str,
    /// `metadata.namespace`, empty where it is not written.
    pub namespace: &'d str,
    /// `metadata.name`, or for App Mesh API JSON its `…Name`; empty where it is
    /// not written.
    pub name: &'d str,
    /// Its number in the input, from 0, counted over all dialects.
    pub order: u32,
}

impl Object<'_> {
    /// Where it was written.
    pub fn origin(&self) -> Origin {
        self.node.origin()
    }

    /// Its name, owned.
    pub fn object_ref(&self) -> ObjectRef {
        ObjectRef::new(self.kind, self.namespace, self.name)
    }

    /// Its name as messages write it, in the form of [`ObjectRef`].
    pub(super) fn subject(&self) -> String {
        let Self {
            kind,
            namespace,
            name,
            ..
        } = self;
        if namespace.is_empty() {
            format!("{kind} {name}")
        } else {
            format!("{kind} {namespace}/{name}")
        }
    }

    /// Whether it is App Mesh API JSON (no `apiVersion`).
    pub fn is_api_json(&self) -> bool {
        self.version.is_empty()
    }
}
