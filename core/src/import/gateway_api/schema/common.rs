//! Names, references and other pieces that several kinds share.

use crate::import::schema::patterns::{HEADER_NAME, LABEL, SUBDOMAIN};
use crate::import::schema::{
    Field, NO_LIMIT, Object, Schema, int, list, map, one_of, pattern, text,
};

use super::patterns;

pub(super) const GROUP: Schema = pattern(0, 253, &patterns::GROUP);
pub(super) const KIND: Schema = pattern(1, 63, &patterns::KIND);
pub(super) const NAME: Schema = text(1, 253);
pub(super) const NAMESPACE: Schema = pattern(1, 63, &LABEL);
/// The name of a listener, rule or other section.
pub(super) const SECTION: Schema = pattern(1, 253, &SUBDOMAIN);
pub(super) const PRECISE_HOSTNAME: Schema = pattern(1, 253, &SUBDOMAIN);
pub(super) const PORT: Schema = int(1, 65_535);
pub(super) const HEADER: Schema = pattern(1, 256, &HEADER_NAME);
pub(super) const DURATION: Schema = pattern(0, NO_LIMIT, &patterns::DURATION);

pub(super) static HOSTNAME: Schema = pattern(1, 253, &patterns::HOSTNAME);
pub(super) static TEXT: Schema = text(0, NO_LIMIT);
/// A header to compare or set; the name of a rule's header where it stands in a list.
pub(super) static HEADER_ITEM: Schema = HEADER;

/// Options of TLS, and other values that only an implementation understands.
static ANNOTATION: Schema = text(0, 4096);
pub(super) const OPTIONS: Schema = map(16, &ANNOTATION);

/// Group, kind and name, all written out.
pub(super) static LOCAL_REF: Object = Object::closed(&[
    Field::required("group", GROUP),
    Field::required("kind", KIND),
    Field::required("name", NAME),
]);

/// [`LOCAL_REF`] that may lead into another namespace.
pub(super) static REF: Object = Object::closed(&[
    Field::required("group", GROUP),
    Field::required("kind", KIND),
    Field::required("name", NAME),
    Field::optional("namespace", NAMESPACE),
]);

/// A secret or something like it.
pub(super) static SECRET_REF: Object = Object::closed(&[
    Field::optional("group", GROUP).default("\"\""),
    Field::optional("kind", KIND).default("\"Secret\""),
    Field::required("name", NAME),
    Field::optional("namespace", NAMESPACE),
]);

/// What a route attaches to.
static PARENT_REF: Schema = Schema::Object(&Object::closed(&[
    Field::optional("group", GROUP).default("\"gateway.networking.k8s.io\""),
    Field::optional("kind", KIND).default("\"Gateway\""),
    Field::required("name", NAME),
    Field::optional("namespace", NAMESPACE),
    Field::optional("port", PORT),
    Field::optional("sectionName", SECTION),
]));
pub(super) const PARENT_REFS: Schema = list(0, 32, &PARENT_REF);

/// Where a mirror or an authorization service is.
pub(super) static BACKEND_REF: Object = Object::closed(&[
    Field::optional("group", GROUP).default("\"\""),
    Field::optional("kind", KIND).default("\"Service\""),
    Field::required("name", NAME),
    Field::optional("namespace", NAMESPACE),
    Field::optional("port", PORT),
]);

pub(super) const WEIGHT: Schema = int(0, 1_000_000);
/// Whether a route or gateway is for the default gateways.
pub(super) const DEFAULT_SCOPE: Schema = one_of(&["All", "None"]);
pub(super) const MATCH_TYPE: Schema = one_of(&["Exact", "RegularExpression"]);

/// How requests of one client stay with one backend.
pub(super) static SESSION_PERSISTENCE: Object = Object::closed(&[
    Field::optional("absoluteTimeout", DURATION),
    Field::optional("cookie", Schema::Object(&COOKIE)),
    Field::optional("header", Schema::Object(&SESSION_HEADER)),
    Field::optional("type", one_of(&["Cookie", "Header"])).default("\"Cookie\""),
]);

static COOKIE: Object = Object::closed(&[
    Field::optional("lifetimeType", one_of(&["Permanent", "Session"])).default("\"Session\""),
    Field::optional("name", HEADER),
    Field::optional("path", text(0, 1024)).default("\"/\""),
]);

static SESSION_HEADER: Object = Object::closed(&[Field::required("name", HEADER)]);

/// What certificates a peer must show.
pub(super) static TLS_VALIDATION: Object = Object::closed(&[
    Field::optional("caCertificateRefs", list(0, 8, &CA_REF)),
    Field::required("hostname", PRECISE_HOSTNAME),
    Field::optional("subjectAltNames", list(0, 5, &SUBJECT_ALT_NAME)),
    Field::optional(
        "wellKnownCACertificates",
        pattern(1, 253, &patterns::WELL_KNOWN),
    ),
]);

static CA_REF: Schema = Schema::Object(&LOCAL_REF);

static SUBJECT_ALT_NAME: Schema = Schema::Object(&Object::closed(&[
    Field::optional("hostname", pattern(1, 253, &patterns::HOSTNAME)),
    Field::required("type", one_of(&["Hostname", "URI"])),
    Field::optional("uri", pattern(1, 253, &patterns::URI)),
]));
