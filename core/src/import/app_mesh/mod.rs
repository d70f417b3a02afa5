//! App Mesh.
