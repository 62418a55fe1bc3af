//! The command line `koalr`.

use std::process::ExitCode;

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            #[expect(
                clippy::print_stderr,
                reason = "the one place where an error reaches a person"
            )]
            {
                // Each text says its cause itself, so the chain would say it twice.
                eprintln!("koalr: {error}");
            }
            ExitCode::from(koalr_host::cli::FAILED)
        }
    }
}

fn run() -> anyhow::Result<ExitCode> {
    // A timer is looked at after every task: a plugin that computes must not delay another one's timeout.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .event_interval(1)
        .build()?;
    Ok(runtime.block_on(koalr_host::cli::run())?)
}
