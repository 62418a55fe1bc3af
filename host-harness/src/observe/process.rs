//! What the system says of the process.

/// Its memory that is in RAM, in bytes; none where the system does not say.
pub(super) fn resident_bytes() -> Option<f64> {
    parse(&std::fs::read_to_string("/proc/self/status").ok()?)
}

fn parse(status: &str) -> Option<f64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u32 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(f64::from(kib) * 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resident_memory_is_told_in_kib_and_unknown_where_it_is_not() {
        let status = "VmPeak:\t  9000 kB\nVmRSS:\t    2048 kB\n";
        assert_eq!(parse(status), Some(2_097_152.0));
        assert_eq!(parse("Name:\tkoalr\n"), None);
    }
}
