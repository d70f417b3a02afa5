//! What a client sees where the backend fails first, as the decision has it
//! tried again.

use serde_json::Value;

/// The status after all tries that the decision allows.
///
/// A case says how many tries fail, how (a status, or a connection that is
/// reset) and after how long. A try that takes longer than the decision's limit
/// of one is given up; all tries together have the limit of the request.
pub(crate) fn answer(request: &Value, decision: &Value) -> Result<u64, String> {
    let behaviour = &request["backend_behaviour"];
    let failing = behaviour["fail_first_n_attempts"].as_u64().unwrap_or(0);
    let delay = behaviour["delay_of_failing_attempts"]
        .as_str()
        .map_or(Ok(0), milliseconds)?;
    let limit = |name: &str| {
        decision["timeouts"][name]
            .as_u64()
            .filter(|limit| *limit != 0)
    };
    let retry = &decision["retry"];
    let retries = retry["attempts"].as_u64().unwrap_or(0);
    let retried = |what: &str| {
        retry["on"]
            .as_array()
            .is_some_and(|words| words.iter().any(|word| word == what))
    };

    let mut passed = 0;
    for attempt in 0..failing {
        let given_up = limit("backend_request_ms").filter(|limit| delay > *limit);
        passed += given_up.unwrap_or(delay);
        if limit("request_ms").is_some_and(|limit| passed >= limit) {
            return Ok(504);
        }
        let (status, again) = match behaviour["failure"].as_u64() {
            // `reset` is a backend that does not answer: it hangs up, or is too slow.
            _ if given_up.is_some() => (504, retried("reset")),
            Some(status) => (status, retried(&status.to_string())),
            None => (503, retried("reset")),
        };
        if attempt >= retries || !again {
            return Ok(status);
        }
    }
    Ok(200)
}

/// The durations of the cases: one number, `s` or `ms`.
pub(crate) fn milliseconds(text: &str) -> Result<u64, String> {
    let number = text.trim_end_matches(char::is_alphabetic);
    let value: u64 = number
        .parse()
        .map_err(|_| format!("the case's duration {text}"))?;
    match &text[number.len()..] {
        "ms" => Ok(value),
        "s" => Ok(value * 1000),
        unit => Err(format!("the case's unit {unit}")),
    }
}
