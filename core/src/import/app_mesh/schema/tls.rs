//! TLS of listeners and clients, and access logs: nothing here decides about routing.

use crate::import::schema::{Field, NO_LIMIT, Object, Schema, int, list, one_of, text};

use super::{ANY_TEXT, TEXT};

/// `backendDefaults` and a backend's own `clientPolicy`.
pub(super) static CLIENT_POLICY: Object = Object::closed(&[Field::optional(
    "tls",
    Schema::Object(&Object::closed(&[
        Field::optional(
            "certificate",
            Schema::Object(&Object::closed(&[
                Field::optional("file", Schema::Object(&FILE_PAIR)),
                Field::optional("sds", Schema::Object(&SDS)),
            ])),
        ),
        Field::optional("enforce", Schema::Bool),
        Field::optional("ports", list(0, NO_LIMIT, &PORT_ITEM)),
        Field::required("validation", Schema::Object(&VALIDATION)),
    ])),
)]);

/// `backendDefaults`.
pub(super) static BACKEND_DEFAULTS: Object = Object::closed(&[Field::optional(
    "clientPolicy",
    Schema::Object(&CLIENT_POLICY),
)]);

/// TLS of a VirtualGateway's listener.
pub(super) static GATEWAY_LISTENER: Object = Object::closed(&[
    Field::required("certificate", Schema::Object(&LISTENER_CERTIFICATE)),
    Field::required("mode", MODE),
    Field::optional("validation", Schema::Object(&VALIDATION)),
]);

/// TLS of a VirtualNode's listener.
pub(super) static NODE_LISTENER: Object = Object::closed(&[
    Field::required("certificate", Schema::Object(&LISTENER_CERTIFICATE)),
    Field::required("mode", MODE),
    Field::optional(
        "validation",
        Schema::Object(&Object::closed(&[
            NAMES,
            Field::required(
                "trust",
                Schema::Object(&Object::closed(&[
                    Field::optional("file", Schema::Object(&FILE_CHAIN)),
                    Field::optional("sds", Schema::Object(&SDS)),
                ])),
            ),
        ])),
    ),
]);

/// `logging`.
pub(super) static LOGGING: Object = Object::closed(&[Field::optional(
    "accessLog",
    Schema::Object(&Object::closed(&[Field::optional(
        "file",
        Schema::Object(&Object::closed(&[
            Field::optional(
                "format",
                Schema::Object(&Object::closed(&[
                    Field::optional("json", list(0, NO_LIMIT, &LOG_FIELD)),
                    Field::optional("text", ANY_TEXT),
                ])),
            ),
            Field::required("path", text(1, 255)),
        ])),
    )])),
)]);

const MODE: Schema = one_of(&["DISABLED", "PERMISSIVE", "STRICT"]);

static LISTENER_CERTIFICATE: Object = Object::closed(&[
    Field::optional(
        "acm",
        Schema::Object(&Object::closed(&[Field::required(
            "certificateARN",
            ANY_TEXT,
        )])),
    ),
    Field::optional("file", Schema::Object(&FILE_PAIR)),
    Field::optional("sds", Schema::Object(&SDS)),
]);

static VALIDATION: Object = Object::closed(&[
    NAMES,
    Field::required(
        "trust",
        Schema::Object(&Object::closed(&[
            Field::optional(
                "acm",
                Schema::Object(&Object::closed(&[Field::required(
                    "certificateAuthorityARNs",
                    list(1, 3, &TEXT),
                )])),
            ),
            Field::optional("file", Schema::Object(&FILE_CHAIN)),
            Field::optional("sds", Schema::Object(&SDS)),
        ])),
    ),
]);

const NAMES: Field = Field::optional("subjectAlternativeNames", Schema::Object(&ALTERNATIVES));
static ALTERNATIVES: Object = Object::closed(&[Field::required(
    "match",
    Schema::Object(&Object::closed(&[Field::required(
        "exact",
        list(0, NO_LIMIT, &TEXT),
    )])),
)]);

static FILE_PAIR: Object = Object::closed(&[
    Field::required("certificateChain", text(1, 255)),
    Field::required("privateKey", text(1, 255)),
]);
static FILE_CHAIN: Object = Object::closed(&[Field::required("certificateChain", text(1, 255))]);
static SDS: Object = Object::closed(&[Field::required("secretName", ANY_TEXT)]);
static PORT_ITEM: Schema = int(1, 65_535);

static LOG_FIELD: Schema = Schema::Object(&Object::closed(&[
    Field::required("key", text(1, NO_LIMIT)),
    Field::required("value", text(1, NO_LIMIT)),
]));
