//! Matches, rewrites, retries.

use crate::import::schema::{Field, NO_LIMIT, Object, Schema, int, list, one_of, text};

use super::{ANY_TEXT, DURATION, PORT_NUMBER};

/// The match of a GatewayRoute's httpRoute or http2Route.
pub(super) static GATEWAY_HTTP: Object = Object::closed(&[
    Field::optional("headers", list(1, 10, &HEADER)),
    Field::optional("hostname", Schema::Object(&HOSTNAME)),
    Field::optional("method", METHOD),
    Field::optional("path", Schema::Object(&PATH)),
    Field::optional("port", PORT_NUMBER),
    Field::optional("prefix", ANY_TEXT),
    Field::optional("queryParameters", list(1, 10, &QUERY)),
]);

/// The match of a GatewayRoute's grpcRoute.
pub(super) static GATEWAY_GRPC: Object = Object::closed(&[
    Field::optional("hostname", Schema::Object(&HOSTNAME)),
    Field::optional("metadata", list(1, 10, &HEADER)),
    Field::optional("port", PORT_NUMBER),
    Field::optional("serviceName", ANY_TEXT),
]);

/// The match of a router's httpRoute or http2Route.
pub(super) static ROUTER_HTTP: Object = Object::closed(&[
    Field::optional("headers", list(1, 10, &HEADER)),
    Field::optional("method", METHOD),
    Field::optional("path", Schema::Object(&PATH)),
    Field::optional("port", PORT_NUMBER),
    Field::optional("prefix", ANY_TEXT),
    Field::optional("queryParameters", list(1, 10, &QUERY)),
    Field::optional("scheme", one_of(&["http", "https"])),
]);

/// The match of a router's grpcRoute.
pub(super) static ROUTER_GRPC: Object = Object::closed(&[
    Field::optional("metadata", list(1, 10, &HEADER)),
    Field::optional("methodName", text(1, 50)),
    Field::optional("port", PORT_NUMBER),
    Field::optional("serviceName", ANY_TEXT),
]);

/// The match of a router's tcpRoute.
pub(super) static ROUTER_TCP: Object = Object::closed(&[Field::optional("port", PORT_NUMBER)]);

/// What a GatewayRoute's httpRoute or http2Route rewrites.
pub(super) static HTTP_REWRITE: Object = Object::closed(&[
    Field::optional("hostname", Schema::Object(&HOSTNAME_REWRITE)),
    Field::optional(
        "path",
        Schema::Object(&Object::closed(&[Field::optional("exact", text(1, 255))])),
    ),
    Field::optional(
        "prefix",
        Schema::Object(&Object::closed(&[
            Field::optional("defaultPrefix", SWITCH),
            Field::optional("value", text(1, 255)),
        ])),
    ),
]);

/// What a GatewayRoute's grpcRoute rewrites.
pub(super) static GRPC_REWRITE: Object = Object::closed(&[Field::optional(
    "hostname",
    Schema::Object(&HOSTNAME_REWRITE),
)]);

/// Retries of an httpRoute or http2Route.
pub(super) static HTTP_RETRY: Object = Object::closed(&[
    HTTP_EVENTS,
    Field::required("maxRetries", int(0, i64::MAX)),
    Field::required("perRetryTimeout", DURATION),
    TCP_EVENTS,
]);

/// Retries of a grpcRoute.
pub(super) static GRPC_RETRY: Object = Object::closed(&[
    Field::optional("grpcRetryEvents", list(1, 5, &GRPC_EVENT)),
    HTTP_EVENTS,
    Field::required("maxRetries", int(0, i64::MAX)),
    Field::required("perRetryTimeout", DURATION),
    TCP_EVENTS,
]);

const HTTP_EVENTS: Field = Field::optional("httpRetryEvents", list(1, 25, &HTTP_EVENT));
const TCP_EVENTS: Field = Field::optional("tcpRetryEvents", list(1, 1, &TCP_EVENT));
pub(super) static HTTP_EVENT: Schema = one_of(&[
    "server-error",
    "gateway-error",
    "client-error",
    "stream-error",
]);
pub(super) static TCP_EVENT: Schema = one_of(&["connection-error"]);
pub(super) static GRPC_EVENT: Schema = one_of(&[
    "cancelled",
    "deadline-exceeded",
    "internal",
    "resource-exhausted",
    "unavailable",
]);

const SWITCH: Schema = one_of(&["ENABLED", "DISABLED"]);
const METHOD: Schema = one_of(&[
    "CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE",
]);

static HOSTNAME_REWRITE: Object =
    Object::closed(&[Field::optional("defaultTargetHostname", SWITCH)]);

static HOSTNAME: Object = Object::closed(&[
    Field::optional("exact", text(1, 253)),
    Field::optional("suffix", text(1, 253)),
]);

static PATH: Object = Object::closed(&[
    Field::optional("exact", text(1, 255)),
    Field::optional("regex", text(1, 255)),
]);

static HEADER: Schema = Schema::Object(&Object::closed(&[
    Field::optional("invert", Schema::Bool),
    Field::optional("match", Schema::Object(&VALUE)),
    Field::required("name", text(1, 50)),
]));

static VALUE: Object = Object::closed(&[
    Field::optional("exact", text(1, 255)),
    Field::optional("prefix", text(1, 255)),
    Field::optional("range", Schema::Object(&RANGE)),
    Field::optional("regex", text(1, 255)),
    Field::optional("suffix", text(1, 255)),
]);

static RANGE: Object = Object::closed(&[
    Field::required("end", int(i64::MIN, i64::MAX)),
    Field::required("start", int(i64::MIN, i64::MAX)),
]);

static QUERY: Schema = Schema::Object(&Object::closed(&[
    Field::optional(
        "match",
        Schema::Object(&Object::closed(&[Field::optional(
            "exact",
            text(0, NO_LIMIT),
        )])),
    ),
    Field::required("name", text(0, NO_LIMIT)),
]));
