//! Where a thing was written, and what it is called there.

use alloc::string::String;
use core::fmt;

/// The name of an object: its kind, namespace and name, as its dialect writes them.
#[derive(Clone, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ObjectRef {
    /// `HTTPRoute`, `GatewayRoute`, `Service`.
    pub kind: String,
    /// Empty for what is in no namespace.
    pub namespace: String,
    /// The object's own name.
    pub name: String,
}

impl ObjectRef {
    /// An object's name from its parts.
    pub fn new(
        kind: impl Into<String>,
        namespace: impl Into<String>,
        name: impl Into<String>,
    ) -> Self {
        Self {
            kind: kind.into(),
            namespace: namespace.into(),
            name: name.into(),
        }
    }
}

/// `HTTPRoute shop/cart`, or `Mesh global` outside of namespaces.
impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.namespace.is_empty() {
            write!(f, "{} {}", self.kind, self.name)
        } else {
            write!(f, "{} {}/{}", self.kind, self.namespace, self.name)
        }
    }
}
