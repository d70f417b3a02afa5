//! Attack cases: inputs that have broken a router before, or would.
//!
//! The cases are the shared data's `adversarial.json`, each with an id
//! (`ADV-QY-002`), where it comes from, a table in words, a request, and the answer
//! that is required. A test is named after its case, so that a failure leads back to
//! it; [`coverage`] holds every id to be a test somewhere in the project or a line,
//! with its reason, in `tests/adversarial-not-encoded.txt`.

mod coverage;
