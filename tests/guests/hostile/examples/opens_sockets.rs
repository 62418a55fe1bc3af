//! Opens a connection beside the policed way out.

use koalr_hostile_guests::{Hostile, guest, sync, told};

struct OpensSockets;

impl Hostile for OpensSockets {
    fn sync(_: sync::Request) -> Result<sync::Batch, sync::Error> {
        let opened = std::net::TcpStream::connect("127.0.0.1:80").is_ok();
        Ok(told::batch([("socket".to_owned(), opened.to_string())]))
    }
}

guest!(OpensSockets);
