//! Every hostile guest against the host, by its name; and every limit against the guest it stops.

use koalr_runtime::LimitName;
use koalr_tests::attacks;

/// A guest without an attack of its name does not compile.
macro_rules! attack {
    ($name:ident) => {
        #[tokio::test]
        async fn $name() {
            attacks::$name().await;
        }
    };
}

koalr_guests::foreach_guest!(attack);
koalr_tests::foreach_made_guest!(attack);

/// A limit without a test does not compile.
macro_rules! limits {
    ($($test:ident: $name:ident,)*) => {
        $(#[tokio::test]
        async fn $test() {
            attacks::limits::holds(LimitName::$name).await;
        })*

        const _: fn(LimitName) = |name| match name {
            $(LimitName::$name => {})*
        };
    };
}

limits! {
    memory_is_limited: Memory,
    computing_is_limited: Cpu,
    time_is_limited: Wall,
    instances_are_limited: Instances,
    tables_are_limited: Tables,
    elements_of_tables_are_limited: TableElements,
    handles_are_limited: Handles,
    what_crosses_to_the_host_is_limited: Hostcall,
    a_manifest_is_limited: Manifest,
    requests_are_limited: Requests,
    answers_held_at_once_are_limited: OpenRequests,
    the_head_of_a_request_is_limited: RequestHead,
    the_body_of_a_request_is_limited: RequestBody,
    the_body_of_an_answer_is_limited: ResponseBody,
    a_downloaded_file_is_limited: Download,
    the_log_of_a_call_is_limited: Log,
    a_message_of_the_log_is_limited: LogMessage,
    standard_output_is_limited: Stdio,
}
