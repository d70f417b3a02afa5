//! References between objects, and the tables they are looked up in.
//!
//! SPEC: a reference is a name (of the Kubernetes object, in the referring object's
//! namespace unless it names another) or an ARN; the AWS API refers by the name in
//! AWS (controller docs, reference/api_design).
//!
//! The input is often a part of what there is. So a reference that is not found has
//! three readings: where the input holds the object and it was refused, what refers to
//! it fails too; where the input holds other objects of that kind in that namespace,
//! the one named is missing; where it holds none, it stands outside of the input and
//! is taken to exist.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::diagnostic::codes::{app_mesh as codes, schema as schema_codes};
use crate::import::document::{Kind, Node};
use crate::model::{ObjectRef, Origin};

use super::kinds::Meta;
use super::wire::{Reader, shorten};

/// A reference as written.
#[derive(Clone, Debug)]
pub(super) struct Reference {
    pub(super) by: By,
    pub(super) origin: Origin,
}

/// How a reference names its object.
#[derive(Clone, Debug)]
pub(super) enum By {
    /// A Kubernetes name.
    Name { namespace: String, name: String },
    /// A Kubernetes name, or `name.namespace` (v1beta1).
    Dotted { namespace: String, name: String },
    /// The name in AWS, or a logical id of a CloudFormation template.
    AwsName(String),
    /// An Amazon Resource Name.
    Arn(String),
}

/// What a reference leads to.
#[derive(Clone, Debug)]
pub(super) enum Resolved {
    /// An object of the input. `by_host` says that the name was no object's name but
    /// a host name that leads to it.
    Found { index: usize, by_host: bool },
    /// An object outside of the input, by its name and the name in AWS it would have.
    Outside {
        object: ObjectRef,
        aws_name: String,
        by_host: bool,
    },
    /// Nothing.
    Missing { object: ObjectRef },
    /// An object of the input that has an error.
    Refused { object: ObjectRef },
}

/// The objects of one kind.
#[derive(Debug)]
pub(super) struct Table<T> {
    kind: &'static str,
    max: usize,
    items: Vec<T>,
    by_name: BTreeMap<(String, String), usize>,
    by_aws_name: BTreeMap<String, usize>,
    /// Namespaces of which the input holds objects, refused ones among them.
    namespaces: BTreeSet<String>,
    /// Refused objects by name, in the order of their names.
    refused: BTreeSet<(String, String)>,
    /// Refused objects by their names in AWS.
    refused_aws: BTreeMap<String, ObjectRef>,
    /// Whether an object was refused whose name cannot be read: it may be any that is
    /// not found.
    nameless: bool,
}

/// What has a name.
pub(super) trait Named {
    /// Its names.
    fn meta(&self) -> &Meta;
}

impl<T: Named> Table<T> {
    /// An empty table of at most `max` objects of `kind`.
    pub(super) fn new(kind: &'static str, max: usize) -> Self {
        Self {
            kind,
            max,
            items: Vec::new(),
            by_name: BTreeMap::new(),
            by_aws_name: BTreeMap::new(),
            namespaces: BTreeSet::new(),
            refused: BTreeSet::new(),
            refused_aws: BTreeMap::new(),
            nameless: false,
        }
    }

    /// Adds an object. One of the same name is replaced, as applying both would do,
    /// and given back.
    pub(super) fn insert(&mut self, item: T) -> Option<T> {
        let meta = item.meta();
        let key = (meta.object.namespace.clone(), meta.object.name.clone());
        let aws_name = meta.aws_name.clone();
        self.namespaces.insert(key.0.clone());
        if let Some(&index) = self.by_name.get(&key) {
            self.by_aws_name.insert(aws_name, index);
            let slot = self.items.get_mut(index)?;
            return Some(core::mem::replace(slot, item));
        }
        let index = self.items.len();
        self.by_name.insert(key, index);
        self.by_aws_name.entry(aws_name).or_insert(index);
        self.items.push(item);
        None
    }

    /// Notes that the input holds an object that was refused: what refers to it is not
    /// taken to be outside of the input. No name is one that cannot be read.
    pub(super) fn refuse(&mut self, object: &ObjectRef, aws_name: &str) {
        self.namespaces.insert(object.namespace.clone());
        if object.name.is_empty() {
            self.nameless = true;
            return;
        }
        let key = (object.namespace.clone(), object.name.clone());
        self.refused.insert(key);
        for name in [
            aws_name.to_string(),
            default_aws_name(self.kind, &object.namespace, &object.name),
        ] {
            self.refused_aws
                .entry(name)
                .or_insert_with(|| object.clone());
        }
    }

    /// [`Table::refuse`] by a further name.
    pub(super) fn refuse_alias(&mut self, alias: &str, object: &ObjectRef) {
        self.refused_aws.insert(alias.to_string(), object.clone());
    }

    /// The refused object of this name, unless another of the name stands.
    pub(super) fn refused(&self, namespace: &str, name: &str) -> Option<ObjectRef> {
        let key = (namespace.to_string(), name.to_string());
        (self.refused.contains(&key) && !self.by_name.contains_key(&key))
            .then(|| ObjectRef::new(self.kind, namespace, name))
    }

    /// The refused object of this name in AWS, unless another of the name stands.
    pub(super) fn refused_aws(&self, name: &str) -> Option<ObjectRef> {
        let object = self.refused_aws.get(name)?;
        self.refused(&object.namespace, &object.name)
    }

    /// The first of the refused objects.
    pub(super) fn any_refused(&self) -> Option<ObjectRef> {
        let mut refused = self.refused.iter();
        let named = refused.find_map(|(namespace, name)| self.refused(namespace, name));
        let nameless = || {
            self.nameless
                .then(|| ObjectRef::new(self.kind, "", "without a name"))
        };
        named.or_else(nameless)
    }

    /// Whether an object of this name would be one too many.
    pub(super) fn is_full(&self, namespace: &str, name: &str) -> bool {
        self.items.len() >= self.max && self.find(namespace, name).is_none()
    }

    /// Makes another name lead to an object (a CloudFormation logical id).
    pub(super) fn alias(&mut self, name: &str, index: usize) {
        self.by_aws_name.entry(name.to_string()).or_insert(index);
    }

    /// The object of an index given by [`Table::resolve`].
    pub(super) fn get(&self, index: usize) -> Option<&T> {
        self.items.get(index)
    }

    /// [`Table::get`], to change it.
    pub(super) fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        self.items.get_mut(index)
    }

    /// The object of this name.
    pub(super) fn find(&self, namespace: &str, name: &str) -> Option<usize> {
        self.by_name
            .get(&(namespace.to_string(), name.to_string()))
            .copied()
    }

    /// The object of this name in AWS.
    pub(super) fn find_aws(&self, name: &str) -> Option<usize> {
        self.by_aws_name.get(name).copied()
    }

    /// The objects in order.
    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = &T> {
        self.items.iter()
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    /// What a reference leads to.
    pub(super) fn resolve(&self, reference: &Reference) -> Resolved {
        match &reference.by {
            By::Name { namespace, name } => self.by_kubernetes_name(namespace, name),
            By::Dotted { namespace, name } => {
                // SPEC: v1beta1 names an object of another namespace `name.namespace`.
                let elsewhere = name
                    .rsplit_once('.')
                    .and_then(|(name, namespace)| self.find(namespace, name));
                let refused = name
                    .rsplit_once('.')
                    .and_then(|(name, namespace)| self.refused(namespace, name));
                match (self.find(namespace, name), elsewhere) {
                    (None, Some(index)) => Resolved::Found {
                        index,
                        by_host: false,
                    },
                    (None, None) if refused.is_some() => Resolved::Refused {
                        object: refused.unwrap_or_default(),
                    },
                    _ => self.by_kubernetes_name(namespace, name),
                }
            }
            By::AwsName(name) => match self.find_aws(name) {
                Some(index) => Resolved::Found {
                    index,
                    by_host: false,
                },
                // Documents of the API hold one resource each, and seldom all of them.
                None => self.outside("", name, name.clone(), false),
            },
            By::Arn(arn) => match arn_name(arn) {
                Some(name) => match self.find_aws(name) {
                    Some(index) => Resolved::Found {
                        index,
                        by_host: false,
                    },
                    // SPEC: an ARN may lead to another account's shared mesh, which
                    // no input shows (controller docs, reference/api_design).
                    None => self.outside("", name, name.to_string(), false),
                },
                None => Resolved::Missing {
                    object: ObjectRef::new(self.kind, "", arn.as_str()),
                },
            },
        }
    }

    fn by_kubernetes_name(&self, namespace: &str, name: &str) -> Resolved {
        if let Some(index) = self.find(namespace, name) {
            return Resolved::Found {
                index,
                by_host: false,
            };
        }
        if let Some(object) = self.refused(namespace, name) {
            return Resolved::Refused { object };
        }
        // A host name in place of a name: what an object is called from outside.
        let short = cluster_host(name);
        let by_host = short
            .and_then(|(name, namespace)| self.find(namespace, name))
            .or_else(|| self.find_aws(name));
        if let Some(index) = by_host {
            return Resolved::Found {
                index,
                by_host: true,
            };
        }
        let refused = short
            .and_then(|(name, namespace)| self.refused(namespace, name))
            .or_else(|| self.refused_aws(name));
        if let Some(object) = refused {
            return Resolved::Refused { object };
        }
        match short {
            Some((name, namespace)) => {
                let host = format!("{name}.{namespace}.svc.cluster.local");
                self.not_found(namespace, name, host, true)
            }
            None => {
                let aws_name = default_aws_name(self.kind, namespace, name);
                self.not_found(namespace, name, aws_name, false)
            }
        }
    }

    fn not_found(&self, namespace: &str, name: &str, aws_name: String, by_host: bool) -> Resolved {
        if self.namespaces.contains(namespace) {
            let object = ObjectRef::new(self.kind, namespace, name);
            Resolved::Missing { object }
        } else {
            self.outside(namespace, name, aws_name, by_host)
        }
    }

    fn outside(&self, namespace: &str, name: &str, aws_name: String, by_host: bool) -> Resolved {
        let object = ObjectRef::new(self.kind, namespace, name);
        if let Some(object) = self.refused_aws(&aws_name) {
            return Resolved::Refused { object };
        }
        // It may be the one whose name cannot be read.
        if self.nameless {
            return Resolved::Missing { object };
        }
        Resolved::Outside {
            object,
            aws_name,
            by_host,
        }
    }
}

impl Reference {
    /// Reads `{xRef: {name, namespace}}` or `{xARN}` out of `node`, where `x` is
    /// `what`; the other forms write `name_field: name`.
    ///
    /// SPEC: exactly one of reference and ARN (CRD text of both fields).
    pub(super) fn read(
        reader: &mut Reader,
        node: Node<'_>,
        what: &str,
        name_field: &str,
        namespace: &str,
    ) -> Option<Self> {
        if reader.form.is_aws() {
            if node.kind() != Kind::Map {
                reader.unread(node, what, "a mapping");
                return None;
            }
            let value = reader.required(node, name_field)?;
            let name = reader.text_of(value, name_field)?;
            return Some(Self {
                by: By::AwsName(name),
                origin: value.origin(),
            });
        }
        // What is no object is reported by the schema check.
        if node.kind() != Kind::Map {
            return None;
        }
        let by_ref = node.get(&format!("{what}Ref"));
        let by_arn = node.get(&format!("{what}ARN"));
        match (by_ref, by_arn) {
            (Some(_), Some(arn)) => {
                reader.rule(
                    arn.origin(),
                    &format!("only one of {what}Ref and {what}ARN may be specified"),
                );
                None
            }
            (None, None) => {
                if !by_name_alone(reader, node, what) {
                    reader.rule(
                        super::wire::place(node),
                        &format!("either {what}Ref or {what}ARN must be specified"),
                    );
                }
                None
            }
            (Some(by_ref), None) => Self::by_ref(reader, by_ref, namespace),
            (None, Some(arn)) => Some(Self {
                by: By::Arn(reader.text_of(arn, &format!("{what}ARN"))?),
                origin: arn.origin(),
            }),
        }
    }

    /// Reads `{name, namespace}`.
    pub(super) fn by_ref(reader: &mut Reader, node: Node<'_>, namespace: &str) -> Option<Self> {
        let Some(name) = reader.text(node, "name") else {
            reader.unread(node, "a reference", "a mapping with a name");
            return None;
        };
        let namespace = reader
            .text(node, "namespace")
            .filter(|namespace| !namespace.is_empty())
            .unwrap_or_else(|| namespace.to_string());
        let origin = node.get("name").map_or_else(|| node.origin(), Node::origin);
        Some(Self {
            by: By::Name { namespace, name },
            origin,
        })
    }
}

/// Refuses a reference written as the AWS API writes it, by name alone, and says which
/// field is meant: it is no ARN, though the field for one looks more alike.
pub(super) fn by_name_alone(reader: &mut Reader, node: Node<'_>, what: &str) -> bool {
    for wrong in [format!("{what}Name"), what.to_string()] {
        let Some(value) = node.get(&wrong) else {
            continue;
        };
        let origin = reader.key_origin(node, &wrong);
        reader.handle(schema_codes::UNKNOWN_FIELD, origin);
        let name = value.as_str().unwrap_or("<name>");
        reader.error(
            codes::RULE,
            origin,
            &format!("{wrong} is not a known field; {what}Ref is meant"),
            Some(&format!("write {what}Ref: {{name: {}}}", shorten(name))),
        );
        return true;
    }
    false
}

/// The name in AWS that an object gets where it states none.
///
/// SPEC: `${name}_${namespace}`; for a VirtualService `${name}.${namespace}`, for a
/// Mesh `${name}` (controller, webhooks/appmesh/*_mutator.go).
pub(super) fn default_aws_name(kind: &str, namespace: &str, name: &str) -> String {
    match kind {
        "Mesh" => name.to_string(),
        "VirtualService" => format!("{name}.{namespace}"),
        _ => format!("{name}_{namespace}"),
    }
}

/// Name and namespace out of `name.namespace.svc.cluster.local`.
fn cluster_host(host: &str) -> Option<(&str, &str)> {
    host.strip_suffix(".svc.cluster.local")?
        .rsplit_once('.')
        .filter(|(name, namespace)| !name.is_empty() && !namespace.is_empty())
}

/// The resource's name out of `arn:aws:appmesh:region:account:mesh/mesh/kind/name`.
fn arn_name(arn: &str) -> Option<&str> {
    let resource = arn.strip_prefix("arn:")?.splitn(5, ':').nth(4)?;
    let name = resource.rsplit('/').next()?;
    (resource.starts_with("mesh/") && !name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::{arn_name, cluster_host, default_aws_name};

    #[test]
    fn an_arn_ends_in_the_name() {
        let arn = "arn:aws:appmesh:eu-west-1:123456789012:mesh/shop/virtualService/cart.shop";
        assert_eq!(arn_name(arn), Some("cart.shop"));
        assert_eq!(arn_name("arn:aws:s3:::bucket"), None);
        assert_eq!(arn_name("<the ARN>"), None);
    }

    #[test]
    fn a_cluster_host_splits_into_name_and_namespace() {
        assert_eq!(
            cluster_host("cart.shop.svc.cluster.local"),
            Some(("cart", "shop"))
        );
        assert_eq!(cluster_host("cart.shop"), None);
        assert_eq!(cluster_host(".svc.cluster.local"), None);
    }

    #[test]
    fn a_virtual_service_is_named_with_a_dot_and_the_others_with_an_underscore() {
        assert_eq!(
            default_aws_name("VirtualService", "shop", "cart"),
            "cart.shop"
        );
        assert_eq!(default_aws_name("VirtualNode", "shop", "cart"), "cart_shop");
        assert_eq!(default_aws_name("Mesh", "", "shop"), "shop");
    }
}
