//! FP12xx: requests.

use super::codes;

codes! {
    INVALID_REQUEST = 1201, "the request is not a JSON object";
    INVALID_JSON = 1202, "the line is not valid JSON";
    INVALID_FIELD = 1203, "the field's value has the wrong type or form";
    UNKNOWN_FIELD = 1204, "the field is not one of a request";
    DUPLICATE_FIELD = 1205, "the field is given twice";
    MISSING_FIELD = 1206, "the request lacks a field that it needs";
    LIMIT = 1207, "the request is over a limit";
    INVALID_URL = 1208, "the URL cannot be read";
    INVALID_CURL = 1209, "the curl command cannot be read";
    AMBIGUOUS_GATEWAY = 1210, "the request names no gateway, and gateways disagree about it";
    UNKNOWN_GATEWAY = 1211, "the request names a gateway that is not there";
}
