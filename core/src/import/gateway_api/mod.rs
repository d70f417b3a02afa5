//! Gateway API.

use super::{Import, Object, Options};

/// Imports Gateway API objects, and the Services, Namespaces, Secrets,
/// ConfigMaps, ReferenceGrants and GatewayClasses that its rules need.
pub(super) fn import(_objects: &[Object<'_>], _options: &Options, _out: &mut Import) {}
