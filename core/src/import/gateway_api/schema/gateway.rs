//! GatewayClass, Gateway, ListenerSet and XMesh.

use crate::import::schema::patterns::LABEL_VALUE;
use crate::import::schema::{
    Field, NO_LIMIT, Object, Schema, list, map, map_list, one_of, pattern, text,
};

use super::common::{
    DEFAULT_SCOPE, GROUP, KIND, LOCAL_REF, NAME, NAMESPACE, OPTIONS, PORT, REF, SECRET_REF,
    SECTION, TEXT,
};
use super::{patterns, top};

pub(super) static GATEWAY_CLASS: Object = top!(&CLASS_SPEC);
pub(super) static MESH: Object = top!(&CLASS_SPEC);
pub(super) static GATEWAY: Object = top!(&GATEWAY_SPEC);
pub(super) static LISTENER_SET: Object = top!(&LISTENER_SET_SPEC);

static CLASS_SPEC: Object = Object::closed(&[
    Field::required("controllerName", pattern(1, 253, &patterns::CONTROLLER)),
    Field::optional("description", text(0, 64)),
    Field::optional("parametersRef", Schema::Object(&REF)),
]);

static GATEWAY_SPEC: Object = Object::closed(&[
    Field::optional("addresses", list(0, 16, &ADDRESS)),
    Field::optional("allowedListeners", Schema::Object(&ALLOWED_LISTENERS)),
    Field::optional("defaultScope", DEFAULT_SCOPE),
    Field::required("gatewayClassName", NAME),
    Field::optional("infrastructure", Schema::Object(&INFRASTRUCTURE)),
    Field::required("listeners", LISTENERS),
    Field::optional("tls", Schema::Object(&GATEWAY_TLS)),
]);

static LISTENER_SET_SPEC: Object = Object::closed(&[
    Field::required("listeners", LISTENERS),
    Field::required("parentRef", Schema::Object(&LISTENER_SET_PARENT)),
]);

static LISTENER_SET_PARENT: Object = Object::closed(&[
    Field::optional("group", GROUP).default("\"gateway.networking.k8s.io\""),
    Field::optional("kind", KIND).default("\"Gateway\""),
    Field::required("name", NAME),
    Field::optional("namespace", NAMESPACE),
]);

static ADDRESS: Schema = Schema::Object(&Object::closed(&[
    Field::optional("type", pattern(1, 253, &patterns::ADDRESS_TYPE)).default("\"IPAddress\""),
    Field::optional("value", text(0, 253)),
]));

static ALLOWED_LISTENERS: Object =
    Object::closed(&[
        Field::optional("namespaces", Schema::Object(&LISTENER_NAMESPACES))
            .default(r#"{"from":"None"}"#),
    ]);

static LISTENER_NAMESPACES: Object = Object::closed(&[
    Field::optional("from", one_of(&["All", "Selector", "Same", "None"])).default("\"None\""),
    Field::optional("selector", Schema::Object(&SELECTOR)),
]);

static SELECTOR: Object = Object::closed(&[
    Field::optional("matchExpressions", list(0, NO_LIMIT, &MATCH_EXPRESSION)),
    Field::optional("matchLabels", map(NO_LIMIT, &TEXT)),
]);

static MATCH_EXPRESSION: Schema = Schema::Object(&Object::closed(&[
    Field::required("key", TEXT_FIELD),
    Field::required("operator", TEXT_FIELD),
    Field::optional("values", list(0, NO_LIMIT, &TEXT)),
]));

const TEXT_FIELD: Schema = text(0, NO_LIMIT);

static INFRASTRUCTURE: Object = Object::closed(&[
    Field::optional("annotations", OPTIONS),
    Field::optional("labels", map(8, &INFRASTRUCTURE_LABEL)),
    Field::optional("parametersRef", Schema::Object(&LOCAL_REF)),
]);

static INFRASTRUCTURE_LABEL: Schema = pattern(0, 63, &LABEL_VALUE);

const LISTENERS: Schema = map_list(1, 64, &LISTENER, &["name"]);

static LISTENER: Schema = Schema::Object(&Object::closed(&[
    Field::optional("allowedRoutes", Schema::Object(&ALLOWED_ROUTES))
        .default(r#"{"namespaces":{"from":"Same"}}"#),
    Field::optional("hostname", pattern(1, 253, &patterns::HOSTNAME)),
    Field::required("name", SECTION),
    Field::required("port", PORT),
    Field::required("protocol", pattern(1, 255, &patterns::PROTOCOL)),
    Field::optional("tls", Schema::Object(&LISTENER_TLS)),
]));

static ALLOWED_ROUTES: Object = Object::closed(&[
    Field::optional("kinds", list(0, 8, &ROUTE_KIND)),
    Field::optional("namespaces", Schema::Object(&ROUTE_NAMESPACES)).default(r#"{"from":"Same"}"#),
]);

static ROUTE_KIND: Schema = Schema::Object(&Object::closed(&[
    Field::optional("group", GROUP).default("\"gateway.networking.k8s.io\""),
    Field::required("kind", KIND),
]));

static ROUTE_NAMESPACES: Object = Object::closed(&[
    Field::optional("from", one_of(&["All", "Selector", "Same"])).default("\"Same\""),
    Field::optional("selector", Schema::Object(&SELECTOR)),
]);

static LISTENER_TLS: Object = Object::closed(&[
    Field::optional("certificateRefs", list(0, 64, &CERTIFICATE_REF)),
    Field::optional("mode", one_of(&["Terminate", "Passthrough"])).default("\"Terminate\""),
    Field::optional("options", OPTIONS),
]);

static CERTIFICATE_REF: Schema = Schema::Object(&SECRET_REF);

static GATEWAY_TLS: Object = Object::closed(&[
    Field::optional("backend", Schema::Object(&TLS_TO_BACKENDS)),
    Field::optional("frontend", Schema::Object(&TLS_TO_CLIENTS)),
]);

static TLS_TO_BACKENDS: Object = Object::closed(&[Field::optional(
    "clientCertificateRef",
    Schema::Object(&SECRET_REF),
)]);

static TLS_TO_CLIENTS: Object = Object::closed(&[
    Field::required("default", Schema::Object(&CLIENT_TLS)),
    Field::optional("perPort", map_list(0, 64, &CLIENT_TLS_OF_PORT, &["port"])),
]);

static CLIENT_TLS_OF_PORT: Schema = Schema::Object(&Object::closed(&[
    Field::required("port", PORT),
    Field::required("tls", Schema::Object(&CLIENT_TLS)),
]));

static CLIENT_TLS: Object = Object::closed(&[Field::optional(
    "validation",
    Schema::Object(&CLIENT_VALIDATION),
)]);

static CLIENT_VALIDATION: Object = Object::closed(&[
    Field::required("caCertificateRefs", list(1, 16, &CLIENT_CA_REF)),
    Field::optional("mode", one_of(&["AllowValidOnly", "AllowInsecureFallback"]))
        .default("\"AllowValidOnly\""),
]);

static CLIENT_CA_REF: Schema = Schema::Object(&REF);
