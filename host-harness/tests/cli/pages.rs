//! The pages of the real server, as people meet them.

mod settings;
