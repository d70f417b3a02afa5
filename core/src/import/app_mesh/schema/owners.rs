//! Mesh, VirtualGateway, VirtualService, VirtualNode and BackendGroup.

use crate::import::schema::{Field, NO_LIMIT, Object, Schema, int, list, one_of, text};

use super::tls::{BACKEND_DEFAULTS, CLIENT_POLICY, GATEWAY_LISTENER, LOGGING, NODE_LISTENER};
use super::{
    ANY_TEXT, DURATION, MESH_REF, NAME_REF, PORT, SELECTOR, TCP_TIMEOUT, TIMEOUT, kubernetes,
};

/// A Mesh.
pub(super) static MESH: Schema = kubernetes!(&MESH_SPEC);

static MESH_SPEC: Object = Object::closed(&[
    Field::optional("awsName", ANY_TEXT),
    Field::optional(
        "egressFilter",
        Schema::Object(&Object::closed(&[Field::required(
            "type",
            one_of(&["ALLOW_ALL", "DROP_ALL"]),
        )])),
    ),
    Field::optional("meshOwner", ANY_TEXT),
    Field::optional(
        "meshServiceDiscovery",
        Schema::Object(&Object::closed(&[Field::optional(
            "ipPreference",
            one_of(&["IPv6_ONLY", "IPv4_ONLY"]),
        )])),
    ),
    Field::optional("namespaceSelector", SELECTOR),
]);

/// A VirtualGateway.
pub(super) static VIRTUAL_GATEWAY: Schema = kubernetes!(&VIRTUAL_GATEWAY_SPEC);

static VIRTUAL_GATEWAY_SPEC: Object = Object::closed(&[
    Field::optional("awsName", ANY_TEXT),
    Field::optional("backendDefaults", Schema::Object(&BACKEND_DEFAULTS)),
    Field::optional("gatewayRouteSelector", SELECTOR),
    Field::optional("listeners", list(0, NO_LIMIT, &LISTENER)),
    Field::optional("logging", Schema::Object(&LOGGING)),
    MESH_REF,
    Field::optional("namespaceSelector", SELECTOR),
    Field::optional("podSelector", SELECTOR),
]);

static LISTENER: Schema = Schema::Object(&Object::closed(&[
    Field::optional(
        "connectionPool",
        Schema::Object(&Object::closed(&[
            Field::optional("grpc", Schema::Object(&MAX_REQUESTS)),
            Field::optional("http", Schema::Object(&HTTP_POOL)),
            Field::optional("http2", Schema::Object(&MAX_REQUESTS)),
        ])),
    ),
    Field::optional(
        "healthCheck",
        Schema::Object(&Object::closed(&[
            Field::optional("healthyThreshold", int(2, 10)),
            INTERVAL,
            HEALTH_PATH,
            HEALTH_PORT,
            Field::required("protocol", one_of(&["grpc", "http", "http2"])),
            HEALTH_TIMEOUT,
            UNHEALTHY,
        ])),
    ),
    Field::required(
        "portMapping",
        Schema::Object(&Object::closed(&[
            Field::required("port", PORT),
            Field::required("protocol", one_of(&["grpc", "http", "http2"])),
        ])),
    ),
    Field::optional("tls", Schema::Object(&GATEWAY_LISTENER)),
]));

/// A VirtualService.
pub(super) static VIRTUAL_SERVICE: Schema = kubernetes!(&VIRTUAL_SERVICE_SPEC);

static VIRTUAL_SERVICE_SPEC: Object = Object::closed(&[
    Field::optional("awsName", ANY_TEXT),
    MESH_REF,
    Field::optional(
        "provider",
        Schema::Object(&Object::closed(&[
            Field::optional(
                "virtualNode",
                Schema::Object(&Object::closed(&[
                    Field::optional("virtualNodeARN", ANY_TEXT),
                    Field::optional("virtualNodeRef", Schema::Object(&NAME_REF)),
                ])),
            ),
            Field::optional(
                "virtualRouter",
                Schema::Object(&Object::closed(&[
                    Field::optional("virtualRouterARN", ANY_TEXT),
                    Field::optional("virtualRouterRef", Schema::Object(&NAME_REF)),
                ])),
            ),
        ])),
    ),
]);

/// A VirtualNode.
pub(super) static VIRTUAL_NODE: Schema = kubernetes!(&VIRTUAL_NODE_SPEC);

static VIRTUAL_NODE_SPEC: Object = Object::closed(&[
    Field::optional("awsName", ANY_TEXT),
    Field::optional("backendDefaults", Schema::Object(&BACKEND_DEFAULTS)),
    Field::optional("backendGroups", list(0, NO_LIMIT, &NAMED)),
    Field::optional("backends", list(0, NO_LIMIT, &BACKEND)),
    Field::optional("listeners", list(0, NO_LIMIT, &NODE_LISTENERS)),
    Field::optional("logging", Schema::Object(&LOGGING)),
    MESH_REF,
    Field::optional("podSelector", SELECTOR),
    Field::optional("serviceDiscovery", Schema::Object(&DISCOVERY)),
]);

static BACKEND: Schema = Schema::Object(&Object::closed(&[Field::required(
    "virtualService",
    Schema::Object(&Object::closed(&[
        Field::optional("clientPolicy", Schema::Object(&CLIENT_POLICY)),
        Field::optional("virtualServiceARN", ANY_TEXT),
        Field::optional("virtualServiceRef", Schema::Object(&NAME_REF)),
    ])),
)]));

static DISCOVERY: Object = Object::closed(&[
    Field::optional(
        "awsCloudMap",
        Schema::Object(&Object::closed(&[
            Field::optional("attributes", list(0, NO_LIMIT, &ATTRIBUTE)),
            Field::required("namespaceName", text(1, 1024)),
            Field::required("serviceName", text(1, 1024)),
        ])),
    ),
    Field::optional(
        "dns",
        Schema::Object(&Object::closed(&[
            Field::required("hostname", ANY_TEXT),
            Field::optional("responseType", one_of(&["ENDPOINTS", "LOADBALANCER"])),
        ])),
    ),
]);

static ATTRIBUTE: Schema = Schema::Object(&Object::closed(&[
    Field::required("key", text(1, 255)),
    Field::required("value", text(1, 1024)),
]));

static NODE_LISTENERS: Schema = Schema::Object(&Object::closed(&[
    Field::optional(
        "connectionPool",
        Schema::Object(&Object::closed(&[
            Field::optional("grpc", Schema::Object(&MAX_REQUESTS)),
            Field::optional("http", Schema::Object(&HTTP_POOL)),
            Field::optional("http2", Schema::Object(&MAX_REQUESTS)),
            Field::optional(
                "tcp",
                Schema::Object(&Object::closed(&[Field::required(
                    "maxConnections",
                    int(1, i64::MAX),
                )])),
            ),
        ])),
    ),
    Field::optional(
        "healthCheck",
        Schema::Object(&Object::closed(&[
            Field::required("healthyThreshold", int(2, 10)),
            INTERVAL,
            HEALTH_PATH,
            HEALTH_PORT,
            Field::required("protocol", one_of(&["grpc", "http", "http2", "tcp"])),
            HEALTH_TIMEOUT,
            UNHEALTHY,
        ])),
    ),
    Field::optional(
        "outlierDetection",
        Schema::Object(&Object::closed(&[
            Field::required("baseEjectionDuration", DURATION),
            Field::required("interval", DURATION),
            Field::required("maxEjectionPercent", int(0, 100)),
            Field::required("maxServerErrors", int(1, i64::MAX)),
        ])),
    ),
    Field::required(
        "portMapping",
        Schema::Object(&Object::closed(&[
            Field::required("port", PORT),
            Field::required("protocol", one_of(&["grpc", "http", "http2", "tcp"])),
        ])),
    ),
    Field::optional(
        "timeout",
        Schema::Object(&Object::closed(&[
            Field::optional("grpc", TIMEOUT),
            Field::optional("http", TIMEOUT),
            Field::optional("http2", TIMEOUT),
            Field::optional("tcp", TCP_TIMEOUT),
        ])),
    ),
    Field::optional("tls", Schema::Object(&NODE_LISTENER)),
]));

/// A BackendGroup.
pub(super) static BACKEND_GROUP: Schema = kubernetes!(&BACKEND_GROUP_SPEC);

static BACKEND_GROUP_SPEC: Object = Object::closed(&[
    MESH_REF,
    Field::optional("virtualservices", list(0, NO_LIMIT, &NAMED)),
]);

static NAMED: Schema = Schema::Object(&NAME_REF);

static MAX_REQUESTS: Object = Object::closed(&[Field::required("maxRequests", int(1, i64::MAX))]);
static HTTP_POOL: Object = Object::closed(&[
    Field::required("maxConnections", int(1, i64::MAX)),
    Field::optional("maxPendingRequests", int(1, i64::MAX)),
]);

const INTERVAL: Field = Field::required("intervalMillis", int(5000, 300_000));
const HEALTH_PATH: Field = Field::optional("path", ANY_TEXT);
const HEALTH_PORT: Field = Field::optional("port", PORT);
const HEALTH_TIMEOUT: Field = Field::required("timeoutMillis", int(2000, 60_000));
const UNHEALTHY: Field = Field::required("unhealthyThreshold", int(2, 10));
