//! Names: what every object has, and the fields about them that should not be there.

use alloc::string::{String, ToString};

use crate::diagnostic::codes::app_mesh as codes;
use crate::import::document::Node;
use crate::model::{ObjectRef, Origin};

use super::kinds::Meta;
use super::reference::default_aws_name;
use super::selector::LabelMap;
use super::wire::{Form, Reader, place};

/// The names of a Kubernetes object.
pub(super) fn kubernetes(
    kind: &str,
    namespace: &str,
    name: &str,
    labels: LabelMap,
    origin: Origin,
) -> Meta {
    Meta {
        aws_name: default_aws_name(kind, namespace, name),
        object: ObjectRef::new(kind, namespace, name),
        labels,
        mesh: None,
        selected: true,
        origin,
        place: origin,
    }
}

/// The names of an object of the AWS API.
pub(super) fn aws(kind: &str, name: &str, mesh: Option<String>, origin: Origin) -> Meta {
    Meta {
        aws_name: name.to_string(),
        object: ObjectRef::new(kind, "", name),
        labels: LabelMap::new(),
        mesh,
        selected: false,
        origin,
        place: origin,
    }
}

/// Reads what a spec says about its own name and mesh: `awsName` (and `mistaken`,
/// the API's name for it), `meshRef` and the like.
pub(super) fn claims(reader: &mut Reader, spec: Node<'_>, meta: &mut Meta, mistaken: &str) {
    if reader.form != Form::V1Beta2 {
        return;
    }
    let aws_name = reader
        .alias(spec, "awsName", &[mistaken])
        .and_then(|node| reader.text_of(node, "awsName"));
    // SPEC: "if unspecified or empty" the default holds (CRD text of awsName).
    if let Some(aws_name) = aws_name.filter(|name| !name.is_empty()) {
        meta.aws_name = aws_name;
    }
    if let Some(mesh) = read_only(reader, spec, "meshRef") {
        meta.mesh = name_in(reader, mesh, "meshRef");
    }
    let meant = "it is read as meshRef, which the controller fills in";
    if let Some(mesh) = reader.mistaken(spec, "mesh", meant) {
        meta.mesh = match mesh.as_str() {
            Some(name) => Some(name.to_string()),
            None => name_in(reader, mesh, "mesh"),
        };
    }
}

/// The `name` within a field that refers to something.
pub(super) fn name_in(reader: &mut Reader, node: Node<'_>, field: &str) -> Option<String> {
    let name = reader.text(node, "name");
    if name.is_none() {
        reader.unread(node, field, "a mapping with a name");
    }
    name
}

/// A field that the controller fills in. Refused at admission, but of use offline:
/// what `kubectl get -o yaml` prints has it (with a `uid`), and that is no fault.
pub(super) fn read_only<'d>(reader: &mut Reader, spec: Node<'d>, field: &str) -> Option<Node<'d>> {
    let node = reader.get(spec, field)?;
    if node.get("uid").is_some() {
        return Some(node);
    }
    let origin = reader.key_origin(spec, field);
    reader.handle_missing(node, origin);
    let kind = reader
        .subject
        .split(' ')
        .next()
        .unwrap_or_default()
        .to_string();
    // SPEC: webhooks/appmesh/*_mutator.go.
    reader.warn(
        codes::READ_ONLY_FIELD,
        origin,
        &alloc::format!("{kind} create may not specify read-only field: spec.{field}"),
        Some("leave it out: the controller finds it by the selectors"),
    );
    Some(node)
}

/// Checks what the schemas leave to the API server: that the names and labels of an
/// object can be read. Without its labels an object would be selected by others.
pub(super) fn check(reader: &mut Reader, object: Node<'_>) {
    let Some(metadata) = reader.map(object, "metadata") else {
        return;
    };
    for field in ["name", "namespace"] {
        if let Some(value) = metadata.get(field)
            && value.as_str().is_none()
        {
            reader.unread(value, field, "a string");
        }
    }
    let Some(labels) = reader.map(metadata, "labels") else {
        return;
    };
    for (_, value) in labels.entries() {
        if !value.is_null() && value.scalar_text().is_none() {
            reader.unread(value, "labels", "a mapping of strings");
        }
    }
}

/// A document's labels.
pub(super) fn labels(metadata: Option<Node<'_>>) -> LabelMap {
    let Some(labels) = metadata.and_then(|metadata| metadata.get("labels")) else {
        return LabelMap::new();
    };
    labels
        .entries()
        .filter_map(|(key, value)| {
            Some((
                key.scalar_text()?.to_string(),
                value.scalar_text()?.to_string(),
            ))
        })
        .collect()
}

/// Where an object was written: its beginning.
pub(super) fn origin(node: Node<'_>) -> Origin {
    place(node)
}
