//! FP12xx: requests.

use super::codes;

codes! {
    INVALID_REQUEST = 1201, "the request is not a JSON object";
}
