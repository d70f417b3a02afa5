//! ReferenceGrant, BackendTLSPolicy, XBackendTrafficPolicy and XBackend.

use crate::import::schema::{Field, Object, Schema, int, list, map_list, one_of, text};

use super::common::{
    DURATION, GROUP, KIND, LOCAL_REF, NAME, NAMESPACE, OPTIONS, PORT, PRECISE_HOSTNAME, SECRET_REF,
    SECTION, SESSION_PERSISTENCE, TLS_VALIDATION,
};
use super::top;

pub(super) static REFERENCE_GRANT: Object = top!(&GRANT_SPEC);
pub(super) static BACKEND_TLS_POLICY: Object = top!(&TLS_POLICY_SPEC);
pub(super) static BACKEND_TRAFFIC_POLICY: Object = top!(&TRAFFIC_POLICY_SPEC);
pub(super) static BACKEND: Object = top!(&BACKEND_SPEC);

static GRANT_SPEC: Object = Object::closed(&[
    Field::required("from", list(1, 16, &GRANT_FROM)),
    Field::required("to", list(1, 16, &GRANT_TO)),
]);

static GRANT_FROM: Schema = Schema::Object(&Object::closed(&[
    Field::required("group", GROUP),
    Field::required("kind", KIND),
    Field::required("namespace", NAMESPACE),
]));

static GRANT_TO: Schema = Schema::Object(&Object::closed(&[
    Field::required("group", GROUP),
    Field::required("kind", KIND),
    Field::optional("name", NAME),
]));

static TLS_POLICY_SPEC: Object = Object::closed(&[
    Field::optional("options", OPTIONS),
    Field::required("targetRefs", list(1, 16, &TLS_POLICY_TARGET)),
    Field::required("validation", Schema::Object(&TLS_VALIDATION)),
]);

static TLS_POLICY_TARGET: Schema = Schema::Object(&Object::closed(&[
    Field::required("group", GROUP),
    Field::required("kind", KIND),
    Field::required("name", NAME),
    Field::optional("sectionName", SECTION),
]));

static TRAFFIC_POLICY_SPEC: Object = Object::closed(&[
    Field::optional("retryConstraint", Schema::Object(&RETRY_CONSTRAINT)),
    Field::optional("sessionPersistence", Schema::Object(&SESSION_PERSISTENCE)),
    Field::required(
        "targetRefs",
        map_list(1, 16, &TRAFFIC_POLICY_TARGET, &["group", "kind", "name"]),
    ),
]);

static TRAFFIC_POLICY_TARGET: Schema = Schema::Object(&LOCAL_REF);

static RETRY_CONSTRAINT: Object = Object::closed(&[
    Field::optional("budget", Schema::Object(&RETRY_BUDGET))
        .default(r#"{"interval":"10s","percent":20}"#),
    Field::optional("minRetryRate", Schema::Object(&MIN_RETRY_RATE))
        .default(r#"{"count":10,"interval":"1s"}"#),
]);

static RETRY_BUDGET: Object = Object::closed(&[
    Field::optional("interval", DURATION).default("\"10s\""),
    Field::optional("percent", int(0, 100)).default("20"),
]);

static MIN_RETRY_RATE: Object = Object::closed(&[
    Field::optional("count", int(1, 1_000_000)),
    Field::optional("interval", DURATION),
]);

static BACKEND_SPEC: Object = Object::closed(&[
    Field::optional("externalHostname", Schema::Object(&EXTERNAL_HOSTNAME)),
    Field::required("port", Schema::Object(&BACKEND_PORT)),
    Field::optional(
        "protocol",
        one_of(&["TCP", "HTTP", "HTTP2", "HTTP11", "H2C", "MCP"]),
    ),
    Field::optional("tls", Schema::Object(&BACKEND_TLS)),
    Field::required("type", one_of(&["ExternalHostname"])),
]);

static EXTERNAL_HOSTNAME: Object = Object::closed(&[Field::required("hostname", PRECISE_HOSTNAME)]);

static BACKEND_PORT: Object = Object::closed(&[
    Field::optional("name", text(0, 63)),
    Field::required("port", PORT),
]);

static BACKEND_TLS: Object = Object::closed(&[
    Field::optional("clientCertificateRef", Schema::Object(&SECRET_REF)),
    Field::required("mode", one_of(&["None", "ServerOnly", "ClientAndServer"])),
    Field::optional("validation", Schema::Object(&TLS_VALIDATION)),
]);
