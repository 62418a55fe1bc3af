//! What Linux says of a process. Elsewhere, and of one that ended, it is nothing.

/// Memory that is in RAM, in bytes.
pub(crate) fn resident_bytes(process: u32) -> Option<f64> {
    memory_bytes(process, "VmRSS:")
}

/// Most memory that was in RAM so far, in bytes.
pub(crate) fn peak_bytes(process: u32) -> Option<f64> {
    memory_bytes(process, "VmHWM:")
}

/// What it has used, in seconds of one core.
pub(crate) fn cpu_seconds(process: u32) -> Option<f64> {
    let stat = read(process, "stat")?;
    // SOURCE: proc_pid_stat(5): `utime` and `stime`, in hundredths of a second, are 14th and 15th; the 2nd is a name in
    // brackets, which may hold blanks.
    let (_, after_name) = stat.rsplit_once(')')?;
    let ticks = after_name.split_whitespace().skip(11).take(2);
    let ticks: f64 = ticks.map(|ticks| ticks.parse::<f64>().unwrap()).sum();
    Some(ticks / 100.0)
}

fn memory_bytes(process: u32, name: &str) -> Option<f64> {
    let status = read(process, "status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kibibytes: f64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kibibytes * 1024.0)
}

fn read(process: u32, file: &str) -> Option<String> {
    std::fs::read_to_string(format!("/proc/{process}/{file}")).ok()
}
