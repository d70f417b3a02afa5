//! Filters of HTTPRoute and GRPCRoute, for rules and backends alike.

use crate::import::schema::{
    Field, Object, Schema, int, list, map_list, one_of, pattern, set, text,
};

use super::common::{BACKEND_REF, HEADER, HEADER_ITEM, LOCAL_REF, PORT, PRECISE_HOSTNAME, TEXT};
use super::patterns;

/// The filters of a rule or backend of HTTPRoute.
pub(super) const HTTP_FILTERS: Schema = list(0, 16, &HTTP_FILTER);

/// The filters of a rule or backend of GRPCRoute.
pub(super) const GRPC_FILTERS: Schema = list(0, 16, &GRPC_FILTER);

static HTTP_FILTER: Schema = Schema::Object(&Object::closed(&[
    Field::optional("cors", Schema::Object(&CORS)),
    Field::optional("extensionRef", Schema::Object(&LOCAL_REF)),
    Field::optional("externalAuth", Schema::Object(&EXTERNAL_AUTH)),
    Field::optional("requestHeaderModifier", Schema::Object(&HEADER_MODIFIER)),
    Field::optional("requestMirror", Schema::Object(&MIRROR)),
    Field::optional("requestRedirect", Schema::Object(&REDIRECT)),
    Field::optional("responseHeaderModifier", Schema::Object(&HEADER_MODIFIER)),
    Field::required(
        "type",
        one_of(&[
            "RequestHeaderModifier",
            "ResponseHeaderModifier",
            "RequestMirror",
            "RequestRedirect",
            "URLRewrite",
            "ExtensionRef",
            "CORS",
            "ExternalAuth",
        ]),
    ),
    Field::optional("urlRewrite", Schema::Object(&REWRITE)),
]));

static GRPC_FILTER: Schema = Schema::Object(&Object::closed(&[
    Field::optional("extensionRef", Schema::Object(&LOCAL_REF)),
    Field::optional("requestHeaderModifier", Schema::Object(&HEADER_MODIFIER)),
    Field::optional("requestMirror", Schema::Object(&MIRROR)),
    Field::optional("responseHeaderModifier", Schema::Object(&HEADER_MODIFIER)),
    Field::required(
        "type",
        one_of(&[
            "ResponseHeaderModifier",
            "RequestHeaderModifier",
            "RequestMirror",
            "ExtensionRef",
        ]),
    ),
]));

static HEADER_MODIFIER: Object = Object::closed(&[
    Field::optional("add", map_list(0, 16, &HEADER_EDIT, &["name"])),
    Field::optional("remove", set(0, 16, &TEXT)),
    Field::optional("set", map_list(0, 16, &HEADER_EDIT, &["name"])),
]);

static HEADER_EDIT: Schema = Schema::Object(&Object::closed(&[
    Field::required("name", HEADER),
    Field::required("value", pattern(1, 4096, &patterns::HEADER_VALUE)),
]));

static MIRROR: Object = Object::closed(&[
    Field::required("backendRef", Schema::Object(&BACKEND_REF)),
    Field::optional("fraction", Schema::Object(&FRACTION)),
    Field::optional("percent", int(0, 100)),
]);

static FRACTION: Object = Object::closed(&[
    Field::optional("denominator", int(1, i32::MAX as i64)).default("100"),
    Field::required("numerator", int(0, i32::MAX as i64)),
]);

static REDIRECT: Object = Object::closed(&[
    Field::optional("hostname", PRECISE_HOSTNAME),
    Field::optional("path", Schema::Object(&PATH_MODIFIER)),
    Field::optional("port", PORT),
    Field::optional("scheme", one_of(&["http", "https"])),
    Field::optional("statusCode", Schema::IntOneOf(&[301, 302, 303, 307, 308])).default("302"),
]);

static REWRITE: Object = Object::closed(&[
    Field::optional("hostname", PRECISE_HOSTNAME),
    Field::optional("path", Schema::Object(&PATH_MODIFIER)),
]);

static PATH_MODIFIER: Object = Object::closed(&[
    Field::optional("replaceFullPath", text(0, 1024)),
    Field::optional("replacePrefixMatch", text(0, 1024)),
    Field::required("type", one_of(&["ReplaceFullPath", "ReplacePrefixMatch"])),
]);

static CORS: Object = Object::closed(&[
    Field::optional("allowCredentials", Schema::Bool),
    Field::optional("allowHeaders", set(0, 64, &HEADER_ITEM)),
    Field::optional("allowMethods", set(0, 9, &CORS_METHOD)),
    Field::optional("allowOrigins", set(0, 64, &ORIGIN)),
    Field::optional("exposeHeaders", set(0, 64, &HEADER_ITEM)),
    Field::optional("maxAge", int(1, i32::MAX as i64)).default("5"),
]);

static CORS_METHOD: Schema = one_of(&[
    "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "*",
]);

static ORIGIN: Schema = pattern(1, 253, &patterns::ORIGIN);

static EXTERNAL_AUTH: Object = Object::closed(&[
    Field::required("backendRef", Schema::Object(&BACKEND_REF)),
    Field::optional("forwardBody", Schema::Object(&FORWARD_BODY)),
    Field::optional("grpc", Schema::Object(&AUTH_GRPC)),
    Field::optional("http", Schema::Object(&AUTH_HTTP)),
    Field::required("protocol", one_of(&["HTTP", "GRPC"])),
]);

static FORWARD_BODY: Object =
    Object::closed(&[Field::optional("maxSize", int(0, i32::MAX as i64))]);

static AUTH_GRPC: Object = Object::closed(&[Field::optional("allowedHeaders", set(0, 64, &TEXT))]);

static AUTH_HTTP: Object = Object::closed(&[
    Field::optional("allowedHeaders", set(0, 64, &TEXT)),
    Field::optional("allowedResponseHeaders", set(0, 64, &TEXT)),
    Field::optional("path", pattern(0, 1024, &patterns::URL_PATH)),
]);
