//! Inputs that are almost right, the same in every run.

/// Makes one input after the other of seeds.
pub(super) struct Mutator<'s> {
    seeds: &'s [&'s [u8]],
    state: u64,
}

impl<'s> Mutator<'s> {
    pub(super) fn new(seeds: &'s [&'s [u8]]) -> Self {
        Self { seeds, state: 0 }
    }

    /// The next input: a seed after one to eight changes.
    pub(super) fn next(&mut self) -> Vec<u8> {
        let mut input = self.seed().to_vec();
        for _ in 0..=self.below(8) {
            self.change(&mut input);
        }
        input.truncate(MOST_BYTES);
        input
    }

    fn change(&mut self, input: &mut Vec<u8>) {
        let at = self.below(input.len() + 1);
        let end = (at + self.below(16)).min(input.len());
        match self.below(9) {
            0 if at < input.len() => input[at] ^= 1 << self.below(8),
            1 if at < input.len() => input[at] = EDGES[self.below(EDGES.len())],
            2 => input.truncate(at),
            3 => drop(input.drain(at..end)),
            4 => {
                let piece = input[at..end].repeat(1 + self.below(8));
                input.splice(at..at, piece);
            }
            5 => {
                let other = self.seed();
                let (from, to) = (self.below(other.len() + 1), self.below(other.len() + 1));
                let piece = &other[from.min(to)..from.max(to)];
                input.splice(at..end, piece.iter().copied());
            }
            6 => self.number(input, at),
            _ => {
                let word = WORDS[self.below(WORDS.len())];
                input.splice(at..end, word.iter().copied());
            }
        }
    }

    /// Puts a number at an edge in place of the next one.
    fn number(&mut self, input: &mut Vec<u8>, from: usize) {
        let is_digit = |byte: &u8| byte.is_ascii_digit();
        if let Some(start) = input[from..].iter().position(is_digit) {
            let start = from + start;
            let digits = input[start..].iter().take_while(|byte| is_digit(byte));
            let end = start + digits.count();
            let number = NUMBERS[self.below(NUMBERS.len())];
            input.splice(start..end, number.bytes());
        }
    }

    fn seed(&mut self) -> &'s [u8] {
        self.seeds[self.below(self.seeds.len())]
    }

    /// A number below this one, by `SplitMix64`.
    fn below(&mut self, limit: usize) -> usize {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.state;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^= bits >> 31;
        usize::try_from(bits % limit.max(1) as u64).unwrap()
    }
}

/// Bytes that end, begin or break something.
const EDGES: &[u8] = b"\0\t\n\r \"'#%&()*+,-./0:;<=>?@AZ[\\]^_`az{|}~\x7F\x80\xC3\xFF";

const NUMBERS: &[&str] = &[
    "0",
    "-1",
    "1e9",
    "00",
    "0.05",
    "127",
    "128",
    "255",
    "256",
    "65535",
    "65536",
    "4294967295",
    "4294967296",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "1e308",
    "1e999",
    "9999999999999999999999999999",
];

/// What the languages of the seeds are made of.
const WORDS: &[&[u8]] = &[
    b"null",
    b"true",
    b"false",
    b"[]",
    b"{}",
    b"[[",
    b"\"\"",
    b"\"data\":",
    b"\"id\":",
    b"\\u0000",
    b"\\ud800",
    b"\\n",
    b"\xEF\xBB\xBF",
    b"\xC3\xA9",
    b"\xE2\x80\xAE",
    b"\n\n",
    b"\r\n",
    b"''''",
    b"\"\"\"",
    b"[[x]]",
    b" = ",
    b"..",
    b"/./",
    b"/../",
    b"%2e",
    b"%2F",
    b"%5c",
    b"%00",
    b"%25",
    b"%",
    b"//",
    b"\\",
    b";",
    b"@",
    b":443",
    b":99999",
    b"[::1]",
    b"127.0.0.1",
    b"https://",
    b"http://",
    b"starting_after=a",
    b"pkg:npm/",
    b"pkg:maven/",
    b"CVSS:3.1/",
    b"/S:C",
    b"-rc.1",
    b"+build",
    b"1!",
    b"v",
    b"0",
    b".0.0",
    b"1970-01-01T00:00:00Z",
    b"9999-12-31T23:59:59Z",
    b"0000-01-01",
    b"Thu, 01 Jan 1970 00:00:00 GMT",
];

/// Longest input, in bytes: what repeats must not grow without end.
const MOST_BYTES: usize = 1 << 16;
