//! App Mesh.

use super::{Import, Object, Options};

/// Imports App Mesh objects and API JSON, and the Namespaces that its rules need.
pub(super) fn import(_objects: &[Object<'_>], _options: &Options, _out: &mut Import) {}
